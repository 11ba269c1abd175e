/** Commands that need a file, from places that bring none: asked for with a form, and run with what is chosen in it. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watch } from '../bots/web/playground.ts';
import { latest as latestOnDiscord } from '../standins/discord/world.ts';
import { buttonsOf, GENERAL, latest, ADA as SLACK_ADMIN, shownText } from '../standins/slack/world.ts';
import { PNG } from './named-core.ts';
import { digest, startWholeBot, until, type WholeBot } from './whole-bot.ts';

const CONFIG = `
models:
  esrgan: { ref: nightmareai/real-esrgan, price: { hardware: t4 } }
  seer: { ref: openai/gpt-4o-mini, price: { hardware: t4 } }
commands:
  upscale:
    description: Enlarge a picture
    model: esrgan
    options:
      picture: { type: attachment, required: true, input: image, description: The picture }
      times: { type: number, input: scale, default: 2, description: How many times larger }
`;
const QUESTION = 'Please give a file for `picture`: The picture.';
const BUTTON = 'form:upscale:times=3';
const SEER = 'form:run:openai/gpt-4o-mini';
/** Another picture: what follows its end is of no consequence. */
const OTHER = Buffer.concat([PNG, Buffer.from('other')]);

let bot: WholeBot;
beforeEach(async () => {
  bot = await startWholeBot(CONFIG);
});
afterEach(() => bot.close());

/** The picture was enlarged by as much as was asked for, from these very bytes. */
async function expectEnlarged(bytes: Uint8Array): Promise<void> {
  await until(() => expect(bot.sandbox.predictions[0]?.status).toBe('succeeded'));
  expect(bot.sandbox.predictions).toHaveLength(1);
  const [prediction] = bot.sandbox.predictions;
  expect(prediction?.input.scale).toBe(3);
  expect(prediction?.logs).toContain(`sha-256 ${digest(bytes)}`);
}

/** Both pictures were looked at, in their order. */
async function expectSeen(...pictures: readonly Uint8Array[]): Promise<void> {
  await until(() => expect(bot.sandbox.predictions[0]?.status).toBe('succeeded'));
  const { input, output } = bot.sandbox.predictions[0] ?? {};
  expect(input?.image_input).toHaveLength(pictures.length);
  const seen = [...String([output].flat().join('')).matchAll(/sha-256 (\w{64})/g)].map(([, hash]) => hash);
  expect(seen).toEqual(pictures.map(digest));
}

describe('on Slack', () => {
  const offer = () =>
    until(() => {
      const found = bot.slack.messages(GENERAL).find((message) => buttonsOf(latest(message)).length > 0);
      if (!found) throw new Error('no offer yet');
      return found;
    });
  const shared = (name: string, bytes: Uint8Array) =>
    bot.slack.file({ name, mimetype: 'image/png', bytes: new Uint8Array(bytes) });

  it('a slash command asks for its file, also after everything else was forgotten', async () => {
    await bot.slack.slash('/upscale', '--times 3');
    const message = await offer();
    expect(shownText(latest(message))).toContain(QUESTION);
    expect(buttonsOf(latest(message))).toMatchObject([{ actionId: BUTTON, label: 'Choose a file' }]);
    await bot.replace();
    await bot.slack.press(message, BUTTON);
    const view = await bot.slackView();
    expect(view.view).toMatchObject({
      title: { text: 'Enlarge a picture' },
      blocks: [
        { block_id: 'picture', optional: false, element: { type: 'file_input', max_files: 1 } },
        { block_id: 'times', optional: true, element: { type: 'plain_text_input', initial_value: '3' } },
      ],
    });
    await bot.slack.submit(view, { picture: [shared('dot.png', PNG)] });
    await expectEnlarged(PNG);
    const made = await fetch(String(bot.sandbox.predictions[0]?.output)).then((answer) =>
      answer.arrayBuffer(),
    );
    const back = await until(() => {
      const file = [...bot.slack.world.files.values()].find(
        ({ shares, name }) => shares.length > 0 && name !== 'dot.png',
      );
      if (!file?.bytes) throw new Error('no picture yet');
      return file.bytes;
    });
    expect(Buffer.from(back)).toEqual(Buffer.from(made));
  });

  it('says what is wrong with what was filled in, and runs nothing', async () => {
    await bot.slack.slash('/upscale', '');
    await bot.slack.press(await offer(), 'form:upscale:');
    await bot.slack.submit(await bot.slackView(), { picture: [shared('dot.png', PNG)], times: '3 times' });
    await until(() => {
      const texts = bot.slack.messages(GENERAL).map((message) => shownText(latest(message)));
      expect(texts.join('\n')).toContain('`times` must be a number; not "3 times".');
    });
    expect(bot.sandbox.predictions).toHaveLength(0);
  });

  it('a list of files takes several of them', async () => {
    await bot.slack.mention('<@bot> run openai/gpt-4o-mini', { user: SLACK_ADMIN });
    await bot.slack.press(await offer(), SEER, SLACK_ADMIN);
    const view = await bot.slackView();
    const block = [view.view.blocks].flat().find((each) => Object(each).block_id === 'image_input');
    expect(block).toMatchObject({ optional: true, element: { type: 'file_input', max_files: 10 } });
    const pictures = [shared('one.png', PNG), shared('two.png', OTHER)];
    await bot.slack.submit(view, { prompt: 'What is this?', image_input: pictures });
    await expectSeen(PNG, OTHER);
  });
});

