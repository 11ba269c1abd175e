/** Commands from the configuration, over the sandbox. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { declareCommands } from '../../src/app/declare-commands.ts';
import { toDiscordCommands } from '../../src/bots/discord/commands.ts';
import { slackManifest } from '../../src/bots/slack/manifest.ts';
import { listCommands } from '../../src/bots/web/command-list.ts';
import { createConfiguredCommand } from '../../src/commands/configured.ts';
import { textFollowUps } from '../../src/commands/follow-ups.ts';
import { silent } from '../core/models/replicate-server.ts';
import { ADA, buttonOf } from '../core/runs/running-core.ts';
import { attachment, configured, PNG, startNamedCore, wav } from './named-core.ts';

const WHISPER = 'openai/whisper:4d50797290df275329f202e48c76360b3f22b08d28c196cbc54600319435f8d2';
/** The one that the guide shows. */
const GUIDE = new URL('../../docs/guides/commands-from-configuration.md', import.meta.url);
const UPSCALE = /```yaml\n(.*?)```/s.exec(readFileSync(GUIDE, 'utf8'))?.[1] ?? '';

it('is ten lines', () => {
  expect(UPSCALE.trim().split('\n')).toHaveLength(10);
});

const picture = () => attachment('dot.png', 'image/png', PNG);

it('runs its model with the options as inputs, and what is always the same', async () => {
  const core = await startNamedCore(UPSCALE);
  const { files } = await core.say('upscale', '--times 3', { attachments: [picture()] });
  expect(files).toHaveLength(1);
  const [run] = await core.runs();
  expect(run?.plan).toMatchObject({
    label: 'esrgan',
    presenter: 'any',
    input: { scale: 3, face_enhance: true },
  });
  expect(run?.plan.model).toMatch(/^nightmareai\/real-esrgan:[0-9a-f]{64}$/);
  expect(await core.books()).toMatchObject({ spentMicroUsd: run?.costMicroUsd, differences: [] });
});

it('appears on Discord, on Slack, on the page, in help and in the manifest', async () => {
  const commands = await declareCommands(await configured(UPSCALE), silent);
  expect(toDiscordCommands(commands)).toContainEqual(
    expect.objectContaining({ name: 'upscale', description: 'Enlarge a picture' }),
  );
  expect(JSON.stringify(slackManifest(commands, { mode: 'socket' }))).toContain('"command":"/upscale"');
  expect(listCommands(commands)).toContainEqual(expect.objectContaining({ name: 'upscale' }));
  const help = commands.find(({ name }) => name === 'help');
  if (help?.kind !== 'instant') throw new Error('no help');
  const context = {
    person: ADA,
    place: { surface: 'web', channel: 'c', direct: true },
    attachments: [],
    admin: false,
  } as const;
  expect((await help.run({}, context)).text).toContain('`/upscale picture [times]`: Enlarge a picture');
});

it('uses an option’s default, and shows it in the description', async () => {
  const core = await startNamedCore(UPSCALE);
  await core.say('upscale', '', { attachments: [picture()] });
  expect((await core.runs())[0]?.plan.input.scale).toBe(2);
  const [command] = (await configured(UPSCALE)).customCommands;
  if (!command) throw new Error('no command');
  const unasked = () => Promise.reject(new Error('not asked'));
  const services = { modelRuns: { choose: unasked, plan: unasked }, followUpInput: unasked };
  expect(createConfiguredCommand(command, services).options).toEqual({
    picture: { type: 'attachment', required: true, description: 'The picture' },
    times: { type: 'number', description: 'How many times larger; 2 by default', default: 2 },
  });
});

it('names the option, not the input, in what it refuses', async () => {
  const core = await startNamedCore(UPSCALE);
  const { text } = await core.say('upscale', '--times 11', { attachments: [picture()] });
  expect(text).toBe('`times` must be a number from 0 to 10; not "11".');
  expect((await core.say('upscale', '')).text).toBe('Please give a file for `picture`: The picture.');
  expect(core.sandbox.predictions).toHaveLength(0);
});

it('tells the operator when options and schema do not fit together, and the person that it is not theirs to mend', async () => {
  const core = await startNamedCore(`models:
  counter: { ref: sandbox/word-counter, price: free }
commands:
  count: { description: Counts, model: counter, options: { words: { type: string } } }`);
  expect((await core.say('count', 'a b')).text).toBe(
    '`/count` is not set up correctly; an admin can see why in the bot’s log.',
  );
  expect(core.log.join('\n')).toMatch(
    /commands\.count: sandbox\/word-counter:\w+ has no input words, only text, most, .*; .* needs text, which no option and no fixed input sets/,
  );
});

