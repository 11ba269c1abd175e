/** `/help`: what can be asked for, made from the commands themselves. */

import { type Command, defineInstantCommand } from '../core/command.ts';

export function createHelp(commands: () => readonly Command[]): Command {
  return defineInstantCommand({
    name: 'help',
    description: 'What you can ask for',
    access: 'everyone',
    private: true,
    options: {},
    async run(_args, { admin }) {
      const lines = commands()
        .filter((command) => admin || command.access === 'everyone')
        .map((command) => `- \`${synopsis(command)}\`: ${command.description}`);
      return {
        text: `${lines.join('\n')}\n\nYou can also mention me or write to me directly: the first word is a command, or it is a question.`,
      };
    },
  });
}

function synopsis(command: Command): string {
  const options = Object.entries(command.options).map(([name, option]) =>
    option.required ? name : `[${name}]`,
  );
  return [`/${command.name}`, ...options].join(' ');
}
