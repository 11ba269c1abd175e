/** `/run` as people meet it, over the sandbox: rights, forms, text, files, answers, money. */

import { describe, expect, it } from 'vitest';
import { createModelRuns } from '../../src/commands/model-run.ts';
import { createRun } from '../../src/commands/run.ts';
import { ADA, ADMIN } from '../core/runs/running-core.ts';
import { attachment, PNG, startNamedCore, wav } from './named-core.ts';

const FALLBACK = 'commands: { run: { hardware: t4, max-seconds: 600 } }';
const COUNTER = 'sandbox/word-counter';
const PLACE = { surface: 'web', channel: 'lobby', direct: true } as const;

describe('who may', () => {
  it('is for admins, until one opens the model to everybody, and again when one takes it back', async () => {
    const core = await startNamedCore(FALLBACK);
    const text = `${COUNTER} text="a b a"`;
    expect((await core.say('run', text)).text).toBe(
      '`sandbox/word-counter` is for admins, until one of them opens it with `/models allow sandbox/word-counter`.',
    );
    expect((await core.say('models allow', COUNTER)).text).toMatch(/^Only admins may use `\/models allow`/);

    const allowed = await core.sayAsAdmin('models allow', COUNTER);
    expect(allowed.text).toMatch(
      /^Everybody may now run `sandbox\/word-counter:[0-9a-f]{8}`: `\/run sandbox\/word-counter`\. It costs \$0\.000225 per second\.$/,
    );
    expect((await core.say('run', text)).text).toContain('"words": 3');
    expect((await core.say('run', 'sandbox/stem-splitter')).text).toContain(
      'You can run `sandbox/word-counter`.',
    );

    expect((await core.sayAsAdmin('models deny', COUNTER)).text).toContain('Only admins may run');
    expect((await core.say('run', text)).text).toContain('is for admins');
    expect((await core.sayAsAdmin('run', text)).text).toContain('"words": 3');
  });

  it('shows its form only to those who may', async () => {
    const core = await startNamedCore(FALLBACK);
    expect(await core.handler.openForm(`form:run:${COUNTER}`, ADA, PLACE)).toContain('is for admins');
    expect(await core.handler.openForm(`form:run:${COUNTER}`, ADMIN, PLACE)).toMatchObject({
      title: COUNTER,
    });
  });
});

describe('the price', () => {
  it('is refused when nothing bounds it', async () => {
    const core = await startNamedCore('');
    const { text } = await core.sayAsAdmin('run', `${COUNTER} text=x`);
    expect(text).toContain('Nobody has said what `sandbox/word-counter` costs, so it is not run.');
    expect(core.sandbox.predictions).toHaveLength(0);
  });

  it('of an unknown model is bounded by the configured hardware and time', async () => {
    const core = await startNamedCore(FALLBACK);
    await core.sayAsAdmin('run', `${COUNTER} text=x`);
    const [run] = await core.runs();
    expect(run).toMatchObject({ holdMicroUsd: 600 * 225, outcome: 'succeeded' });
    expect(run?.plan.label).toMatch(/^sandbox\/word-counter:[0-9a-f]{8}$/);
    expect(await core.books(ADMIN)).toMatchObject({ reservedMicroUsd: 0, differences: [] });
  });

  it('of a configured model is what stands there, also by the picture and the token', async () => {
    const core = await startNamedCore(
      `models:
  flux: { ref: black-forest-labs/flux-schnell, price: { per-image: 0.003 } }
  small: { ref: meta/meta-llama-3-8b-instruct, price: { input-tokens: 0.05, output-tokens: 0.25 }, max-tokens: 50 }`,
    );
    const pictures = await core.sayAsAdmin('run', 'black-forest-labs/flux-schnell a cat num_outputs=2');
    expect(pictures.files).toHaveLength(2);
    const [first] = await core.runs();
    expect(first).toMatchObject({ holdMicroUsd: 6000, costMicroUsd: 6000 });

    await core.sayAsAdmin('run', 'meta/meta-llama-3-8b-instruct Say hello');
    const [, second] = await core.runs();
    expect(second?.plan.input).toEqual({ prompt: 'Say hello', max_tokens: 50 });
    expect(second?.plan.cost).toMatchObject({ by: 'token', maxOutputTokens: 50, limitInput: 'max_tokens' });
  });

  it('of a well-known model stands in our list', async () => {
    const core = await startNamedCore('');
    const { files } = await core.sayAsAdmin('run', 'black-forest-labs/flux-schnell a cat');
    expect(files).toHaveLength(1);
    expect((await core.runs()).map((run) => run.costMicroUsd)).toEqual([3000]);
  });

  it('by the length of sound is known for a recording that is attached, and refused for a link', async () => {
    const core = await startNamedCore(
      'models: { splitter: { ref: sandbox/stem-splitter, price: { per-audio-second: 0.001 } } }',
    );
    const link = await core.sayAsAdmin('run', 'sandbox/stem-splitter audio=https://example.com/a.wav');
    expect(link.text).toContain('is paid by the length of the sound, and that can’t be told here.');
    await core.sayAsAdmin('run', 'sandbox/stem-splitter', {
      attachments: [attachment('song.wav', 'audio/wav', wav())],
    });
    expect((await core.runs()).map((run) => run.holdMicroUsd)).toEqual([1000]);
  });

  it('by the token is refused with files, whose tokens nobody knows', async () => {
    const core = await startNamedCore(
      'models: { seer: { ref: openai/gpt-4o-mini, price: { input-tokens: 0.15, output-tokens: 0.6 } } }',
    );
    const { text } = await core.sayAsAdmin('run', 'openai/gpt-4o-mini What is this?', {
      attachments: [attachment('dot.png', 'image/png', PNG)],
    });
    expect(text).toContain('nobody can say beforehand how many a file has');
    const link = 'openai/gpt-4o-mini prompt="What is this?" image_input=https://example.com/large.png';
    expect((await core.sayAsAdmin('run', link)).text).toBe(text);
    expect(core.sandbox.predictions).toHaveLength(0);
  });
});

