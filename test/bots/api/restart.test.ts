/** What outlives a process: a callback that was not taken yet, and an idempotency key. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createCore } from '../../../src/app/core.ts';
import { createStopStack } from '../../../src/app/stop-stack.ts';
import { createApiSurface } from '../../../src/bots/api/api-surface.ts';
import type { Post } from '../../../src/bots/api/callback.ts';
import { runBody } from '../../../src/bots/api/schemas.ts';
import type { SurfaceName } from '../../../src/core/chat.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { readConfig } from '../../../src/core/config/config.ts';
import type { Surface } from '../../../src/core/surface.ts';
import { createSandbox } from '../../../src/sandbox/server.ts';
import { silent } from '../../core/models/replicate-server.ts';

const REQUEST = {
  command: 'ask',
  input: { prompt: 'Why is the sky blue?' },
  callback: 'https://program.example/done',
};

it('sends the callback from the next process when the first one ended before it was taken, and runs nothing twice', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'replibot-api-'));
  const sandbox = createSandbox({ coldBootMs: 0, answer: 'Scattering.' });
  const { url } = await sandbox.start();
  onTestFinished(async () => {
    await sandbox.stop();
    await rm(folder, { recursive: true });
  });
  const config = readConfig({
    DATABASE_URL: `sqlite:${join(folder, 'bot.db')}`,
    REPLICATE_API_TOKEN: 'r8_test',
    REPLICATE_API_URL: url,
  });

  /** One life of the bot, with no surface but the HTTP endpoint. */
  async function live(post: Post, clock = systemClock) {
    const stops = createStopStack({ clock, log: silent });
    const surfaces = new Map<SurfaceName, Surface>();
    const parts = { config, clock, log: silent };
    const core = await createCore({ ...parts, surfaces: () => surfaces, stops });
    const api = createApiSurface({ ...core, ...parts, models: core.replicate.models, post });
    surfaces.set('api', api);
    await api.start();
    await core.runner.start();
    // While a callback is on its way it does not let go by itself, no more than a process that is killed.
    stops.add(() => core.runner.stop(), 200);
    return {
      ...core,
      async infer(secret: string) {
        const headers = { authorization: `Bearer ${secret}`, 'idempotency-key': 'order-1' };
        const body = JSON.stringify(REQUEST);
        const request = new Request('http://bot/v1/infer', { method: 'POST', headers, body });
        return runBody.parse(await (await api.app.fetch(request)).json());
      },
      stop: stops.unwind,
    };
  }

  let refused = 0;
  const first = await live(async () => {
    refused += 1;
    return 503;
  });
  const { secret } = await first.keys.create('program', { admin: false });
  const { run_id: id } = await first.infer(secret);
  await vi.waitFor(() => expect(refused).toBeGreaterThan(0), { timeout: 15_000, interval: 20 });
  expect((await first.runs.get(id))?.state).toBe('settled');
  await first.stop();

  const taken: { url: string; headers: Readonly<Record<string, string>>; body: string }[] = [];
  const second = await live(
    async (to, request) => {
      taken.push({ url: to, ...request });
      return 204;
    },
    // A minute later: nobody has renewed the first one's lease.
    { ...systemClock, now: () => Date.now() + 60_000 },
  );
  onTestFinished(() => second.stop());
  await vi.waitFor(async () => expect((await second.runs.get(id))?.state).toBe('closed'), {
    timeout: 15_000,
    interval: 20,
  });
  expect(taken).toHaveLength(1);
  expect(taken[0]).toMatchObject({ url: REQUEST.callback, headers: { 'webhook-id': id } });
  const run = runBody.parse(JSON.parse(taken[0]?.body ?? ''));
  expect([run.output].flat().join('')).toBe('Scattering.');
  expect(run).toMatchObject({ run_id: id, status: 'succeeded', cost_usd: expect.any(Number) });

  expect((await second.infer(secret)).run_id).toBe(id);
  expect(sandbox.predictions).toHaveLength(1);
  expect(taken).toHaveLength(1);
});
