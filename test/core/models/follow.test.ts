/** Predictions told as events, whatever becomes of the stream: every piece of text, and nothing twice. */

import { EventEmitter, once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PredictionEvent } from '../../../src/core/models/prediction.ts';
import type { ReplicateModelsOptions } from '../../../src/core/models/replicate-models.ts';
import {
  apiPrediction,
  createReplicateServer,
  createSkippingClock,
  json,
  type ReplicateServer,
  stream,
  TOKEN,
} from './replicate-server.ts';

const GET = 'GET /v1/predictions/p1';
const STREAM = 'GET /stream';

let server: ReplicateServer;
beforeEach(async () => {
  server = await createReplicateServer();
});
afterEach(() => server.close());

const startedAt = Date.UTC(2026, 10, 20, 10, 0, 2);
const started_at = new Date(startedAt).toISOString();
const streaming = (over: Record<string, unknown> = {}) =>
  json(200, apiPrediction({ urls: { get: '', cancel: '', stream: `${server.url}/stream` }, ...over }));
const running = (output: unknown = null, over: Record<string, unknown> = {}) =>
  json(200, apiPrediction({ status: 'processing', started_at, output, ...over }));
const ended = (output: unknown, over: Record<string, unknown> = {}) =>
  json(
    200,
    apiPrediction({ status: 'succeeded', started_at, output, metrics: { predict_time: 1.5 }, ...over }),
  );
const output = (data: string, id?: string) => `event: output\n${id ? `id: ${id}\n` : ''}data: ${data}\n\n`;
const DONE = 'event: done\ndata: {}\n\n';

/** Emits each piece of text when the reader has it. */
const told = new EventEmitter();

async function follow(options: Partial<ReplicateModelsOptions> = {}): Promise<PredictionEvent[]> {
  const events: PredictionEvent[] = [];
  for await (const event of server.models(options).follow('p1')) {
    events.push(event);
    if (event.type === 'text-delta') told.emit(event.text);
  }
  expect(events.filter((event) => event.type === 'end')).toHaveLength(1);
  expect(events.at(-1)?.type).toBe('end');
  expect(events.filter((event) => event.type === 'start').length).toBeLessThanOrEqual(1);
  return events;
}

/** The stream says this and stays open. Resolves when the reader has closed it. */
function streamUntilLeft(text: string): Promise<void> {
  return new Promise((resolve) => {
    server.on(STREAM, async (response, request) => {
      response.on('close', resolve);
      await stream([output(text)], 'open')(response, request);
    });
  });
}

const types = (events: readonly PredictionEvent[]) => events.map((event) => event.type);
const ofType = <T extends PredictionEvent['type']>(events: readonly PredictionEvent[], type: T) =>
  events.filter((event): event is Extract<PredictionEvent, { type: T }> => event.type === type);

const pieces = (events: readonly PredictionEvent[]) => ofType(events, 'text-delta').map(({ text }) => text);

/** What a reader has before them when all events are through. */
function shown(events: readonly PredictionEvent[]): string {
  return events.reduce((text, event) => {
    if (event.type === 'text-delta') return text + event.text;
    return event.type === 'text-reset' ? event.text : text;
  }, '');
}

