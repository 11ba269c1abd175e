/** Pictures and sound on Discord, byte for byte: the built bot in a process, its buttons also after a kill -9. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wav } from '../commands/named-core.ts';
import type { StandinAttachment } from '../standins/discord/command-data.ts';
import { latest, type StandinMessage } from '../standins/discord/world.ts';
import type { BotProcess } from './bot-process.ts';
import { digest, digestsOf, madeBy } from './made-files.ts';
import { createStage, type Stage } from './stage.ts';
import { until } from './waiting.ts';

const CONFIG = `
limits: { requests: 100 per minute }
models:
  daring: { ref: black-forest-labs/flux-schnell, price: { per-image: 0.003 }, nsfw: true }
  esrgan: { ref: nightmareai/real-esrgan, price: { hardware: t4 } }
commands:
  imagine: { model: sdxl, models: [daring] }
  upscale:
    description: Enlarge a picture
    model: esrgan
    options: { picture: { type: attachment, required: true, input: image }, times: { type: number, input: scale } }
`;

describe('on Discord', { timeout: 180_000 }, () => {
  let stage: Stage;
  let bot: BotProcess;
  beforeAll(async () => {
    stage = await createStage({ coldBootMs: 0, stepsPerSecond: 40, fetchLinks: true }, { config: CONFIG });
    bot = await stage.startBot({ REPLICATE_API_URL: stage.sandboxUrl });
  });
  afterAll(() => stage.close());

  const textOf = (message: StandinMessage | undefined) => (message ? stage.discord.text(message) : '');
  const labelsOf = (message: StandinMessage) =>
    [...JSON.stringify(latest(message).components).matchAll(/"label":"([^"]+)"/g)].map(([, label]) => label);

  /** Some answer of the bot's with its small print and so many files. */
  async function finished(find: () => StandinMessage | undefined, fileCount = 0): Promise<StandinMessage> {
    return until(() => {
      const message = find();
      expect(textOf(message)).toMatch(/· \$\d.* left today/);
      if (!message) throw new Error('no reply');
      expect(stage.discord.filesOf(message)).toHaveLength(fileCount);
      return message;
    });
  }

  function buttonOn(message: StandinMessage, label: string): string {
    const json = JSON.stringify(latest(message).components);
    const [button] = json.match(/\{[^{}]*\}/g)?.filter((each) => each.includes(`"${label}"`)) ?? [];
    return /"custom_id":"([^"]+)"/.exec(button ?? '')?.[1] ?? expect.fail(`no button ${label}`);
  }

  /** A file that a person has put on Discord: its link is open to everybody, as on Discord's CDN. */
  function shared(name: string, bytes: Uint8Array, more: Partial<StandinAttachment> = {}): StandinAttachment {
    const id = stage.discord.world.nextId();
    stage.discord.world.uploads.set(id, bytes);
    return {
      name,
      url: `${stage.discordGate.url}/attachments/${id}/${name}`,
      sizeBytes: bytes.length,
      ...more,
    };
  }

  describe('/imagine', () => {
    let reply: StandinMessage;

    it('shows steps, then the pictures themselves, covered and described', async () => {
      const asked = stage.discord.sendCommand({
        name: 'imagine',
        options: { prompt: 'a red fox', count: 2, aspect: '1:1', spoiler: true },
      });
      reply = await finished(() => asked.original(), 2);
      expect(reply.versions.map(({ content }) => content).join('\n')).toMatch(
        /sdxl is at work: Step \d+ of 50/,
      );
      const files = stage.discord.filesOf(reply);
      expect(files.map(({ name, alt, contentType }) => ({ name, alt, contentType }))).toEqual([
        { name: 'SPOILER_a-red-fox-1.png', alt: 'a red fox (1 of 2)', contentType: 'image/png' },
        { name: 'SPOILER_a-red-fox-2.png', alt: 'a red fox (2 of 2)', contentType: 'image/png' },
      ]);
      expect(digestsOf(files)).toEqual(await madeBy(stage.sandbox, 0));
      expect(labelsOf(reply)).toEqual(['Again', 'Vary 1', 'Vary 2', 'Use as input']);
    });

    it('draws again with a new seed, after a restart, in a new message', async () => {
      await bot.kill();
      bot = await stage.startBot({ REPLICATE_API_URL: stage.sandboxUrl });
      const pressed = stage.discord.press(reply, buttonOn(reply, 'Again'));
      const again = await finished(() => pressed.followUps().at(-1), 2);
      expect(again.id).not.toBe(reply.id);
      const [first, second] = stage.sandbox.predictions;
      expect(second?.input).toEqual({ ...first?.input, seed: expect.any(Number) });
      expect(digestsOf(stage.discord.filesOf(again))).toEqual(await madeBy(stage.sandbox, 1));
    });

    it('varies the picture, and takes it as input for other words', async () => {
      const varied = stage.discord.press(reply, buttonOn(reply, 'Vary 1'));
      await finished(() => varied.followUps().at(-1), 2);
      const [picture] = [stage.sandbox.predictions[0]?.output].flat();
      expect(stage.sandbox.predictions[2]?.input).toMatchObject({ prompt: 'a red fox', image: picture });

      const asked = stage.discord.press(reply, buttonOn(reply, 'Use as input'));
      await until(() => expect(asked.acknowledgement()?.type).toBe(9));
      const submitted = stage.discord.submit(asked, { prompt: 'a blue fox' });
      const drawn = await finished(() => submitted.messages().at(-1), 2);
      expect(stage.sandbox.predictions[3]?.input).toMatchObject({ prompt: 'a blue fox', image: picture });
      expect(digestsOf(stage.discord.filesOf(drawn))).toEqual(await madeBy(stage.sandbox, 3));
    });

    it('answers with a daring model in age-restricted channels only', async () => {
      const options = { prompt: 'a fox', model: 'daring' };
      const before = stage.sandbox.predictions.length;
      const refused = stage.discord.sendCommand({ name: 'imagine', options });
      await until(() =>
        expect(refused.messages().map(textOf).join()).toMatch(/age-restricted channels only/),
      );
      expect(stage.sandbox.predictions).toHaveLength(before);
      const channel = stage.discord.addChannel({ nsfw: true });
      const allowed = stage.discord.sendCommand({ name: 'imagine', options, channel });
      await finished(() => allowed.original(), 1);
    });
  });

  describe('/transcribe', () => {
    const recording = wav(3);

    it('passes an attachment’s link on as it is', async () => {
      const file = shared('memo.wav', recording);
      const asked = stage.discord.sendCommand({ name: 'transcribe', options: { file } });
      const reply = await finished(() => asked.original());
      expect(textOf(reply)).toContain(digest(recording));
      expect(stage.sandbox.predictions.at(-1)?.input.audio).toBe(file.url);
    });

    it('writes subtitles with times', async () => {
      const file = shared('memo.wav', recording);
      for (const [format, line] of [
        ['srt', /^1\n00:00:00,000 --> 00:00:00,\d{3}\nThis is a sample/m],
        ['vtt', /^WEBVTT\n\n00:00:00\.000 --> /m],
      ] as const) {
        const asked = stage.discord.sendCommand({ name: 'transcribe', options: { file, format } });
        expect(textOf(await finished(() => asked.original()))).toMatch(line);
      }
    });

    it('is used on a message, and heard in mentions and direct messages', async () => {
      const file = shared('memo.wav', recording);
      const message = stage.discord.mention('transcribe', { attachments: [file] });
      const replyTo = () =>
        stage.discord.messages(stage.discord.channel).find((each) => each.replyTo === message.id);
      expect(textOf(await finished(replyTo))).toContain(digest(recording));

      const used = stage.discord.useOnMessage('Transcribe this', message);
      expect(textOf(await finished(() => used.messages().at(-1)))).toContain(digest(recording));

      stage.discord.directMessage('transcribe --format vtt', { attachments: [file] });
      const channel = stage.discord.directChannel(stage.discord.ada);
      const written = await finished(() => stage.discord.messages(channel).find((each) => each.author.bot));
      expect(textOf(written)).toContain('WEBVTT');
    });

    it('says how long a long one is and what it costs before it runs, and attaches what is too long to read', async () => {
      const file = shared('talk.wav', recording, { durationSeconds: 900 });
      const before = stage.sandbox.predictions.length;
      const asked = stage.discord.sendCommand({ name: 'transcribe', options: { file } });
      const question = await until(() => {
        const original = asked.original();
        expect(textOf(original)).toMatch(/The recording is 15 min long\. This may cost up to \$/);
        return original ?? expect.fail();
      });
      expect(stage.sandbox.predictions).toHaveLength(before);
      stage.discord.press(question, buttonOn(question, 'Run'));
      await finished(() => asked.original());
      expect(stage.sandbox.predictions).toHaveLength(before + 1);

      const long = wav(200);
      const sent = stage.discord.sendCommand({
        name: 'transcribe',
        options: { file: shared('long.wav', long) },
      });
      const reply = await finished(() => sent.original(), 1);
      expect(textOf(reply)).toMatch(
        /`0:00` This is a sample.*\n[\s\S]*The whole transcript is in the file\./,
      );
      const [text] = stage.discord.filesOf(reply);
      expect(text?.name).toBe('long.txt');
      expect(new TextDecoder().decode(text?.bytes)).toContain(digest(long));
    });

    it('refuses what is no recording', async () => {
      const file = shared('memo.wav', new TextEncoder().encode('<html>Sign in</html>'));
      const asked = stage.discord.sendCommand({ name: 'transcribe', options: { file } });
      await until(() => expect(textOf(asked.original())).toMatch(/That file is a web page; this needs/));
    });
  });

  it('a command from the configuration takes a picture and gives one back', async () => {
    const [png] = stage.discord.filesOf(
      stage.discord.messages(stage.discord.channel).find((each) => stage.discord.filesOf(each).length > 0) ??
        expect.fail(),
    );
    const picture = shared('dot.png', png?.bytes ?? expect.fail());
    const asked = stage.discord.sendCommand({ name: 'upscale', options: { picture, times: 1 } });
    const reply = await finished(() => asked.original(), 1);
    expect(digestsOf(stage.discord.filesOf(reply))).toEqual(await madeBy(stage.sandbox, -1));
    expect(stage.sandbox.predictions.at(-1)?.input).toEqual({ image: picture.url, scale: 1 });
  });

  it('every run was paid once, and Discord never said to slow down', async () => {
    await until(async () => {
      const books = await stage.books();
      expect(books.settlements).toBe(stage.sandbox.predictions.length);
      expect(books).toMatchObject({ reservedMicroUsd: 0, differences: [] });
    });
    expect(stage.discord.rateLimited()).toBe(0);
  });
});
