/** Declared commands in the form that Discord takes. */

import { describe, expect, it } from 'vitest';
import { toDiscordCommands } from '../../../src/bots/discord/commands.ts';
import { type Command, defineInstantCommand, type Options } from '../../../src/core/command.ts';
import { readCommands } from '../../standins/discord/command-rules.ts';

function command(name: string, options: Options = {}, label?: string): Command {
  return defineInstantCommand({
    name,
    description: `Does ${name}`,
    access: 'everyone',
    options,
    ...(label === undefined ? {} : { onMessage: { label } }),
    run: async () => ({ text: '' }),
  });
}

/** As Discord would store them; throws what Discord refuses. */
const registered = (commands: readonly Command[]) => {
  let id = 0;
  return readCommands(JSON.parse(JSON.stringify(toDiscordCommands(commands))), () => String(++id), '1');
};

describe('commands on Discord', () => {
  it('take every type of option, required ones first', () => {
    const [ask] = registered([
      command('ask', {
        guidance: { type: 'number', description: 'How strictly', min: 0, max: 20.5 },
        picture: { type: 'attachment', description: 'What to start from', accept: ['image', 'text'] },
        role: { type: 'role', description: 'For whom' },
        channel: { type: 'channel', description: 'Where' },
        who: { type: 'person', description: 'Whose', required: true },
      }),
    ]);
    expect(ask?.options).toMatchObject([
      { name: 'who', type: 6, required: true },
      { name: 'guidance', type: 10, min_value: 0, max_value: 20.5 },
      { name: 'picture', type: 11, file_types: expect.arrayContaining(['image', '.txt']) },
      { name: 'role', type: 8 },
      { name: 'channel', type: 7, channel_types: expect.arrayContaining([0, 15]) },
    ]);
  });

  it('of two words are subcommands, in groups where there are too many of them', () => {
    const few = ['view', 'set', 'grant'].map((word) => command(`budget ${word}`));
    const many = Array.from({ length: 30 }, (_, at) => command(`model m${String(at).padStart(2, '0')}`));
    const [budget, model] = registered([...few, ...many]);
    expect(budget?.options).toMatchObject(['view', 'set', 'grant'].map((name) => ({ type: 1, name })));
    expect(model?.options).toMatchObject([
      { type: 2, name: 'm00-to-m24', options: expect.any(Array) },
      { type: 2, name: 'm25-to-m29', options: expect.any(Array) },
    ]);
  });

  it('that have more choices than a menu holds offer them while the person types', () => {
    const choices = Array.from({ length: 26 }, (_, at) => `choice-${at}`);
    const [one] = registered([command('pick', { what: { type: 'choice', description: 'Which', choices } })]);
    expect(one?.options).toMatchObject([{ type: 3, autocomplete: true }]);
  });

  it('used on messages appear in the menu of messages under their label', () => {
    const [, menu] = registered([command('ask', {}, 'Ask about this')]);
    expect(menu).toMatchObject({ type: 3, name: 'Ask about this', description: '' });
    expect(menu).not.toHaveProperty('options');
  });

  it('cannot be a command and a family of commands', () => {
    expect(() => toDiscordCommands([command('budget'), command('budget set')])).toThrow(/"budget"/);
  });
});