describe('with a stream', () => {
  test('tells start, every piece of text, logs, and the end with its metrics', async () => {
    server.on(GET, streaming(), ended(['Hel', 'lo\n', 'you'], { logs: 'thinking\n' }));
    server.on(
      STREAM,
      stream([
        'event: logs\ndata: thinking\ndata: \n\n',
        output('Hel'),
        output('lo\ndata: '),
        output('you'),
        DONE,
      ]),
    );
    const events = await follow();
    expect(types(events)).toEqual(['log', 'start', 'text-delta', 'text-delta', 'text-delta', 'end']);
    expect(shown(events)).toBe('Hello\nyou');
    expect(events.at(-1)).toMatchObject({
      status: 'succeeded',
      prediction: { metrics: { predictSeconds: 1.5 } },
    });
  });

  test('never gives the token to the stream', async () => {
    server.on(GET, streaming(), ended(''));
    server.on(STREAM, stream([DONE]));
    await follow();
    expect(JSON.stringify(server.seen.find((one) => one.path === '/stream')?.headers)).not.toContain(TOKEN);
  });

  test('resumes a cut stream after the last id and tells nothing twice', async () => {
    server.on(GET, streaming(), ended('abcd'));
    server.on(
      STREAM,
      stream([output('a', '1'), output('b', '2')], once(told, 'b')),
      stream([output('b', '2'), output('c', '3'), output('d', '4'), DONE]),
    );
    const events = await follow();
    expect(pieces(events)).toEqual(['a', 'b', 'c', 'd']);
    expect(server.seen.filter((one) => one.path === '/stream')[1]?.headers['last-event-id']).toBe('2');
  });

  test('tells nothing twice when the resumed stream begins anew', async () => {
    server.on(GET, streaming(), ended('abc'));
    server.on(
      STREAM,
      stream([output('a', '1'), output('b', '2')], 'end'),
      stream([output('a', '1'), output('b', '2'), output('c', '3'), DONE]),
    );
    expect(pieces(await follow())).toEqual(['a', 'b', 'c']);
  });

  test.each(['cut', 'end'] as const)(
    'polls the rest when a stream without ids is over early (%s)',
    async (how) => {
      server.on(GET, streaming(), running(['ab', 'c']), ended(['ab', 'c', 'd']));
      server.on(STREAM, stream([output('a'), output('b')], how === 'cut' ? once(told, 'b') : 'end'));
      expect(pieces(await follow())).toEqual(['a', 'b', 'c', 'd']);
      expect(server.count(STREAM)).toBe(1);
    },
  );

  test('polls when the stream can not be had', async () => {
    server.on(GET, streaming(), ended('whole'));
    server.on(STREAM, json(410, {}));
    expect(shown(await follow({ clock: createSkippingClock() }))).toBe('whole');
  });

  test('tells the end that the stream left out', async () => {
    server.on(GET, streaming(), ended('Hello'));
    server.on(STREAM, stream([output('Hel'), DONE]));
    expect(types(await follow())).toEqual(['start', 'text-delta', 'text-delta', 'end']);
  });

  test('puts right a text that is not the one that is stored', async () => {
    server.on(GET, streaming(), ended('Good day'));
    server.on(STREAM, stream([output('Hello'), DONE]));
    const events = await follow();
    expect(ofType(events, 'text-reset')).toEqual([{ type: 'text-reset', text: 'Good day' }]);
  });

  test('keeps what was told when the stored output is gone already', async () => {
    server.on(GET, streaming(), ended(null, { data_removed: true }));
    server.on(STREAM, stream([output('Hello'), DONE]));
    expect(shown(await follow())).toBe('Hello');
  });

  test('keeps what was told when the run was stopped', async () => {
    server.on(GET, streaming(), ended(['Hel'], { status: 'canceled' }));
    server.on(STREAM, stream([output('Hel'), output('lo'), 'event: done\ndata: {"reason": "canceled"}\n\n']));
    const events = await follow();
    expect(shown(events)).toBe('Hello');
    expect(events.at(-1)).toMatchObject({ status: 'canceled' });
  });

  test('ends as failed, with the error, when the stream reports one', async () => {
    server.on(GET, streaming(), ended(null, { status: 'failed', error: 'CUDA (E1001)' }));
    server.on(STREAM, stream(['event: error\ndata: {"detail": "CUDA"}\n\n']));
    expect((await follow()).at(-1)).toMatchObject({
      status: 'failed',
      prediction: { error: 'CUDA (E1001)' },
    });
  });

  test('waits for Replicate to settle when the stream is done first', async () => {
    server.on(GET, streaming(), running('Hi'), ended('Hi'));
    server.on(STREAM, stream([output('Hi'), DONE]));
    expect(types(await follow())).toEqual(['start', 'text-delta', 'end']);
  });

  test('shows at once what was written before, and goes on where a replayed stream gets new', async () => {
    const urls = { get: '', cancel: '', stream: `${server.url}/stream` };
    server.on(GET, running(['one ', 'two '], { urls }), ended('one two three'));
    server.on(STREAM, stream([output('one '), output('two thr'), output('ee'), DONE]));
    const events = await follow();
    expect(events[0]).toEqual({ type: 'start', startedAt });
    expect(pieces(events)).toEqual(['one two ', 'thr', 'ee']);
  });

  test('polls when a joined stream does not go back to the beginning', async () => {
    const urls = { get: '', cancel: '', stream: `${server.url}/stream` };
    server.on(GET, running('one two ', { urls }), ended('one two three four'));
    server.on(STREAM, stream([output('four')], 'open'));
    const events = await follow();
    expect(shown(events)).toBe('one two three four');
    expect(ofType(events, 'text-reset')).toEqual([]);
  });

  test('tells that the model has started although nothing is streamed yet', async () => {
    server.on(GET, streaming(), running(), ended('late'));
    server.on(STREAM, stream([], 'open'));
    expect((await follow({ stallMs: 50 }))[0]).toEqual({ type: 'start', startedAt });
  });

  test('leaves a stream that has gone silent while the text went on', async () => {
    server.on(GET, streaming(), running('Hello wor'), ended('Hello world'));
    server.on(STREAM, stream([output('Hello')], 'open'));
    const events = await follow({ stallMs: 50 });
    expect(pieces(events)).toEqual(['Hello', ' wor', 'ld']);
  });

  test('ends with the reason of its signal, closes the stream, and cancels nothing', async () => {
    const abort = new AbortController();
    const reason = new Error('enough');
    server.on(GET, streaming());
    const closed = streamUntilLeft('Hello');
    const events = server.models().follow('p1', abort.signal);
    await expect(
      (async () => {
        for await (const event of events) if (event.type === 'text-delta') abort.abort(reason);
      })(),
    ).rejects.toBe(reason);
    await closed;
    expect(server.seen.filter((one) => one.method === 'POST')).toEqual([]);
  });

  test('closes the stream when the reader leaves', async () => {
    server.on(GET, streaming());
    const closed = streamUntilLeft('Hello');
    for await (const event of server.models().follow('p1')) if (event.type === 'text-delta') break;
    await closed;
  });
});