it('is for admins where the configuration says so', async () => {
  const core = await startNamedCore(`models:
  counter: { ref: sandbox/word-counter, price: free }
commands:
  count: { description: Counts, model: counter, admins: true, options: { text: { type: string, required: true } } }`);
  expect((await core.say('count', 'a b')).text).toMatch(/^Only admins may use `\/count`/);
  expect((await core.sayAsAdmin('count', 'a b')).text).toContain('"words": 2');
});

describe('the presenters of the built-in commands', () => {
  it('show pictures', async () => {
    const core = await startNamedCore(`models:
  flux: { ref: black-forest-labs/flux-schnell, price: { per-image: 0.003 } }
commands:
  poster:
    description: A poster
    model: flux
    presenter: pictures
    options:
      prompt: { type: string, required: true }
      how-many: { type: integer, input: num_outputs }
      shape: { type: choice, choices: ["2:3", "3:2"], input: aspect_ratio, default: "2:3" }`);
    const { text, files } = await core.say('poster', 'A sea --how-many 2');
    expect(text).toContain('> A sea');
    expect(files?.map((file) => file.alt)).toEqual(['A sea (1 of 2)', 'A sea (2 of 2)']);
    const [run] = await core.runs();
    expect(run).toMatchObject({ holdMicroUsd: 6000, costMicroUsd: 6000 });
    expect(run?.plan.input).toMatchObject({ aspect_ratio: '2:3', num_outputs: 2 });
  });

  it('show transcripts and streamed text', async () => {
    const core = await startNamedCore(`commands:
  minutes:
    description: Minutes
    model: whisper
    presenter: transcript
    options: { recording: { type: attachment, required: true, input: audio } }
  poem:
    description: A poem
    model: llama
    presenter: text
    options: { about: { type: string, required: true, input: prompt } }`);
    const spoken = await core.say('minutes', '', {
      attachments: [attachment('talk.wav', 'audio/wav', wav())],
    });
    expect(spoken.text).not.toBe('');
    expect((await core.runs())[0]).toMatchObject({
      outcome: 'succeeded',
      plan: { presenterOptions: { name: 'talk' } },
    });
    expect((await core.say('poem', 'rain')).text).not.toBe('');
    expect((await core.runs())[1]).toMatchObject({
      outcome: 'succeeded',
      plan: { input: { prompt: 'rain' } },
    });
  });
});

it('shows a transcript in the format, or the translation, that its inputs ask for', async () => {
  const core = await startNamedCore(`commands:
  subtitles:
    description: Subtitles
    model: whisper
    presenter: transcript
    options:
      recording: { type: attachment, required: true, input: audio }
      as: { type: choice, choices: [srt, vtt], input: transcription, default: srt }
  english:
    description: In English
    model: whisper
    presenter: transcript
    options: { recording: { type: attachment, required: true, input: audio } }
    input: { translate: true, language: de }`);
  const attachments = [attachment('talk.wav', 'audio/wav', wav())];
  const { text } = await core.say('subtitles', '', { attachments });
  expect(text).toMatch(/^```\n1\n00:00:00,000 --> /);
  expect((await core.say('subtitles', '--as vtt', { attachments })).text).toMatch(/^```\nWEBVTT\n/);
  expect((await core.say('english', '', { attachments })).text).toMatch(/^This is a sample transcript/);
});

it('shows pictures to a model that is paid by the token, and no other files', async () => {
  const core = await startNamedCore(`models:
  gpt: { ref: openai/gpt-4o-mini, price: { input-tokens: 0.15, output-tokens: 0.6 }, context: 8000 }
commands:
  describe:
    description: Describe a picture
    model: gpt
    presenter: text
    options: { picture: { type: attachment, required: true, input: image_input, accept: [image] } }
    input: { prompt: What is this? }
  read:
    description: Read a file
    model: gpt
    options: { file: { type: attachment, required: true, input: image_input } }
    input: { prompt: What is this? }`);
  const attachments = [attachment('dot.png', 'image/png', PNG)];
  const described = await core.say('describe', '', { attachments });
  const cost = (await core.runs())[0]?.plan.cost;
  expect(cost?.by === 'token' && cost.inputTokens).toBeGreaterThan(2833 + 8 * 5667);
  await (await core.pressForReply(buttonOf(described, 'Regenerate'))).final();
  expect((await core.runs())[1]).toMatchObject({ outcome: 'succeeded', plan: { cost: { by: 'token' } } });
  expect((await core.say('read', '', { attachments })).text).toContain('Please give it text only');
});

