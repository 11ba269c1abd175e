/** A Discord surface with a handler that only records, connected to a stand-in: what the tests in this folder start from. */

import { vi } from 'vitest';
import { createDiscordSurface } from '../../../src/bots/discord/surface.ts';
import type { ThreadPolicy } from '../../../src/bots/discord/threads.ts';
import type { ButtonPress, Invocation, Message, Reply } from '../../../src/core/chat.ts';
import { type Clock, systemClock } from '../../../src/core/clock.ts';
import { type Command, defineInstantCommand, defineModelCommand } from '../../../src/core/command.ts';
import type { FormSubmission } from '../../../src/core/form.ts';
import type { Log } from '../../../src/core/log.ts';
import type { SharedSlots } from '../../../src/core/reply/shared-slots.ts';
import type { Handler, Surface } from '../../../src/core/surface.ts';
import { createDiscordStandin, type DiscordStandin } from '../../standins/discord/standin.ts';

const answered = async (): Promise<Message> => ({ text: 'unused' });

const notPlanned = async () => {
  throw new Error('the handler of these tests plans nothing');
};

const commands: readonly Command[] = [
  defineModelCommand({
    name: 'ask',
    description: 'Ask a model',
    access: 'everyone',
    onMessage: {
      label: 'Ask about this',
      asks: { name: 'prompt', label: 'What do you want to know?', required: true, type: 'text' },
    },
    options: {
      length: { type: 'integer', description: 'How long', min: 1, max: 9000 },
      prompt: { type: 'string', description: 'What to ask', required: true, maxLength: 4000 },
      model: {
        type: 'string',
        description: 'Which model',
        suggest: () => [],
      },
      tone: { type: 'choice', description: 'How it sounds', choices: ['plain', 'formal'] },
      warmth: { type: 'number', description: 'How wild', min: 0, max: 2 },
      private: { type: 'boolean', description: 'Only for me' },
    },
    plan: notPlanned,
  }),
  defineModelCommand({
    name: 'transcribe',
    description: 'Write down what is said',
    access: 'everyone',
    onMessage: { label: 'Transcribe this' },
    options: {
      sound: { type: 'attachment', description: 'A recording', required: true, accept: ['audio', 'video'] },
    },
    plan: notPlanned,
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
      role: { type: 'role', description: 'Of whom' },
      where: { type: 'channel', description: 'In which channel' },
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
  readonly submissions: { readonly submission: FormSubmission; readonly reply: Reply }[];
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
    shared?: SharedSlots;
    token?: string;
    shards?: { ids: readonly number[]; total: number };
    threads?: ThreadPolicy;
    commands?: readonly Command[];
  } & Partial<Pick<Handler, 'handle' | 'press' | 'suggest' | 'openForm'>> = {},
): Promise<DiscordBot> {
  const standin = options.standin ?? (await createDiscordStandin({ slots: options.slots ?? 1000 }));
  const taken: Taken[] = [];
  const presses: ButtonPress[] = [];
  const submissions: { submission: FormSubmission; reply: Reply }[] = [];
  const logged: string[] = [];
  let asked = 0;
  const handler: Handler = {
    async handle(invocation, reply) {
      taken.push({ invocation, reply });
      await options.handle?.(invocation, reply);
    },
    async press(press) {
      presses.push(press);
      return options.press ? options.press(press) : 'Stopping @everyone.';
    },
    openForm: options.openForm ?? (async () => 'There is no such form.'),
    async submit(submission, reply) {
      submissions.push({ submission, reply });
    },
    suggest:
      options.suggest ??
      (async (command, option, typed) =>
        Array.from({ length: 30 }, (_, at) => ({
          name: `${command} ${option} ${typed} ${at}`,
          value: `m${at}`,
        }))),
  };
  const write = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: write, info: write, warn: write, error: write };
  const surface = createDiscordSurface({
    token: options.token ?? standin.token,
    apiUrl: standin.apiUrl,
    ...(options.shards ? { shards: options.shards } : {}),
    ...(options.threads ? { threads: options.threads } : {}),
    commands: options.commands ?? commands,
    handler,
    clock: options.clock ?? systemClock,
    log,
    slots: options.shared,
  });
  await surface.start();
  return {
    standin,
    surface,
    taken,
    presses,
    submissions,
    logged,
    next: () =>
      until(() => {
        const request = taken[asked];
        if (!request) throw new Error('nothing has arrived yet');
        asked += 1;
        return request;
      }),
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

/** Waits for a condition, also where the machine is busy. */
export function until<T>(condition: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(condition, { timeout: 15_000, interval: 20 });
}
