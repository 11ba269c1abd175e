/** A real Slack surface connected to the stand-in, in either mode, with a small handler behind it. */

import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createSlackSurface, type SlackSurface } from '../../../src/bots/slack/surface.ts';
import type { ButtonPress, Invocation, Message, Reply } from '../../../src/core/chat.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { type Command, defineInstantCommand } from '../../../src/core/command.ts';
import type { Form, FormSubmission } from '../../../src/core/form.ts';
import type { Log } from '../../../src/core/log.ts';
import type { Handler } from '../../../src/core/surface.ts';
import {
  createSlackStandin,
  type SlackStandin,
  type SlackStandinOptions,
} from '../../standins/slack/slack-standin.ts';

export type Mode = 'socket' | 'http';

const instant = (name: string, more: Partial<Omit<Command, 'kind' | 'run' | 'plan'>> = {}): Command =>
  defineInstantCommand({
    name,
    description: `The ${name} command`,
    options: {},
    access: 'everyone',
    run: async () => ({ text: name }),
    ...more,
  });

export const commands: readonly Command[] = [
  instant('ask', {
    options: {
      prompt: { type: 'string', description: 'What to ask', required: true },
      model: { type: 'choice', description: 'Which model', choices: ['llama', 'claude'] },
      private: { type: 'boolean', description: 'Only you see the answer' },
    },
    onMessage: {
      label: 'Ask about this',
      asks: { name: 'prompt', label: 'What do you want to know?', required: true, type: 'text' },
    },
  }),
  instant('transcribe', { onMessage: { label: 'Transcribe this' } }),
  instant('usage', { private: true }),
  instant('budget view', { access: 'admins' }),
  instant('budget set', {
    access: 'admins',
    options: {
      amount: { type: 'string', description: 'How much', required: true },
      person: { type: 'person', description: 'Whose' },
      role: { type: 'role', description: 'Of which group' },
      channel: { type: 'channel', description: 'Of which channel' },
    },
  }),
];

export interface Bench {
  readonly slack: SlackStandin;
  readonly surface: SlackSurface;
  readonly invocations: Invocation[];
  readonly replies: Reply[];
  readonly presses: ButtonPress[];
  readonly submissions: FormSubmission[];
  /** The forms that there are, by their ids. */
  forms: Readonly<Record<string, Form>>;
  readonly logged: string[];
  /** What the handler does with every request; writes `Hello` at first. */
  answer: (invocation: Invocation, reply: Reply) => Promise<void>;
  /** Starts the surface of this mode; the stand-in delivers to it. */
  start(): Promise<void>;
  /** Another process: a surface that shares nothing with this one but Slack. */
  otherSurface(): SlackSurface;
  close(): Promise<void>;
}

export async function writeAll(reply: Reply, message: Message, final = true): Promise<void> {
  for (let calls = 0; calls < 20; calls++) if ((await reply.write(message, final)) === 'shown') return;
  throw new Error('20 requests were not enough');
}

/** Polls until it no longer throws or returns something false; for what happens on the other side of a socket. */
export async function eventually<T>(look: () => T, deadlineMs = 10_000): Promise<NonNullable<T>> {
  const until = performance.now() + deadlineMs;
  for (;;) {
    const found = look();
    if (found) return found;
    if (performance.now() > until) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export async function createBench(
  mode: Mode,
  options: SlackStandinOptions & { botToken?: string; appToken?: string } = {},
): Promise<Bench> {
  const slack = await createSlackStandin(options);
  const logged: string[] = [];
  const line = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: line, info: line, warn: line, error: line };
  const invocations: Invocation[] = [];
  const replies: Reply[] = [];
  const presses: ButtonPress[] = [];
  const submissions: FormSubmission[] = [];
  const handler: Handler = {
    async handle(invocation, reply) {
      invocations.push(invocation);
      replies.push(reply);
      await bench.answer(invocation, reply);
    },
    async press(press) {
      presses.push(press);
      return `Pressed ${press.id}.`;
    },
    suggest: async () => [],
    openForm: async (id) => bench.forms[id] ?? 'There is no such form.',
    async submit(submission, reply) {
      submissions.push(submission);
      replies.push(reply);
      await writeAll(reply, { text: 'Submitted' });
    },
  };
  const createSurface = () =>
    createSlackSurface({
      botToken: options.botToken ?? slack.world.botToken,
      ...(mode === 'socket'
        ? { appToken: options.appToken ?? slack.world.appToken }
        : { signingSecret: slack.world.signingSecret }),
      apiUrl: slack.apiUrl,
      commands,
      handler,
      clock: systemClock,
      log,
    });
  const surface = createSurface();
  const { httpHandler } = surface;
  const server = httpHandler ? createServer(getRequestListener(httpHandler)) : undefined;
  if (server) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (typeof address === 'object' && address)
      slack.deliverTo(`http://127.0.0.1:${address.port}/slack/events`);
  }
  const bench: Bench = {
    slack,
    surface,
    invocations,
    replies,
    presses,
    submissions,
    forms: {},
    logged,
    answer: (_, reply) => writeAll(reply, { text: 'Hello' }),
    start: () => surface.start(),
    otherSurface: createSurface,
    async close() {
      await surface.stop();
      server?.closeAllConnections();
      server?.close();
      await slack.close();
    },
  };
  return bench;
}
