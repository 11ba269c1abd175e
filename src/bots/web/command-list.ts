/** The commands as the page needs them to complete what is typed. */

import type { Command } from '../../core/command.ts';

interface ListedOption {
  readonly name: string;
  readonly type: string;
  readonly description: string;
  readonly required: boolean;
  /** Fixed values; the page asks /suggest where `suggests` is true. */
  readonly choices: readonly string[];
  readonly suggests: boolean;
}

interface ListedCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly ListedOption[];
}

export function listCommands(commands: readonly Command[]): readonly ListedCommand[] {
  return commands.map(({ name, description, options }) => ({
    name,
    description,
    options: Object.entries(options).map(([optionName, option]) => ({
      name: optionName,
      type: option.type,
      description: option.description,
      required: option.required ?? false,
      choices: option.type === 'choice' ? option.choices : option.type === 'boolean' ? ['true', 'false'] : [],
      suggests: option.type === 'string' && option.suggest !== undefined,
    })),
  }));
}