describe('its button', () => {
  it('runs the same again, with another seed where there is one, for those who may', async () => {
    const core = await startNamedCore(FALLBACK);
    const first = await core.sayAsAdmin('run', 'black-forest-labs/flux-schnell prompt="a cat" seed=4');
    const [again] = first.buttons ?? [];
    expect(again).toMatchObject({ label: 'Again', id: expect.stringMatching(/^again:/) });
    expect(await core.press(again?.id ?? '', ADA)).toBe('Only the one who asked or an admin can do this.');
    await (await core.pressForReply(again?.id ?? '', ADMIN)).final();
    const [{ input: before } = { input: {} }, after] = core.sandbox.predictions;
    expect(after?.input).toEqual({ ...before, seed: expect.any(Number) });
    expect(after?.input.seed).not.toBe(4);
  });
});

describe('inputs', () => {
  it('offers a form with what the model takes and costs, whose fields become its input', async () => {
    const core = await startNamedCore(FALLBACK);
    const offer = await core.sayAsAdmin('run', COUNTER);
    expect(offer.text).toMatch(
      /^\*\*sandbox\/word-counter:[0-9a-f]{8}\*\*: \$0\.000225 per second, at most \$0\.14\./,
    );
    expect(offer.text).toContain('`/run sandbox/word-counter text="…"`');
    expect(offer.text).toContain(
      '- `text` (required): a text\n- `most`: a whole number from 1 to 50; 5 if left out',
    );
    expect(offer.buttons).toEqual([{ id: `form:run:${COUNTER}`, label: 'Fill in', style: 'primary' }]);

    const form = await core.handler.openForm(offer.buttons?.[0]?.id ?? '', ADMIN, PLACE);
    expect(form).toMatchObject({ id: `form:run:${COUNTER}` });
    if (typeof form === 'string') throw new Error(form);
    expect(form.fields.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'text text',
      'most line',
      'min_share line',
      'case_sensitive boolean',
      'order choice',
      'ignore text',
    ]);

    const answer = await core.ask('', {
      command: 'run',
      person: ADMIN,
      args: { form: 'typed', values: { model: COUNTER } },
      fields: {
        argument: COUNTER,
        values: { text: 'b a b', most: '1', case_sensitive: false, ignore: 'x\ny' },
        files: {},
      },
    });
    expect((await answer.final()).text).toContain('"words": 3');
    const [run] = await core.runs();
    expect(run?.plan.input).toEqual({ text: 'b a b', most: 1, case_sensitive: false, ignore: ['x', 'y'] });
  });

  it('says what is wrong before anything is created or reserved', async () => {
    const core = await startNamedCore(FALLBACK);
    const { text } = await core.sayAsAdmin('run', `${COUNTER} most=51 ordre=rare`);
    expect(text).toBe(
      'This model has no input "ordre". It takes `text`, `most`, `min_share`, `case_sensitive`, `order`, `ignore`.\n' +
        'Please give `text`: a text.\n' +
        '`most` must be a whole number from 1 to 50; not "51".',
    );
    expect(core.sandbox.predictions).toHaveLength(0);
    expect(await core.runs()).toHaveLength(0);
  });

  it('are taken from the options of a typed command too', async () => {
    const core = await startNamedCore(FALLBACK);
    const answer = await core.ask('', {
      command: 'run',
      person: ADMIN,
      args: { form: 'typed', values: { model: COUNTER, inputs: '{"text": "one two", "most": 2}' } },
    });
    expect((await answer.final()).text).toContain('"words": 2');
  });

  it('of a model that tells nothing of them are taken as they are written', async () => {
    const command = createRun({
      find: async (name) => ({
        name,
        model: { ref: name, official: true, inputs: [] },
        payable: {
          name,
          ref: name,
          price: { by: 'free' },
          maxSeconds: 60,
          typicalSeconds: 10,
          maxOutputTokens: 100,
        },
      }),
      search: async () => [],
      allowed: { list: async () => [] },
      followUpInput: () => Promise.reject(new Error('not asked')),
      modelRuns: createModelRuns({
        models: { resolve: () => Promise.reject(new Error('found already')) },
        intake: { forModel: () => Promise.reject(new Error('no file was given')) },
        askAboveSeconds: 600,
      }),
    });
    if (command.kind !== 'model') throw new Error('no model command');
    const context = { person: ADMIN, place: PLACE, attachments: [], admin: true };
    const form = await command.form?.('ada/mystery', context);
    expect(form?.fields.map(({ name }) => name)).toEqual(['inputs']);
    const fields = {
      argument: 'ada/mystery',
      values: { inputs: 'prompt="a cat" size=2 deep={"a": 1}' },
      files: {},
    };
    const plan = await command.plan({ model: 'ada/mystery' }, { ...context, fields });
    expect(plan.input).toEqual({ prompt: 'a cat', size: 2, deep: { a: 1 } });
  });

  it.each(['nobody', 'sandbox/no-such-model', 'sandbox/word-counter:abc'])(
    'names what is no model: %s',
    async (ref) => {
      const core = await startNamedCore(FALLBACK);
      expect((await core.sayAsAdmin('run', `${ref} text=x`)).text).toMatch(/is not a model|does not exist/);
    },
  );
});

