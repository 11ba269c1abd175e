/** How requests reach Replicate: a create is sent again only when it certainly was not taken, all others until they work. */

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OperatorError, UserError } from '../../../src/core/errors.ts';
import { CreateUncertainError, type PredictionRequest } from '../../../src/core/models/prediction.ts';
import {
  apiPrediction,
  createReplicateServer,
  createSkippingClock,
  failureOf,
  hangUp,
  json,
  type ReplicateServer,
  TOKEN,
} from './replicate-server.ts';

const CREATE = 'POST /v1/predictions';
const request: PredictionRequest = { model: 'meta/llama', input: { prompt: 'Hi' }, deadlineSeconds: 90 };

let server: ReplicateServer;
beforeEach(async () => {
  server = await createReplicateServer();
});
afterEach(() => server.close());

describe('a create', () => {
  test('says what it runs, on what, and when Replicate shall stop it', async () => {
    server.on(CREATE, json(201, apiPrediction()));
    const prediction = await server.models().create(request);
    expect(prediction).toMatchObject({ id: 'p1', status: 'starting', createdAt: Date.UTC(2026, 10, 20, 10) });
    expect(server.seen[0]?.body).toEqual({ version: 'meta/llama', input: { prompt: 'Hi' } });
    expect(server.seen[0]?.headers).toMatchObject({
      'cancel-after': '90s',
      authorization: `Bearer ${TOKEN}`,
    });
  });

  test('goes to the deployment where one is asked for, with a deadline of at least five seconds', async () => {
    server.on('POST /v1/deployments/acme/chat/predictions', json(201, apiPrediction()));
    await server.models().create({ ...request, model: 'deployments/acme/chat', deadlineSeconds: 2 });
    expect(server.seen[0]?.body).toEqual({ input: { prompt: 'Hi' } });
    expect(server.seen[0]?.headers['cancel-after']).toBe('5s');
  });

  test('is sent once when the connection dies after it was taken', async () => {
    server.on(CREATE, hangUp);
    expect(await failureOf(server.models({ clock: createSkippingClock() }).create(request))).toBeInstanceOf(
      CreateUncertainError,
    );
    expect(server.count(CREATE)).toBe(1);
  });

  test('is sent once when no answer comes in time', async () => {
    server.on(CREATE, () => {});
    expect(await failureOf(server.models({ timeoutMs: 100 }).create(request))).toBeInstanceOf(
      CreateUncertainError,
    );
    expect(server.count(CREATE)).toBe(1);
  });

  test.each([500, 502, 504])('is sent once when the answer is %i', async (status) => {
    server.on(CREATE, json(status, { detail: `broken ${TOKEN}` }));
    expect(await failureOf(server.models({ clock: createSkippingClock() }).create(request))).toBeInstanceOf(
      CreateUncertainError,
    );
    expect(server.count(CREATE)).toBe(1);
  });

  test('is sent once when the answer is cut off', async () => {
    server.on(CREATE, (response) => {
      response.writeHead(201, { 'content-length': '1000' });
      response.write('{"id": "p1"', () => response.socket?.destroy());
    });
    expect(await failureOf(server.models().create(request))).toBeInstanceOf(CreateUncertainError);
    expect(server.count(CREATE)).toBe(1);
  });

  test('is never sent on to another address', async () => {
    server.on(CREATE, json(307, {}, { location: '/elsewhere' }));
    expect(await failureOf(server.models().create(request))).toBeInstanceOf(OperatorError);
    expect(server.seen).toHaveLength(1);
  });

  test('waits as long as Replicate asks when it is limited, and is then accepted once', async () => {
    const clock = createSkippingClock();
    server.on(
      CREATE,
      json(429, { detail: 'throttled', status: 429, retry_after: 5 }, { 'retry-after': '2' }),
      json(429, { detail: 'throttled', status: 429 }, { 'retry-after': '7' }),
      json(201, apiPrediction()),
    );
    const before = clock.now();
    expect((await server.models({ clock }).create(request)).id).toBe('p1');
    expect(server.count(CREATE)).toBe(3);
    expect(clock.now() - before).toBe(12_000);
  });

  test('gives up at once when Replicate wants more patience than a person has', async () => {
    server.on(CREATE, json(429, { detail: 'throttled', retry_after: 300 }));
    const error = await failureOf(server.models({ clock: createSkippingClock() }).create(request));
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toBe('Replicate is busy; try again in 300 s.');
    expect(server.count(CREATE)).toBe(1);
  });

  test('is repeated after a refusal by 503', async () => {
    server.on(CREATE, json(503, {}), json(201, apiPrediction()));
    await server.models({ clock: createSkippingClock() }).create(request);
    expect(server.count(CREATE)).toBe(2);
  });

  test('tells that Replicate is out of reach, and not that it may have happened, when nobody answers the door', async () => {
    await server.close();
    const error = await failureOf(server.models({ clock: createSkippingClock() }).create(request));
    expect(error).toBeInstanceOf(OperatorError);
    expect(error.message).toContain('ECONNREFUSED');
  });

  test.each([401, 402, 403])('tells the operator alone the reason for a %i', async (status) => {
    server.on(CREATE, json(status, { title: 'Nope', detail: `go to https://billing with ${TOKEN}`, status }));
    const error = await failureOf(server.models().create(request));
    expect(error).toMatchObject({
      name: 'OperatorError',
      forPerson: "The bot's Replicate account needs attention. Please tell an admin of this bot.",
    });
    expect(error.message).toContain(`Replicate answered ${status}: Nope: go to`);
    expect(server.count(CREATE)).toBe(1);
  });

  test('names the input that is wrong, and what is allowed', async () => {
    const Input = { properties: { width: { type: 'integer', minimum: 64, maximum: 1440 } } };
    const latest_version = { id: 'a'.repeat(64), openapi_schema: { components: { schemas: { Input } } } };
    server.on('GET /v1/models/meta/llama', json(200, { is_official: true, latest_version }));
    const detail = '- input.width: Must be less than or equal to 1440\n';
    server.on(CREATE, json(422, { title: 'Input validation failed', detail, status: 422 }));
    const error = await failureOf(server.models().create(request));
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toBe(
      'The model meta/llama did not accept the input. “width” Must be less than or equal to 1440 (allowed: a whole number from 64 to 1440).',
    );
  });

  test('names a missing input by the wording of the detail', async () => {
    server.on(CREATE, json(422, { detail: '- input: prompt is required\n', invalid_fields: [] }));
    const error = await failureOf(server.models().create(request));
    expect(error.message).toBe('The model meta/llama did not accept the input. “prompt” is required.');
  });

  test('is not sent when it was called off before', async () => {
    const reason = new Error('shutting down');
    await expect(server.models().create(request, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(server.seen).toHaveLength(0);
  });

  test('called off under way leaves open whether it happened', async () => {
    const abort = new AbortController();
    server.on(CREATE, () => abort.abort());
    expect(await failureOf(server.models().create(request, abort.signal))).toBeInstanceOf(
      CreateUncertainError,
    );
  });
});

describe('a call that may be repeated', () => {
  test.each(['500', '502', 'cut'])('asks again after %s, with growing jittered waits', async (kind) => {
    const clock = createSkippingClock();
    const bad = kind === 'cut' ? hangUp : json(Number(kind), {});
    server.on('GET /v1/predictions/p1', bad, bad, bad, json(200, apiPrediction({ status: 'processing' })));
    expect((await server.models({ clock, random: () => 0.5 }).get('p1')).status).toBe('processing');
    expect(clock.slept).toEqual([250, 500, 1000]);
  });

  test('gives up after six attempts', async () => {
    server.on('GET /v1/predictions/p1', json(500, { detail: TOKEN }));
    expect(await failureOf(server.models({ clock: createSkippingClock() }).get('p1'))).toMatchObject({
      forPerson: "Replicate can't be reached right now. Try again in a few minutes.",
    });
    expect(server.count('GET /v1/predictions/p1')).toBe(6);
  });

  test('repeats a cancel', async () => {
    server.on('POST /v1/predictions/p1/cancel', hangUp, json(500, {}), json(200, apiPrediction()));
    await server.models({ clock: createSkippingClock() }).cancel('p1');
    expect(server.count('POST /v1/predictions/p1/cancel')).toBe(3);
  });

  test('ends with the reason of its signal', async () => {
    const abort = new AbortController();
    const reason = new Error('enough');
    server.on('GET /v1/predictions/p1', () => abort.abort(reason));
    await expect(server.models().get('p1', abort.signal)).rejects.toBe(reason);
  });

  test('does not repeat a 404', async () => {
    expect(await failureOf(server.models().get('p1'))).toBeInstanceOf(UserError);
    expect(server.seen).toHaveLength(1);
  });
});