describe('without a stream', () => {
  test('tells the output as it grows, with longer and longer waits in between', async () => {
    const clock = createSkippingClock();
    const waiting = json(200, apiPrediction());
    server.on(
      GET,
      ...Array(9).fill(waiting),
      running(['a']),
      running(['a', 'b'], { logs: '1\n' }),
      ended(['a', 'b', 'c'], { logs: '1\n2\n' }),
    );
    const events = await follow({ clock });
    expect(events.slice(0, -1)).toEqual([
      { type: 'start', startedAt },
      { type: 'text-delta', text: 'a' },
      { type: 'text-delta', text: 'b' },
      { type: 'log', text: '1\n' },
      { type: 'text-delta', text: 'c' },
      { type: 'log', text: '2\n' },
    ]);
    expect(clock.slept[0]).toBeLessThan(1000);
    expect(Math.max(...clock.slept)).toBe(5000);
    expect(clock.slept.slice(-2)).toEqual([500, 500]);
  });

  test('tells files at the end, and does not open a stream of file bytes', async () => {
    const files = ['https://replicate.delivery/a/0.png', 'https://replicate.delivery/a/1.png'];
    const urls = { get: '', cancel: '', stream: `${server.url}/v1/files/x` };
    server.on(GET, json(200, apiPrediction({ urls })), running([files[0]], { urls }), ended(files, { urls }));
    const events = await follow({ clock: createSkippingClock() });
    expect(types(events)).toEqual(['start', 'file', 'file', 'end']);
    expect(ofType(events, 'file').map((event) => event.url)).toEqual(files);
  });

  test('tells everything of a prediction that has long ended', async () => {
    server.on(GET, ended('Hi', { logs: 'x' }));
    expect(types(await follow())).toEqual(['start', 'text-delta', 'log', 'end']);
  });

  test('ends an aborted prediction without a start', async () => {
    server.on(GET, json(200, apiPrediction()), json(200, apiPrediction({ status: 'aborted' })));
    expect(types(await follow({ clock: createSkippingClock() }))).toEqual(['end']);
  });

  test('outlasts minutes in which Replicate is out of reach', async () => {
    server.on(GET, running('a'), ...Array(30).fill(json(500, {})), ended('ab'));
    expect(shown(await follow({ clock: createSkippingClock() }))).toBe('ab');
  });

  test('gives up at once when the token is refused', async () => {
    server.on(GET, running('a'), json(401, { title: 'Unauthenticated' }));
    await expect(follow({ clock: createSkippingClock() })).rejects.toMatchObject({ name: 'OperatorError' });
  });
});