describe('files', () => {
  it('uploads one that came with the request to the input that takes it, and attaches what comes out', async () => {
    const core = await startNamedCore(FALLBACK);
    const sound = attachment('song.wav', 'audio/wav', wav());
    const { files } = await core.sayAsAdmin('run', 'sandbox/stem-splitter', { attachments: [sound] });
    expect(files?.map((file) => file.name)).toEqual(['vocals.wav', 'drums.wav', 'bass.wav']);
    const [run] = await core.runs();
    expect(run?.plan.input.audio).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/.*files\//);
  });

  it('takes them from the form', async () => {
    const core = await startNamedCore(FALLBACK);
    const answer = await core.ask('', {
      command: 'run',
      person: ADMIN,
      args: { form: 'typed', values: { model: 'x' } },
      fields: {
        argument: 'nightmareai/real-esrgan',
        values: { scale: '2' },
        files: { image: [attachment('dot.png', 'image/png', PNG)] },
      },
    });
    expect((await answer.final()).files).toHaveLength(1);
  });

  it('says when a model has no place for one', async () => {
    const core = await startNamedCore(FALLBACK);
    const { text } = await core.sayAsAdmin('run', `${COUNTER} x`, {
      attachments: [attachment('dot.png', 'image/png', PNG)],
    });
    expect(text).toContain('This model takes no file, or has its files already: “dot.png” has no place.');
  });
});

it('suggests what everybody may run first, then what Replicate finds', async () => {
  const core = await startNamedCore(FALLBACK);
  await core.sayAsAdmin('models allow', 'sandbox/storyteller');
  const choices = await core.handler.suggest('run', 'model', 'sandbox');
  expect(choices[0]).toEqual({ name: 'sandbox/storyteller', value: 'sandbox/storyteller' });
  expect(choices.map(({ value }) => value)).toContain(COUNTER);
  expect(choices.filter(({ value }) => value === 'sandbox/storyteller')).toHaveLength(1);
});
