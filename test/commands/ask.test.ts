/** `/ask` with pictures and texts, again and on, against the sandbox. */

import { createHash } from 'node:crypto';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import type { Attachment } from '../../src/core/chat.ts';
import { ADA, buttonOf, type Core, startCore } from '../core/runs/running-core.ts';

const SEEING = { name: 'gpt', ref: 'openai/gpt-4o-mini', contextTokens: 20_000 };

function attached(name: string, bytes: Uint8Array | string, over: Partial<Attachment> = {}): Attachment {
  const content = new Uint8Array(Buffer.from(bytes));
  return {
    name,
    url: 'https://files.slack.com/private',
    open: async () => ({ stream: new Blob([content]).stream() }),
    ...over,
  };
}

const PICTURE = PNG.sync.write(new PNG({ width: 64, height: 48 }));
const picture = (name = 'photo.png') => attached(name, PICTURE);

/** What the first prediction was asked. */
const promptOf = (core: Core, index = 0) => String(core.sandbox.predictions[index]?.input.prompt);

describe('a question about a picture', () => {
  it('reaches a model that can see, with the very bytes', async () => {
    const core = await startCore({ model: SEEING });
    const final = await (
      await core.ask('What is this?', { attachments: [picture(), picture('b.png')] })
    ).final();
    const input = core.sandbox.predictions[0]?.input;
    expect(input).toMatchObject({ prompt: 'What is this?', system_prompt: 'Be brief.' });
    expect(input?.image_input).toEqual([
      expect.stringContaining('/v1/files/'),
      expect.stringContaining('/v1/files/'),
    ]);
    expect(final.text).toContain(createHash('sha256').update(PICTURE).digest('hex').slice(0, 8));
  });

  it('is refused in a sentence by one that can’t see, or sees one at a time', async () => {
    const blind = await startCore();
    const refused = await (await blind.ask('What is this?', { attachments: [picture()] })).final();
    expect(refused.text).toBe('llama can’t see pictures.');
    expect(blind.sandbox.predictions).toEqual([]);
    const llava = 'yorickvp/llava-13b:80537f9eead1a5bfa72d5ac6ea6414379be41d4d4f6679fd776e9535d1eb58bb';
    const single = await startCore({ model: { name: 'llava', ref: llava } });
    const two = { attachments: [picture(), picture('b.png')] };
    expect((await (await single.ask('Compare', two)).final()).text).toBe(
      'llava looks at one picture at a time; there are 2.',
    );
    await (await single.ask('Look', { attachments: [picture()] })).final();
    expect(single.sandbox.predictions[0]?.input.image).toContain('/v1/files/');
  });

  it('is refused when the picture is none', async () => {
    const core = await startCore({ model: SEEING });
    const attachments = [attached('photo.png', '<html><title>Sign in')];
    expect((await (await core.ask('What is this?', { attachments })).final()).text).toBe(
      'That file is a web page; this needs a picture.',
    );
  });
});

describe('a question about text', () => {
  it('has the file before it, in a fence that it cannot close', async () => {
    const core = await startCore();
    const attachments = [attached('notes.md', 'Use ```js\nfences```\n')];
    await (await core.ask('Summarise', { attachments })).final();
    expect(promptOf(core)).toBe('notes.md:\n````\nUse ```js\nfences```\n````\n\nSummarise');
    // What is for the guard alone is not kept.
    expect((await core.runs())[0]?.plan).not.toHaveProperty('read');
  });

  it('has the message before it that it is about', async () => {
    const core = await startCore();
    const about = { text: 'We meet at nine.', attachments: [attached('plan.txt', 'Room 5')] };
    await (await core.ask('When?', { about })).final();
    expect(promptOf(core)).toBe(
      'The message:\n```\nWe meet at nine.\n```\n\nplan.txt:\n```\nRoom 5\n```\n\nWhen?',
    );
  });

  it.each([
    ['a file over 200 kB', 'notes.txt', 'x'.repeat(200_001), '200 kB is the limit'],
    [
      'more than the model can read',
      'notes.txt',
      'x'.repeat(60_000),
      'That is more text than llama can read',
    ],
    ['what only claims to be text', 'notes.txt', Buffer.from([0, 1, 2]), '“notes.txt” is not a text file.'],
    ['an archive', 'all.zip', 'PK\x03\x04', '“all.zip” is not a text file.'],
    ['a recording', 'memo.mp3', 'ID3', '`/transcribe` makes text of it'],
  ])('is refused with %s', async (_, name, bytes, sentence) => {
    const core = await startCore();
    const refused = await (await core.ask('Summarise', { attachments: [attached(name, bytes)] })).final();
    expect(refused.text).toContain(sentence);
    expect(core.sandbox.predictions).toEqual([]);
  });
});

