import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OperatorError, UserError } from '../../../src/core/errors.ts';
import { CreateUncertainError, type PredictionRequest } from '../../../src/core/models/prediction.ts';
import {
  apiPrediction,
  createReplicateServer,
  createSkippingClock,
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

async function failure(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error('something else than an error was thrown');
  expect(inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toContain(TOKEN);
  return error;
}

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
    expect(await failure(server.models({ clock: createSkippingClock() }).create(request))).toBeInstanceOf(
      CreateUncertainError,
    );
    expect(server.count(CREATE)).toBe(1);
  });

  test('is sent once when no answer comes in time', async () => {
    server.on(CREATE, () => {});
    expect(await failure(server.models({ timeoutMs: 100 }).create(request))).toBeInstanceOf(
      CreateUncertainError,
    );
    expect(server.count(CREATE)).toBe(1);
  });

  test.each([500, 502, 504])('is sent once when the answer is %i', async (status) => {
    server.on(CREATE, json(status, { detail: `broken ${TOKEN}` }));
    expect(await failure(server.models({ clock: createSkippingClock() }).create(request))).toBeInstanceOf(
      CreateUncertainError,
    );
    expect(server.count(CREATE)).toBe(1);
  });

  test('is sent once when the answer is cut off', async () => {
    server.on(CREATE, (response) => {
      response.writeHead(201, { 'content-length': '1000' }).write('{"id": "p1"');
      setTimeout(() => response.socket?.destroy(), 50);
    });
    expect(await failure(server.models().create(request))).toBeInstanceOf(CreateUncertainError);
    expect(server.count(CREATE)).toBe(1);
  });

  test('is never sent on to another address', async () => {
    server.on(CREATE, json(307, {}, { location: '/elsewhere' }));
    expect(await failure(server.models().create(request))).toBeInstanceOf(OperatorError);
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
    const error = await failure(server.models({ clock: createSkippingClock() }).create(request));
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
    const error = await failure(server.models({ clock: createSkippingClock() }).create(request));
    expect(error).toBeInstanceOf(OperatorError);
    expect(error.message).toContain('ECONNREFUSED');
  });

  test.each([401, 402, 403])('tells the operator alone the reason for a %i', async (status) => {
    server.on(CREATE, json(status, { title: 'Nope', detail: `go to https://billing with ${TOKEN}`, status }));
    const error = await failure(server.models().create(request));
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
    const error = await failure(server.models().create(request));
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toBe(
      'The model meta/llama did not accept the input. “width” Must be less than or equal to 1440 (allowed: a whole number from 64 to 1440).',
    );
  });

  test('names a missing input by the wording of the detail', async () => {
    server.on(CREATE, json(422, { detail: '- input: prompt is required\n', invalid_fields: [] }));
    const error = await failure(server.models().create(request));
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
    expect(await failure(server.models().create(request, abort.signal))).toBeInstanceOf(CreateUncertainError);
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
    expect(await failure(server.models({ clock: createSkippingClock() }).get('p1'))).toMatchObject({
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
    expect(await failure(server.models().get('p1'))).toBeInstanceOf(UserError);
    expect(server.seen).toHaveLength(1);
  });
});

describe('find', () => {
  const at = (seconds: number) => new Date(Date.UTC(2026, 10, 20, 10) + seconds * 1000).toISOString();
  const since = Date.UTC(2026, 10, 20, 10);

  test('returns every prediction of the same model and input since then, oldest first, over all pages', async () => {
    const next = 'https://elsewhere.example/v1/predictions?cursor=abc';
    server.on(
      'GET /v1/predictions',
      json(200, {
        next,
        results: [
          apiPrediction({ id: 'newest', created_at: at(9), input: undefined }),
          apiPrediction({ id: 'other-input', created_at: at(8), input: { prompt: 'Ho' } }),
          apiPrediction({ id: 'other-model', created_at: at(7), model: 'meta/other' }),
        ],
      }),
    );
    server.on('GET /v1/predictions/newest', json(200, apiPrediction({ id: 'newest', created_at: at(9) })));
    server.on(
      'GET /v1/predictions?cursor=abc',
      json(200, {
        next,
        results: [
          apiPrediction({ id: 'skewed', created_at: at(-3) }),
          apiPrediction({ id: 'too-old', created_at: at(-9) }),
        ],
      }),
    );
    const found = await server.models().find(request, since);
    expect(found.map((prediction) => prediction.id)).toEqual(['skewed', 'newest']);
  });

  test('returns nothing when Replicate has nothing', async () => {
    server.on('GET /v1/predictions', json(200, { next: null, results: [] }));
    expect(await server.models().find(request, since)).toEqual([]);
  });

  test('knows a community model by its version', async () => {
    const version = 'c'.repeat(64);
    const results = [
      apiPrediction({ version, created_at: at(1) }),
      apiPrediction({ version: 'd'.repeat(64), created_at: at(0) }),
    ];
    server.on('GET /v1/predictions', json(200, { next: null, results }));
    expect(await server.models().find({ ...request, model: `meta/llama:${version}` }, since)).toHaveLength(1);
  });
});

