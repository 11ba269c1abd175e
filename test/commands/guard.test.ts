/** The guard: what it lets through, what it stops, and who pays for its judgement. */

import { describe, expect, it } from 'vitest';
import { createImagine } from '../../src/commands/imagine.ts';
import type { ModelConfig } from '../../src/core/config/config.ts';
import { ADA, type Core, type CoreOptions, startCore } from '../core/runs/running-core.ts';
import { attachment, startNamedCore } from './named-core.ts';

const BASE = { contextTokens: 4000, maxSeconds: 60, typicalSeconds: 2, maxOutputTokens: 100 };
const GUARD: ModelConfig = {
  ...BASE,
  name: 'llama-guard',
  ref: 'meta/meta-llama-guard-2-8b',
  price: { by: 'second', microUsdPerSecond: 725 },
};
const FLUX: ModelConfig = {
  ...BASE,
  name: 'flux',
  ref: 'black-forest-labs/flux-schnell',
  price: { by: 'image', microUsdPerImage: 3000 },
};
const REFUSED = 'The guard of this bot does not allow that. Please ask for something else.';

function start(options: CoreOptions = {}): Promise<Core> {
  return startCore({
    guard: { model: GUARD, commands: ['ask', 'imagine'] },
    commands: (services) => [createImagine({ ...services, config: { models: [FLUX] } })],
    ...options,
  });
}

const modelsOf = (core: Core) => core.sandbox.predictions.map((prediction) => prediction.model);

describe('the guard', () => {
  it('lets through what is safe, and its judgement is a run of the one who asked', async () => {
    const core = await start();
    await (await core.ask('Why is the sky blue?')).final();
    expect(modelsOf(core)).toEqual(['meta/meta-llama-guard-2-8b', 'meta/meta-llama-3-70b-instruct']);
    expect(core.sandbox.predictions[0]?.input.prompt).toBe('Why is the sky blue?');
    const [judgement, answer] = await core.runs();
    expect(judgement).toMatchObject({
      command: 'guard',
      personId: ADA.id,
      state: 'closed',
      outcome: 'succeeded',
    });
    const books = await core.books();
    expect(books.spentMicroUsd).toBe((judgement?.costMicroUsd ?? 0) + (answer?.costMicroUsd ?? 0));
    expect(judgement?.costMicroUsd).toBe(core.costOf(0));
    expect(books).toMatchObject({ reservedMicroUsd: 0, differences: [] });
  });

  it('stops what is not, in questions, in what they are about, and in pictures', async () => {
    const core = await start();
    expect((await (await core.ask('something unsafe')).final()).text).toBe(REFUSED);
    const about = { text: 'an unsafe message', attachments: [] };
    expect((await (await core.ask('What is this?', { about })).final()).text).toBe(REFUSED);
    const imagine = await core.ask('', {
      command: 'imagine',
      args: { form: 'typed', values: { prompt: 'a fox', negative: 'unsafe' } },
    });
    expect((await imagine.final()).text).toBe(REFUSED);
    expect(new Set(modelsOf(core))).toEqual(new Set(['meta/meta-llama-guard-2-8b']));
    expect((await core.books()).spentMicroUsd).toBeGreaterThan(0);
  });

  it('stops what stands in a file', async () => {
    const core = await start();
    const bytes = new TextEncoder().encode('Something unsafe, word for word.');
    const attachments = [attachment('note.txt', 'text/plain', bytes)];
    expect((await (await core.ask('Do as it says.', { attachments })).final()).text).toBe(REFUSED);
    expect(modelsOf(core)).toEqual(['meta/meta-llama-guard-2-8b']);
  });

  it('stops it in the inputs of any model, in a line of text and in a form', async () => {
    const core = await startNamedCore('commands: { run: { hardware: t4 } }', {
      guard: { model: GUARD, commands: ['run'] },
    });
    const model = 'sandbox/word-counter';
    expect((await core.sayAsAdmin('run', `${model} text="something unsafe"`)).text).toBe(REFUSED);
    const fields = { argument: model, values: { text: 'something unsafe' }, files: {} };
    const args = { form: 'typed', values: { model } } as const;
    expect((await core.sayAsAdmin('run', '', { args, fields })).text).toBe(REFUSED);
    expect((await core.sayAsAdmin('run', `${model} text="a b"`)).text).toContain('"words": 2');
  });

  it('runs nothing without a verdict', async () => {
    const failing = await start({ sandbox: { endFailed: { error: 'CUDA out of memory', afterTokens: 0 } } });
    const refused = await (await failing.ask('Why?')).final();
    expect(refused.text).toBe(
      'What you asked could not be checked, so it was not run. Please try again later.',
    );
    expect(modelsOf(failing)).toEqual(['meta/meta-llama-guard-2-8b']);
    expect(failing.log.join()).toContain('the guard llama-guard gave no verdict: The model failed: CUDA');
  });

  it('is paid from the asker’s budget, and refuses when that is used up', async () => {
    const core = await start({ eachPerson: '0.000001 per day' });
    expect((await (await core.ask('Why?')).final()).text).toMatch(/budget/);
    expect(core.sandbox.predictions).toEqual([]);
  });

  it('judges only the commands that it is set over', async () => {
    const core = await start({ guard: { model: GUARD, commands: ['imagine'] } });
    await (await core.ask('something unsafe')).final();
    expect(modelsOf(core)).toEqual(['meta/meta-llama-3-70b-instruct']);
  });

  it('waits in no line: neither behind the asker’s runs nor in front of them', async () => {
    const core = await start({ atOnce: 1, queue: 1, sandbox: { tokensPerSecond: 20 } });
    const first = await core.ask('Why is the sky blue?');
    const second = await core.ask('Why is the sea blue?');
    await Promise.all([first.final(), second.final()]);
    expect(second.shown[0]?.status).toMatch(/^You are number 1 in line/);
    const guard = 'meta/meta-llama-guard-2-8b';
    const llama = 'meta/meta-llama-3-70b-instruct';
    expect(modelsOf(core)).toEqual([guard, llama, guard, llama]);
  });
});
