/** `/transcribe` from the recording to the text, against the sandbox. */

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createTranscribe } from '../../src/commands/transcribe.ts';
import type { Attachment, Invocation } from '../../src/core/chat.ts';
import type { ModelConfig } from '../../src/core/config/config.ts';
import type { Plan } from '../../src/core/plan.ts';
import { recordSilence } from '../core/files/recording.ts';
import { type Core, type CoreOptions, type SeenReply, startCore } from '../core/runs/running-core.ts';

const LIMITS = { maxCount: 10, maxBytes: 10_000_000, maxTotalBytes: 25_000_000 };
const WHISPER: ModelConfig = {
  name: 'whisper',
  ref: 'openai/whisper:4d50797290df275329f202e48c76360b3f22b08d28c196cbc54600319435f8d2',
  price: { by: 'second', microUsdPerSecond: 225 },
  contextTokens: 4000,
  maxSeconds: 300,
  typicalSeconds: 5,
  maxOutputTokens: 1000,
};

const PNG = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

function attached(bytes: Buffer, over: Partial<Attachment> = {}): Attachment {
  return {
    name: 'memo.wav',
    contentType: 'audio/wav',
    url: 'https://files.slack.com/private',
    open: async () => ({ stream: new Blob([new Uint8Array(bytes)]).stream() }),
    ...over,
  };
}

function start(options: CoreOptions = {}): Promise<Core> {
  return startCore({
    fileLimits: LIMITS,
    commands: (services) => [
      createTranscribe({ ...services, config: { models: [WHISPER], askAboveSeconds: 600 } }),
    ],
    sandbox: { stepsPerSecond: 2000 },
    ...options,
  });
}

function transcribe(
  core: Core,
  values: Readonly<Record<string, string | boolean>>,
  more: Partial<Invocation> = {},
): Promise<SeenReply> {
  return core.ask('', { command: 'transcribe', args: { form: 'typed', values }, ...more });
}

describe('a recording', () => {
  it('reaches the model with the very bytes, and its words come back with what they cost', async () => {
    const core = await start();
    const bytes = recordSilence(4);
    const reply = await transcribe(core, {}, { attachments: [attached(bytes)] });
    const final = await reply.final();
    expect(final.text).toContain('This is a sample transcript from the sandbox.');
    expect(final.text).toContain(createHash('sha256').update(bytes).digest('hex').slice(0, 8));
    expect(final.footnote).toMatch(/^whisper · .* · \$0\.\d+/);
    expect((await core.books()).differences).toEqual([]);
  });

  it('is one at a time, which is said where there are several', async () => {
    const core = await start();
    const attachments = [attached(recordSilence(1)), attached(recordSilence(2), { name: 'second.wav' })];
    const { text } = await (await transcribe(core, {}, { attachments })).final();
    expect(text).toContain('Only one recording is written down at a time, so this is without “second.wav”.');
  });

  it('is heard by the model that is named', async () => {
    const other: ModelConfig = { ...WHISPER, name: 'other' };
    const core = await start({
      commands: (services) => [
        createTranscribe({ ...services, config: { models: [WHISPER, other], askAboveSeconds: 600 } }),
      ],
    });
    const given = { attachments: [attached(recordSilence(1))] };
    expect((await (await transcribe(core, { model: 'other' }, given)).final()).footnote).toMatch(/^other · /);
    expect((await (await transcribe(core, { model: 'x' }, given)).final()).text).toBe(
      'There is no model "x" here. There is whisper, other.',
    );
  });

  it('becomes subtitles with the times of its segments', async () => {
    const core = await start();
    const given = { attachments: [attached(recordSilence(4))] };
    const srt = (await (await transcribe(core, { format: 'srt' }, given)).final()).text;
    expect(srt).toMatch(/^```\n1\n00:00:00,000 --> 00:00:\d\d,\d{3}\nThis is a sample/);
    const vtt = (await (await transcribe(core, { format: 'vtt' }, given)).final()).text;
    expect(vtt).toMatch(/^```\nWEBVTT\n\n00:00:00\.000 --> /);
  });

  it('is taken from the message that it stands in', async () => {
    const core = await start();
    const about = { text: 'listen', attachments: [attached(recordSilence(2))] };
    expect((await (await transcribe(core, {}, { about })).final()).text).toContain('sample transcript');
  });

  it('may be in German, be translated, and have a language by name', async () => {
    const core = await start();
    const given = { attachments: [attached(recordSilence(4))] };
    const german = await transcribe(core, { language: 'German' }, given);
    expect((await german.final()).text).toContain('Dies ist eine Beispielabschrift');
    const translated = await transcribe(core, { language: 'de', translate: true }, given);
    expect((await translated.final()).text).toContain('This is a sample transcript');
    const unknown = await transcribe(core, { language: 'Klingon' }, given);
    expect((await unknown.final()).text).toMatch(
      /^whisper does not know the language "Klingon"\. It knows auto, /,
    );
  });
});

