/** A Discord surface with a handler that only records, connected to a stand-in: what the tests in this folder start from. */

import { vi } from 'vitest';
import { createDiscordSurface } from '../../../src/bots/discord/surface.ts';
import type { ButtonPress, Handler, Invocation, Message, Reply, Surface } from '../../../src/core/chat.ts';
import { type Clock, systemClock } from '../../../src/core/clock.ts';
import { type Command, defineInstantCommand } from '../../../src/core/command.ts';
import type { Log } from '../../../src/core/log.ts';
import { createDiscordStandin, type DiscordStandin } from '../../standins/discord/standin.ts';

const answered = async (): Promise<Message> => ({ text: 'unused' });

const commands: readonly Command[] = [
  defineInstantCommand({
    name: 'ask',
    description: 'Ask a model',
    access: 'everyone',
    options: {
      length: { type: 'integer', description: 'How long', min: 1, max: 9000 },
      prompt: { type: 'string', description: 'What to ask', required: true, maxLength: 4000 },
      model: {
        type: 'string',
        description: 'Which model',
        suggest: () => [],
      },
      tone: { type: 'choice', description: 'How it sounds', choices: ['plain', 'formal'] },
      private: { type: 'boolean', description: 'Only for me' },
    },
    run: answered,
  }),
  defineInstantCommand({
    name: 'usage',
    description: 'What I spent',
    access: 'everyone',
    private: true,
    options: {},
    run: answered,
  }),
  defineInstantCommand({
    name: 'help',
    description: 'What I do',
    access: 'everyone',
    options: {},
    run: answered,
  }),
  defineInstantCommand({
    name: 'budget set',
    description: 'Set a cap',
    access: 'admins',
    options: {
      amount: { type: 'string', description: 'How much', required: true },
      who: { type: 'person', description: 'Whose' },
    },
    run: answered,
  }),
];

interface Taken {
  readonly invocation: Invocation;
  readonly reply: Reply;
}

export interface DiscordBot {
  readonly standin: DiscordStandin;
  readonly surface: Surface;
  readonly taken: Taken[];
  readonly presses: ButtonPress[];
  readonly logged: string[];
  /** The next request that the handler has not been asked for yet. */
  next(): Promise<Taken>;
  close(): Promise<void>;
}

export async function startDiscordBot(
  options: {
    standin?: DiscordStandin;
    slots?: number;
    clock?: Clock;
    token?: string;
    handle?: Handler['handle'];
  } = {},
): Promise<DiscordBot> {
  const standin = options.standin ?? (await createDiscordStandin({ slots: options.slots ?? 1000 }));
  const taken: Taken[] = [];
  const presses: ButtonPress[] = [];
  const logged: string[] = [];
  let asked = 0;
  const handler: Handler = {
    async handle(invocation, reply) {
      taken.push({ invocation, reply });
      await options.handle?.(invocation, reply);
    },
    async press(press) {
      presses.push(press);
      return 'Stopping @everyone.';
    },
    suggest: (command, option, typed) =>
      Array.from({ length: 30 }, (_, at) => ({
        name: `${command} ${option} ${typed} ${at}`,
        value: `m${at}`,
      })),
  };
  const write = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: write, info: write, warn: write, error: write };
  const surface = createDiscordSurface({
    token: options.token ?? standin.token,
    apiUrl: standin.apiUrl,
    commands,
    handler,
    clock: options.clock ?? systemClock,
    log,
  });
  await surface.start();
  return {
    standin,
    surface,
    taken,
    presses,
    logged,
    next: () =>
      vi.waitFor(() => {
        const request = taken[asked];
        if (!request) throw new Error('nothing has arrived yet');
        asked += 1;
        return request;
      }, 5000),
    async close() {
      await surface.stop();
      await standin.close();
    },
  };
}

/** Writes until all is shown, as the pacer does. */
export async function writeAll(reply: Reply, message: Message, final = true): Promise<void> {
  for (let calls = 0; calls < 60; calls++) if ((await reply.write(message, final)) === 'shown') return;
  throw new Error('60 requests were not enough');
}