it('says when a file has no place, and runs nothing', async () => {
  const core = await startNamedCore(UPSCALE);
  const attachments = [attachment('dot.png', 'image/png', PNG), attachment('talk.wav', 'audio/wav', wav())];
  const { text } = await core.say('upscale', '', { attachments });
  expect(text).toBe('There is no place for “talk.wav” in `/upscale`.');
  expect(core.sandbox.predictions).toEqual([]);
});

describe('the buttons of the built-in commands', () => {
  it('ask for the same again with a new seed', async () => {
    const core = await startNamedCore(`models:
  flux: { ref: black-forest-labs/flux-schnell, price: { per-image: 0.003 } }
commands:
  poster:
    description: A poster
    model: flux
    presenter: pictures
    options: { prompt: { type: string, required: true }, seed: { type: integer } }`);
    const first = await core.say('poster', 'A sea --seed 7');
    const again = await core.pressForReply(buttonOf(first, 'Again'));
    expect(await again.final()).toMatchObject({ text: '> A sea', files: [{ alt: 'A sea' }] });
    const [asked, repeated] = core.sandbox.predictions.map(({ input }) => input);
    expect(asked).toMatchObject({ prompt: 'A sea', seed: 7 });
    expect(repeated).toMatchObject({ prompt: 'A sea', seed: expect.any(Number) });
    expect(repeated?.seed).not.toBe(7);
  });

  it('have a text that its model’s limit cut off go on', async () => {
    const core = await startNamedCore(`commands:
  poem:
    description: A poem
    model: llama
    presenter: text
    options: { about: { type: string, required: true, input: prompt } }
    input: { max_tokens: 4 }`);
    const first = await core.say('poem', 'rain');
    const more = await core.pressForReply(buttonOf(first, 'Continue'));
    await more.final();
    const continued = core.sandbox.predictions[1]?.input;
    expect(continued?.prompt).toContain(`rain\n\nThe answer so far:\n${first.text.trim().slice(0, 10)}`);
    expect(continued?.max_tokens).toBe(4);
    const anew = await core.pressForReply(buttonOf(first, 'Regenerate'));
    await anew.final();
    expect(core.sandbox.predictions[2]?.input).toEqual({
      prompt: 'rain',
      max_tokens: 4,
      seed: expect.any(Number),
    });
  });

  it('leave out going on where a model is asked no question', () => {
    const labels = (name: string) =>
      textFollowUps({ inputs: [{ name, type: 'string', required: true }] }).map(({ label }) => label);
    expect(labels('prompt')).toEqual(['Continue', 'Regenerate']);
    expect(labels('url')).toEqual(['Regenerate']);
  });

  it('are not offered where nobody could say what they cost', async () => {
    const core = await startNamedCore(`models:
  scribe: { ref: "${WHISPER}", price: { per-audio-second: 0.0001 } }
commands:
  hear:
    description: Hear
    model: scribe
    options: { recording: { type: attachment, required: true, input: audio, accept: [audio, video] } }`);
    const talk = attachment('talk.wav', 'audio/wav', wav());
    const heard = await core.say('hear', '', { attachments: [talk] });
    expect(heard.buttons).toBeUndefined();
    expect((await core.runs())[0]).toMatchObject({ outcome: 'succeeded', holdMicroUsd: 100 });
    const fake = attachment('talk.wav', 'audio/wav', PNG);
    expect((await core.say('hear', '', { attachments: [fake] })).text).toBe(
      'That file is a picture; this needs a sound recording or a video.',
    );
  });
});

it('says how long a recording is, and what it may cost, before a long one runs', async () => {
  const core = await startNamedCore(`commands:
  minutes:
    description: Minutes
    model: whisper
    options: { recording: { type: attachment, required: true, input: audio } }`);
  const long = { ...attachment('talk.wav', 'audio/wav', wav()), durationSeconds: 4320 };
  const { text } = await core.say('minutes', '', { attachments: [long] });
  expect(text).toMatch(
    /^The recording is 1 h 12 min long\. whisper may run for 5 min at most, .* This may cost up to \$0\.\d+/,
  );
  expect(core.sandbox.predictions).toEqual([]);
});