describe('an answer', () => {
  it('can be had again', async () => {
    const core = await startCore();
    const first = await (await core.ask('Why?')).final();
    expect(first.buttons?.map((button) => button.label)).toEqual(['Regenerate']);
    await (await core.pressForReply(buttonOf(first, 'Regenerate'))).final();
    expect(core.sandbox.predictions[1]?.input).toEqual({
      ...core.sandbox.predictions[0]?.input,
      seed: expect.any(Number),
    });
    const [one, two] = await core.runs();
    expect(two).toMatchObject({ command: 'ask', personId: ADA.id, state: 'closed' });
    expect(two?.id).not.toBe(one?.id);
    await (await core.ask('And then?')).final();
    expect(promptOf(core, 2)).toMatch(/^User: Why\?\nAssistant: .*\n\nUser: And then\?\nAssistant:$/s);
    expect(promptOf(core, 2).match(/User: Why/g)).toHaveLength(1);
  });

  it('that the model’s limit cut off goes on from where it stands', async () => {
    const core = await startCore({
      model: { maxOutputTokens: 4 },
      sandbox: { answer: 'one two three four five six seven eight' },
    });
    const first = await (await core.ask('Count')).final();
    expect(first.buttons?.map((button) => button.label)).toEqual(['Continue', 'Regenerate']);
    await (await core.pressForReply(buttonOf(first, 'Continue'))).final();
    expect(promptOf(core, 1)).toBe(
      `Count\n\nThe answer so far:\n${first.text}\n\nContinue it exactly where it stops. Repeat nothing.`,
    );
  });

  it('that the budget cut off goes on too, and with the model’s own limit', async () => {
    const price = { by: 'token', microUsdPerMillionInput: 0, microUsdPerMillionOutput: 1_000_000 } as const;
    const core = await startCore({
      model: { price, maxOutputTokens: 16 },
      eachPerson: '0.000010 per day',
      sandbox: { answer: 'word '.repeat(50) },
    });
    const first = await (await core.ask('Go')).final();
    expect(core.sandbox.predictions[0]?.input.max_tokens).toBe(10);
    expect(first.buttons?.map((button) => button.label)).toContain('Continue');
    const [run] = await core.runs();
    expect(run?.plan).toMatchObject({ limitInput: 'max_tokens', uncut: { max_tokens: 16 } });
  });

  it('that its time cut off goes on too; one that its asker cancelled does not', async () => {
    const core = await startCore({
      model: { maxSeconds: 5 },
      sandbox: { answer: 'word '.repeat(50), stallAfterTokens: 3 },
    });
    const stopped = await (await core.ask('Go')).final();
    expect(stopped.text).toMatch(/^word word/);
    expect(stopped.buttons?.map((button) => button.label)).toEqual(['Continue', 'Regenerate']);

    const reply = await core.ask('Go on');
    await expect.poll(() => reply.shown.at(-1)?.text, { timeout: 10_000 }).toMatch(/^word/);
    await core.press(buttonOf(reply.shown.at(-1) ?? { text: '' }, 'Cancel'), ADA);
    const cancelled = await reply.final();
    expect(cancelled.buttons?.map((button) => button.label)).toEqual(['Regenerate']);
  });
});