describe('what is no recording', () => {
  it.each([
    ['nothing at all', {}, {}, 'There is nothing to transcribe'],
    [
      'a picture',
      {},
      { attachments: [attached(PNG, { name: 'a.png', contentType: 'image/png' })] },
      '“a.png” is a picture; this needs a sound recording or a video. Attach one, or give a link to it.',
    ],
    [
      'a picture in a message',
      {},
      {
        about: {
          text: 'look',
          attachments: [attached(PNG, { name: 'a.png', contentType: 'image/png' })],
        },
      },
      '“a.png” is a picture; this needs a sound recording or a video.',
    ],
    ['a link to this machine', { link: 'http://127.0.0.1:9/a.mp3' }, {}, 'does not lead to a public address'],
    [
      'a link in a message',
      {},
      { about: { text: 'see http://[::1]/a.mp3', attachments: [] } },
      'public address',
    ],
    [
      'a web page',
      {},
      { attachments: [attached(Buffer.from('<!doctype html><title>Sign in'))] },
      'That file is a web page; this needs a sound recording or a video.',
    ],
    [
      'too large',
      {},
      { attachments: [attached(recordSilence(1), { sizeBytes: 2e8 })] },
      '100 MB is the limit',
    ],
  ])('is refused when it is %s, before anything is paid', async (_, values, more, sentence) => {
    const core = await start();
    expect((await (await transcribe(core, values, more)).final()).text).toContain(sentence);
    expect(core.sandbox.predictions).toEqual([]);
  });

  it('is refused in a sentence when Replicate finds it too large', async () => {
    const core = await start({ sandbox: { failUploads: { status: 413, times: 1 } } });
    const reply = await transcribe(core, {}, { attachments: [attached(recordSilence(1))] });
    expect((await reply.final()).text).toBe('That file is too large: Replicate takes files of up to 100 MB.');
  });
});

describe('the plan', () => {
  /** The run that a recording of this length has become. */
  async function planFor(model: ModelConfig, seconds: number): Promise<Plan | undefined> {
    const core = await start({
      commands: (services) => [
        createTranscribe({ ...services, config: { models: [model], askAboveSeconds: 600 } }),
      ],
    });
    await transcribe(core, {}, { attachments: [attached(recordSilence(1), { durationSeconds: seconds })] });
    return (await core.runs())[0]?.plan;
  }

  it('says how long a long recording is and what it may cost before it runs', async () => {
    const core = await start();
    const long = attached(recordSilence(1), { durationSeconds: 4320 });
    const question = await (await transcribe(core, {}, { attachments: [long] })).final();
    expect(question.text).toMatch(
      /^The recording is 1 h 12 min long\. whisper may run for 5 min at most, .* This may cost up to \$0\.\d+/,
    );
    expect(core.sandbox.predictions).toEqual([]);
  });

  it('is paid by the length where the model is', async () => {
    const byLength: ModelConfig = { ...WHISPER, price: { by: 'audio-second', microUsdPerAudioSecond: 100 } };
    expect((await planFor(byLength, 90.5))?.cost).toMatchObject({ by: 'audio-second', audioSeconds: 91 });
    expect((await planFor(WHISPER, 500))?.cost).toMatchObject({ by: 'second', typicalSeconds: 50 });
  });
});