describe('on Discord', () => {
  it('a direct message without a file asks for it', async () => {
    const { discord } = bot;
    discord.directMessage('upscale --times 3');
    const channel = discord.directChannel(discord.ada);
    const message = await until(() => {
      const found = discord.messages(channel).find((each) => each.author.bot);
      if (!found || !discord.text(found).includes(QUESTION)) throw new Error('no question yet');
      return found;
    });
    expect(JSON.stringify(latestOnDiscord(message).components)).toContain(`"custom_id":"${BUTTON}"`);
    const pressed = discord.press(message, BUTTON);
    await until(() => expect(pressed.acknowledgement()?.type).toBe(9));
    expect(() => discord.submit(pressed, {})).toThrow('needs the field picture');
    const submitted = discord.submit(pressed, { picture: bot.onDiscord('dot.png', PNG) });
    await expectEnlarged(PNG);
    await until(() => expect(submitted.messages().flatMap((each) => discord.filesOf(each))).toHaveLength(1));
  });

  it('a list of files takes several of them', async () => {
    const { discord } = bot;
    const asked = discord.sendCommand({ name: 'run', options: { model: 'openai/gpt-4o-mini' }, admin: true });
    const offer = await until(() => {
      const message = asked.original();
      if (!message || !discord.text(message).includes('Fill in')) throw new Error('no offer yet');
      return message;
    });
    const pressed = discord.press(offer, SEER, { admin: true });
    await until(() => expect(pressed.acknowledgement()?.type).toBe(9));
    const pictures = [bot.onDiscord('two.png', OTHER), bot.onDiscord('one.png', PNG)];
    const filled = { prompt: 'What is this?', image_input: pictures };
    discord.submit(pressed, filled, { admin: true });
    await expectSeen(OTHER, PNG);
  });
});

describe('on the page', () => {
  const CONVERSATION = 'conversation-1';
  const form = (buttonId: string) => bot.post(`/chat/${CONVERSATION}/form`, { buttonId });
  const submit = (id: string, values: object, files: object) =>
    bot.post(`/chat/${CONVERSATION}/submit`, { id: 'submit-1', form: id, question: 'Run', values, files });

  it('a command without a file asks for it', async () => {
    await bot.post('/chat', { conversation: CONVERSATION, text: '/upscale --times 3' });
    const events = `${bot.url}/chat/${CONVERSATION}/events`;
    const asked = await watch(events, (seen) => [...seen.values()].some(({ final }) => final));
    expect([...asked.values()]).toMatchObject([{ buttons: [{ id: BUTTON, label: 'Choose a file' }] }]);
    expect(await form(BUTTON)).toMatchObject({
      form: {
        id: BUTTON,
        fields: [
          { name: 'picture', type: 'file', required: true },
          { name: 'times', value: '3' },
        ],
      },
    });
    await submit(BUTTON, { times: '3' }, { picture: [await bot.upload('dot.png', PNG)] });
    await expectEnlarged(PNG);
  });

  it('a form without its file says that it is missing, and asks no more', async () => {
    await submit(BUTTON, { times: '3' }, {});
    const seen = await watch(`${bot.url}/chat/${CONVERSATION}/events`, (all) =>
      [...all.values()].some(({ final }) => final),
    );
    expect(seen.get('submit-1')?.blocks.join('')).toContain('Please give a file for <code>picture</code>');
    expect(seen.get('submit-1')).toMatchObject({ buttons: [] });
  });

  it('a list of files takes several of them', async () => {
    const { form: opened } = Object(await form(SEER));
    expect(Object(opened).fields).toContainEqual(
      expect.objectContaining({ name: 'image_input', type: 'file', maxFiles: 10 }),
    );
    const files = [await bot.upload('one.png', PNG), await bot.upload('two.png', OTHER)];
    await submit(SEER, { prompt: 'What is this?' }, { image_input: files });
    await expectSeen(PNG, OTHER);
  });
});
