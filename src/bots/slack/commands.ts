/** Which command a line of text means. */

import type { Command } from '../../core/command.ts';

export interface Recognised {
  readonly command: Command;
  /** What is left for its arguments. */
  readonly rest: string;
}

/** The command that the text begins with; of two that fit (`budget`, `budget set`) the longer one. */
export function recogniseCommand(commands: readonly Command[], text: string): Recognised | undefined {
  let best: Recognised | undefined;
  for (const command of commands) {
    for (const name of [command.name, ...(command.alias === undefined ? [] : [command.alias])]) {
      const words = name.split(' ').join('\\s+');
      const match = new RegExp(`^\\s*${words}(?=\\s|$)`, 'i').exec(text);
      const rest = match ? text.slice(match[0].length).trim() : undefined;
      if (rest !== undefined && (!best || rest.length < best.rest.length)) best = { command, rest };
    }
  }
  return best;
}

/** The words after the slash: one Slack command for every first word. */
export function firstWords(commands: readonly Command[]): string[] {
  return [...new Set(commands.map((command) => command.name.split(' ')[0] ?? command.name))];
}

/** Whether the answer is for the asker alone: always for some commands, by `--private` where the command has it. */
export function isPrivate(command: Command, text: string): boolean {
  if (command.private) return true;
  const off = /(^|\s)--private[=\s]+(false|no|off)(?=\s|$)/i.test(text);
  return command.options.private?.type === 'boolean' && /(^|\s)--private(?=[=\s]|$)/.test(text) && !off;
}
