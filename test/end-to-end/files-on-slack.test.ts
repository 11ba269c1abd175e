/** Pictures and sound on Slack, byte for byte: the built bot in a process, its buttons also after a kill -9. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wav } from '../commands/named-core.ts';
import {
  ALICE,
  buttonsOf,
  DIRECT,
  GENERAL,
  latest,
  type StandinFile,
  type StandinMessage,
  shownText,
  smallPrint,
} from '../standins/slack/world.ts';
import type { BotProcess } from './bot-process.ts';
import { digest, digestsOf, madeBy } from './made-files.ts';
import { createStage, type Stage } from './stage.ts';
import { allClosed, until } from './waiting.ts';

const CONFIG = `
limits: { requests: 100 per minute }
models:
  gpt: { ref: openai/gpt-4o-mini, context: 20000 }
  esrgan: { ref: nightmareai/real-esrgan, price: { hardware: t4 } }
commands:
  ask: { model: gpt }
  upscale:
    description: Enlarge a picture
    model: esrgan
    options: { picture: { type: attachment, required: true, input: image }, times: { type: number, input: scale } }
`;

describe('on Slack', { timeout: 180_000 }, () => {
  let stage: Stage;
  let bot: BotProcess;
  beforeAll(async () => {
    stage = await createStage(
      { coldBootMs: 0, stepsPerSecond: 40 },
      { platforms: ['slack'], config: CONFIG },
    );
    bot = await start();
  });
  afterAll(() => stage.close());

  /** Slack's files lie on Slack's own host, not behind the gate. */
  const start = () =>
    stage.startBot({ REPLICATE_API_URL: stage.sandboxUrl, SLACK_API_URL: stage.slack.apiUrl });
  const textOf = (message: StandinMessage) => shownText(latest(message));
  const everything = () => stage.slack.messages().map(textOf).join('\n');
  /** What the bot has uploaded and shared, oldest first. */
  const given = (): StandinFile[] => stage.slack.messages().flatMap(({ files = [] }) => [...files]);

  /** The bot's newest answer once it has its small print and every run is closed, and the files that came with it. */
  async function answerTo(ask: () => Promise<unknown>) {
    const before = stage.slack.messages().length;
    const files = given().length;
    await ask();
    await until(() => {
      const news = stage.slack.messages().slice(before);
      expect(news.map((message) => smallPrint(latest(message))).join('\n')).toMatch(/· .*left today/);
    });
    await allClosed(stage);
    const message = stage.slack
      .messages()
      .slice(before)
      .find((each) => /left today/.test(smallPrint(latest(each))));
    return { message: message ?? expect.fail('no answer'), files: given().slice(files) };
  }

  function press(message: StandinMessage, label: string) {
    const button = buttonsOf(latest(message)).find((each) => each.label === label);
    return stage.slack.press(message, button?.actionId ?? expect.fail(`no button ${label}`));
  }

  describe('/imagine', () => {
    let message: StandinMessage;

    it('shows steps, then the pictures themselves, described', async () => {
      const answer = await answerTo(() => stage.slack.slash('/imagine', 'a red fox --count 2 --aspect 1:1'));
      message = answer.message;
      const statuses = message.versions.map(smallPrint).join('\n');
      expect(statuses).toMatch(/sdxl is at work: Step \d+ of 50/);
      expect(answer.files.map(({ name, alt }) => ({ name, alt }))).toEqual([
        { name: 'a-red-fox-1.png', alt: 'a red fox (1 of 2)' },
        { name: 'a-red-fox-2.png', alt: 'a red fox (2 of 2)' },
      ]);
      expect(digestsOf(answer.files)).toEqual(await madeBy(stage.sandbox, 0));
      expect(buttonsOf(latest(message)).map(({ label }) => label)).toEqual([
        'Again',
        'Vary 1',
        'Vary 2',
        'Use as input',
      ]);
    });

    it('draws again, varies, and takes the picture as input, after a restart', async () => {
      await bot.kill();
      bot = await start();
      const again = await answerTo(() => press(message, 'Again'));
      const [first, second] = stage.sandbox.predictions;
      expect(second?.input).toEqual({ ...first?.input, seed: expect.any(Number) });
      expect(digestsOf(again.files)).toEqual(await madeBy(stage.sandbox, 1));

      await answerTo(() => press(message, 'Vary 1'));
      const [picture] = [first?.output].flat();
      expect(stage.sandbox.predictions[2]?.input).toMatchObject({ prompt: 'a red fox', image: picture });

      await press(message, 'Use as input');
      const view = await until(() => stage.slack.world.views.at(-1) ?? expect.fail('no dialog'));
      const drawn = await answerTo(() => stage.slack.submit(view, { prompt: 'a blue fox' }));
      expect(stage.sandbox.predictions[3]?.input).toMatchObject({ prompt: 'a blue fox', image: picture });
      expect(digestsOf(drawn.files)).toEqual(await madeBy(stage.sandbox, 3));
    });
  });

  describe('/transcribe', () => {
    const recording = wav(3);
    const memo = () => stage.slack.file({ name: 'memo.wav', mimetype: 'audio/wav', bytes: recording });

    it('hears a private file that came with a mention: fetched with the token, uploaded to Replicate', async () => {
      const { message } = await answerTo(() => stage.slack.mention('<@bot> transcribe', { files: [memo()] }));
      expect(textOf(message)).toContain(digest(recording));
      expect(String(stage.sandbox.predictions.at(-1)?.input.audio)).toMatch(/\/v1\/files\//);
    });

    it('hears what came with a direct message, as subtitles', async () => {
      for (const [format, line] of [
        ['srt', /1\n00:00:00,000 --> 00:00:00,\d{3}\nThis is a sample/],
        ['vtt', /WEBVTT\n\n00:00:00\.000 --> /],
      ] as const) {
        const { message } = await answerTo(() =>
          stage.slack.directMessage(`transcribe --format ${format}`, {
            subtype: 'file_share',
            files: [memo()],
          }),
        );
        expect(message.channel).toBe(DIRECT);
        expect(textOf(message)).toMatch(line);
      }
    });

    it('is used on a message with its shortcut', async () => {
      const { message: written } = await stage.slack.mention('<@bot> help');
      const { message } = await answerTo(() =>
        stage.slack.shortcut(written, 'message:transcribe', { files: [memo()] }),
      );
      expect(textOf(message)).toContain(digest(recording));
    });

    it('asks for the file in a dialog where a command brings none', async () => {
      await stage.slack.slash('/transcribe', '');
      const offer = await until(
        () =>
          stage.slack
            .messages(GENERAL)
            .find((each) => buttonsOf(latest(each))[0]?.label === 'Choose a file') ?? expect.fail('no offer'),
      );
      const opened = stage.slack.world.views.length;
      await press(offer, 'Choose a file');
      const view = await until(() => stage.slack.world.views[opened] ?? expect.fail('no dialog'));
      const { message } = await answerTo(() =>
        stage.slack.submit(view, { file: [memo()], language: 'German', format: 'srt' }),
      );
      expect(textOf(message)).toMatch(/1\n00:00:00,000 --> .*\nDies ist eine/);
      expect(stage.sandbox.predictions.at(-1)?.input).toMatchObject({ language: 'de' });
    });

    it('attaches what is too long to read, with its beginning', async () => {
      const long = wav(200);
      const file = stage.slack.file({ name: 'long talk.wav', mimetype: 'audio/wav', bytes: long });
      const { message, files } = await answerTo(() =>
        stage.slack.mention('<@bot> transcribe', { files: [file] }),
      );
      expect(textOf(message)).toMatch(/`0:00` This is a sample[\s\S]*The whole transcript is in the file\./);
      expect(files.map(({ name }) => name)).toEqual(['long talk.txt']);
      expect(new TextDecoder().decode(files[0]?.bytes)).toContain(digest(long));
    });

    it('knows Slack’s login page for a missing scope, and says so to the operator', async () => {
      stage.slack.world.missingScopes.add('files:read');
      const before = stage.sandbox.predictions.length;
      await stage.slack.mention('<@bot> transcribe', { files: [memo()] });
      await until(() => expect(everything()).toMatch(/not allowed to read files/));
      stage.slack.world.missingScopes.delete('files:read');
      expect(bot.log.join('\n')).toContain('files:read');
      expect(stage.sandbox.predictions).toHaveLength(before);
    });

    it('does not open a link to this machine', async () => {
      await stage.slack.mention(`<@bot> transcribe <${bot.url}/healthz>`);
      await until(() => expect(everything()).toMatch(/does not lead to a public address/));
    });
  });

  it('a picture is asked about, and a command from the configuration gives one back', async () => {
    const picture = given()[0]?.bytes ?? expect.fail();
    const shared = () => stage.slack.file({ name: 'fox.png', mimetype: 'image/png', bytes: picture });
    const seen = await answerTo(() =>
      stage.slack.mention('<@bot> What is this?', { user: ALICE, files: [shared()] }),
    );
    expect(textOf(seen.message)).toContain(digest(picture).slice(0, 8));
    const enlarged = await answerTo(() =>
      stage.slack.mention('<@bot> upscale --times 1', { files: [shared()] }),
    );
    expect(digestsOf(enlarged.files)).toEqual(await madeBy(stage.sandbox, -1));
  });

  it('every run was paid once, and Slack never said to slow down', async () => {
    const books = await stage.books();
    expect(books.settlements).toBe(stage.sandbox.predictions.length);
    expect(books).toMatchObject({ reservedMicroUsd: 0, differences: [] });
    expect(stage.slack.messages(GENERAL).length).toBeGreaterThan(0);
    expect(stage.slack.rateLimited).toBe(0);
  });
});
