/** References to models: pinned where they must be, their inputs read, remembered for an hour. */

import { afterEach, beforeEach, expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors.ts';
import {
  createReplicateServer,
  createSkippingClock,
  failureOf,
  json,
  type ReplicateServer,
} from './replicate-server.ts';

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

let server: ReplicateServer;
beforeEach(async () => {
  server = await createReplicateServer();
});
afterEach(() => server.close());

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
  const error = await failureOf(server.models().resolve('no/body'));
  expect(error).toBeInstanceOf(UserError);
  expect(error.message).toBe(
    'The model no/body does not exist on Replicate, or it is private. Check how it is spelled.',
  );
});

test.each(['llama', 'a/b/c', 'a/b:latest', '../x', `a/b:${'A'.repeat(64)}`])(
  'refuses %s without asking anybody',
  async (ref) => {
    expect((await failureOf(server.models().resolve(ref))).message).toContain('Write owner/name');
    expect(server.seen).toHaveLength(0);
  },
);
