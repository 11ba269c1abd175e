/** `/models` against the sandbox. */

import { afterEach, expect, it } from 'vitest';
import { createModelsCommand } from '../../src/commands/models.ts';
import { systemClock } from '../../src/core/clock.ts';
import { readConfig } from '../../src/core/config/config.ts';
import { createReplicateModels } from '../../src/core/models/replicate-models.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/server.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const context = {
  person: { id: 'web:local', name: 'local', platformAdmin: false },
  place: { surface: 'web' as const, channel: 'c', direct: true },
  attachments: [],
  admin: false,
};

let sandbox: Sandbox;
afterEach(() => sandbox.stop());

it('shows what a community model without a version was pinned to, and the price', async () => {
  sandbox = createSandbox();
  const { url } = await sandbox.start();
  const models = createReplicateModels({ token: 'any', baseUrl: url, clock: systemClock, log: silent });
  const config = readConfig({});
  const [llama] = config.ask.models;
  const story = { ...llama, name: 'story', ref: 'sandbox/storyteller', price: { by: 'free' as const } };
  const command = createModelsCommand({
    config: { ...config, ask: { ...config.ask, models: [llama, story] } },
    models,
  });
  if (command.kind !== 'instant') throw new Error('not an instant command');

  const { text } = await command.run({}, context);

  expect(text).toContain(
    '**llama**: `meta/meta-llama-3-70b-instruct`, $0.000725 per second, used unless you name another',
  );
  expect(text).toMatch(/\*\*story\*\*: `sandbox\/storyteller:[0-9a-f]{8}`, free/);
});