describe('resolve', () => {
  const version = 'b'.repeat(64);
  const openapi_schema = {
    components: {
      schemas: {
        style: { type: 'string', enum: ['plain', 'fancy'] },
        Input: {
          required: ['prompt'],
          properties: {
            style: { allOf: [{ $ref: '#/components/schemas/style' }], default: 'plain', 'x-order': 2 },
            prompt: { type: 'string', 'x-order': 0 },
            image: { type: 'string', format: 'uri', 'x-order': 1 },
          },
        },
      },
    },
  };
  const latest_version = { id: version, openapi_schema };

  test('leaves official models as they are', async () => {
    server.on('GET /v1/models/meta/llama', json(200, { is_official: true, latest_version }));
    expect(await server.models().resolve('meta/llama')).toMatchObject({ ref: 'meta/llama', official: true });
  });

  test('pins a community model, sorts its inputs, and remembers it', async () => {
    server.on('GET /v1/models/ann/art', json(200, { is_official: false, latest_version }));
    const models = server.models();
    const model = await models.resolve('ann/art');
    expect(await models.resolve('ann/art')).toEqual(model);
    expect(server.seen).toHaveLength(1);
    expect(model).toEqual({
      ref: `ann/art:${version}`,
      official: false,
      inputs: [
        { name: 'prompt', type: 'string', required: true },
        { name: 'image', type: 'string', format: 'uri', required: false },
        { name: 'style', type: 'string', required: false, default: 'plain', enum: ['plain', 'fancy'] },
      ],
    });
  });

  test('asks again when it has been an hour', async () => {
    const clock = createSkippingClock();
    server.on('GET /v1/models/ann/art', json(200, { is_official: false, latest_version }));
    const models = server.models({ clock });
    await models.resolve('ann/art');
    await clock.sleep(3_600_001);
    await models.resolve('ann/art');
    expect(server.seen).toHaveLength(2);
  });

  test('reads the schema of exactly the version that is pinned', async () => {
    server.on(`GET /v1/models/ann/art/versions/${version}`, json(200, latest_version));
    const model = await server.models().resolve(`ann/art:${version}`);
    expect(model.ref).toBe(`ann/art:${version}`);
    expect(model.inputs).toHaveLength(3);
  });

  test('reads the schema of what a deployment runs', async () => {
    server.on('GET /v1/deployments/acme/art', json(200, { current_release: { model: 'ann/art', version } }));
    server.on(`GET /v1/models/ann/art/versions/${version}`, json(200, latest_version));
    const model = await server.models().resolve('deployments/acme/art');
    expect(model.ref).toBe('deployments/acme/art');
    expect(model.inputs).toHaveLength(3);
  });

  test('says that a model does not exist', async () => {
    const error = await failure(server.models().resolve('no/body'));
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toBe(
      'The model no/body does not exist on Replicate, or it is private. Check how it is spelled.',
    );
  });

  test.each(['llama', 'a/b/c', 'a/b:latest', '../x', `a/b:${'A'.repeat(64)}`])(
    'refuses %s without asking anybody',
    async (ref) => {
      expect((await failure(server.models().resolve(ref))).message).toContain('Write owner/name');
      expect(server.seen).toHaveLength(0);
    },
  );
});
