/** Reads replibot.yaml; what is wrong with it is said with its line. */

import { readFileSync } from 'node:fs';
import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import { OperatorError } from '../errors.ts';
import { type FileConfig, fileSchema } from './schema.ts';

/** An error that names the setting, and its line where it stands in the file. */
export type Fail = (path: readonly (string | number)[], message: string) => OperatorError;

export interface ConfigFile {
  readonly file: FileConfig;
  readonly fail: Fail;
}

/** Of a bot without a configuration file. */
export const NO_FILE: ConfigFile = {
  file: {},
  fail: (path, message) => configError(`${path.join('.')}: ${message}`),
};

/** The checked content of a configuration file. Throws OperatorError naming the file, the line and what is allowed. */
export function readConfigFile(path: string): ConfigFile {
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (error) {
    throw configError(
      `${path} cannot be read (${error instanceof Error ? error.message : 'unknown reason'})`,
    );
  }
  return parseConfigFile(source, path);
}

export function parseConfigFile(source: string, path: string): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines });
  const flaw = document.errors[0];
  if (flaw) {
    throw configError(
      `${path}:${lines.linePos(flaw.pos[0]).line}: not valid YAML: ${flaw.message.split('\n')[0]}`,
    );
  }
  const checked = fileSchema.safeParse(document.toJS() ?? {});
  const at = (keys: readonly (string | number)[], message: string) =>
    `${path}:${lineOf(keys)}: ${keys.join('.') || 'file'}: ${message}`;
  if (checked.success) return { file: checked.data, fail: (keys, message) => configError(at(keys, message)) };
  const messages = checked.error.issues.map((issue) => {
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
    const keys = [...issue.path, ...(unknown === undefined ? [] : [unknown])] as (string | number)[];
    const reason = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;
    const text = unknown === undefined ? (reason ?? issue.message) : 'no such setting';
    return at(keys, text);
  });
  throw configError(messages.join('\n'));

  /** The line of the deepest part of the path that stands in the file. */
  function lineOf(keys: readonly (string | number)[]): number {
    for (let length = keys.length; length > 0; length--) {
      const parent = length === 1 ? document.contents : document.getIn(keys.slice(0, length - 1), true);
      const pair = isMap(parent)
        ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(keys[length - 1]))
        : undefined;
      // Where the setting's name stands; its value may begin lines below.
      const node = pair?.key ?? document.getIn(keys.slice(0, length), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  }
}

export function configError(message: string): OperatorError {
  return new OperatorError(message, 'The bot is not configured correctly; an admin can see why in its log.');
}
