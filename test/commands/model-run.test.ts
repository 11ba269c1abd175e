/** What every command about a model hands over, and what becomes of it: checked, paid for, or nobody's to mend but the operator's. */

import { describe, expect, it } from 'vitest';
import { createModelRuns, type ModelRun } from '../../src/commands/model-run.ts';
import type { PayableModel } from '../../src/commands/run-cost.ts';
import { OperatorError, UserError } from '../../src/core/errors.ts';
import type { ModelFile } from '../../src/core/files/intake.ts';
import type { ModelInput } from '../../src/core/models/prediction.ts';

const MODEL: PayableModel = {
  name: 'llava',
  ref: 'owner/llava',
  price: { by: 'second', microUsdPerSecond: 100 },
  maxSeconds: 60,
  typicalSeconds: 5,
  maxOutputTokens: 200,
};
const TOKENS: PayableModel = {
  ...MODEL,
  price: { by: 'token', microUsdPerMillionInput: 1_000_000, microUsdPerMillionOutput: 2_000_000 },
};
const prompt: ModelInput = { name: 'prompt', type: 'string', required: true };
const image: ModelInput = { name: 'image', type: 'string', format: 'uri', required: false };
const limit: ModelInput = { name: 'max_tokens', type: 'integer', required: false, maximum: 150 };
const OPTIONS = { prompt: 'prompt' };

function recording(seconds: number): ModelFile {
  return {
    url: 'https://files.example/talk.wav',
    name: 'talk.wav',
    type: { kind: 'audio', contentType: 'audio/wav', extension: 'wav' },
    length: { seconds, atMostSeconds: seconds + 10, measured: true },
  };
}

function plan(run: Partial<ModelRun> & { readonly inputs: readonly ModelInput[] }, file = recording(30)) {
  const { inputs, ...rest } = run;
  const modelRuns = createModelRuns({
    models: { resolve: () => Promise.reject(new Error('resolved already')) },
    intake: { forModel: async () => file },
    askAboveSeconds: 600,
  });
  const resolved = { ref: 'owner/llava', official: true, inputs };
  return modelRuns.plan({ model: MODEL, resolved, given: {}, ...rest });
}

const attached = new Map([['image', ['https://files.example/talk.wav']]]);

describe('an input', () => {
  it('that the model needs and nobody can give is for the operator to mend', async () => {
    const mask: ModelInput = { name: 'mask', type: 'string', format: 'uri', required: true };
    const planning = plan({
      inputs: [prompt, mask],
      given: { prompt: 'a' },
      mapping: { command: 'ask', options: OPTIONS },
    });
    await expect(planning).rejects.toThrow(
      new OperatorError(
        'commands.ask: owner/llava needs mask, which no option and no fixed input sets',
        '`/ask` is not set up correctly; an admin can see why in the bot’s log.',
      ),
    );
  });

  it('that people give by its own name is asked of them', async () => {
    await expect(plan({ inputs: [prompt] })).rejects.toThrow(new UserError('Please give `prompt`: a text.'));
  });

  it('is called what its option is called', async () => {
    const planning = plan({
      inputs: [prompt, limit],
      given: { prompt: 'a', max_tokens: 151 },
      mapping: { command: 'short', options: { ...OPTIONS, max_tokens: 'length' } },
    });
    await expect(planning).rejects.toThrow(/^`length` must be /);
  });

  it('that limits the answer is told, so that an answer that reached it can go on', async () => {
    const limited = await plan({ inputs: [prompt, limit], given: { prompt: 'a', max_tokens: 20 } });
    expect(limited.plan).toMatchObject({ limitInput: 'max_tokens', input: { max_tokens: 20 } });
    const free = await plan({ inputs: [prompt, limit], given: { prompt: 'a' } });
    expect(free.plan).not.toHaveProperty('limitInput');
  });
});

it('is good for another time as long as its files are kept', async () => {
  const kept = (keptUntil: number) => ({ ...recording(30), keptUntil });
  const run = { inputs: [image], files: attached };
  expect((await plan(run, kept(5000))).plan.filesKeptUntil).toBe(5000);
  expect((await plan({ ...run, keptUntil: 4000 }, kept(5000))).plan.filesKeptUntil).toBe(4000);
  expect((await plan(run)).plan).not.toHaveProperty('filesKeptUntil');
});

describe('tokens', () => {
  it('are bounded by the bytes of what the model reads, its own defaults included, and by its limit', async () => {
    const system: ModelInput = { name: 'system', type: 'string', required: false, default: 'ü'.repeat(50) };
    const { plan: made } = await plan({
      model: TOKENS,
      inputs: [prompt, system, limit],
      given: { prompt: 'x'.repeat(100) },
      hiddenTokens: { template: 7 },
    });
    expect(made.cost).toMatchObject({ by: 'token', inputTokens: 100 + 1 + 100 + 7, maxOutputTokens: 150 });
    expect(made.input).toMatchObject({ max_tokens: 150 });
  });

  it('of files are counted where a bound is known, and refused where none is', async () => {
    const run = { model: TOKENS, inputs: [prompt, image, limit], given: { prompt: 'a' }, files: attached };
    const { plan: made } = await plan({ ...run, hiddenTokens: { template: 7, perFile: 5000 } });
    expect(made.cost).toMatchObject({ inputTokens: 1 + 7 + 5000 });
    await expect(plan(run)).rejects.toThrow(/Please give it text only/);
  });
});

describe('sound', () => {
  it('makes a run as long as a tenth of it', async () => {
    const { plan: made } = await plan({ inputs: [image], files: attached }, recording(400));
    expect(made.cost).toMatchObject({ typicalSeconds: 40 });
    expect(made).not.toHaveProperty('notice');
  });

  it('that is long is announced', async () => {
    const { plan: made } = await plan({ inputs: [image], files: attached }, recording(660));
    expect(made.notice).toMatch(/^The recording is 11 min long\./);
    const two = new Map([['image', ['https://files.example/1.wav', 'https://files.example/2.wav']]]);
    const together = await plan({ inputs: [{ ...image, type: 'array' }], files: two }, recording(660));
    expect(together.plan.notice).toMatch(/^The recordings are 22 min long together\./);
  });

  it('that may take longer than the model may run is announced as such', async () => {
    const run = { inputs: [image], files: attached };
    const cut = ' llava may run for 60 s at most, which may be too short for that.';
    expect((await plan(run, recording(598))).plan).not.toHaveProperty('notice');
    expect((await plan(run, recording(606))).plan.notice).toBe(`The recording is 10 min long.${cut}`);
    const model = { ...MODEL, maxSeconds: 20 };
    expect((await plan({ ...run, model }, recording(210))).plan.notice).toMatch(
      /^The recording is 4 min long\. /,
    );
    const patient = { ...MODEL, maxSeconds: 300 };
    expect((await plan({ ...run, model: patient }, recording(660))).plan.notice).toBe(
      'The recording is 11 min long.',
    );
  });
});
