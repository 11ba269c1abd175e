/** `/run` all the way: the whole bot over the sandbox, its form on Discord, on Slack and on the page, the pictures’ bytes. */

import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { watch } from '../bots/web/playground.ts';
import { buttonsOf, GENERAL, latest, ADA as SLACK_ADMIN, shownText } from '../standins/slack/world.ts';
import { PNG } from './named-core.ts';
import { startWholeBot, until, type WholeBot } from './whole-bot.ts';

const COUNTER = 'sandbox/word-counter';

let bot: WholeBot;
beforeEach(async () => {
  bot = await startWholeBot('commands: { run: { hardware: t4, max-seconds: 600 } }');
});
afterEach(() => bot.close());

/** What an admin who fills in the dialog on Discord gets to read. */
async function fillInOnDiscord(values: Readonly<Record<string, string>>): Promise<() => string> {
  const { discord } = bot;
  const asked = discord.sendCommand({ name: 'run', options: { model: COUNTER }, admin: true });
  const offer = await until(() => {
    const message = asked.original();
    if (!message || !discord.text(message).includes('Fill in')) throw new Error('no offer yet');
    return message;
  });
  const pressed = discord.press(offer, `form:run:${COUNTER}`, { admin: true });
  await until(() => expect(pressed.acknowledgement()?.type).toBe(9));
  const submitted = discord.submit(pressed, values, { admin: true });
  return () => submitted.messages().map(discord.text).join('\n');
}

it('asks for the inputs in a dialog on Discord, and answers below it', async () => {
  const answer = await fillInOnDiscord({ text: 'a b a', most: '1' });
  await until(() => expect(answer()).toContain('"words": 3'));
  expect(bot.sandbox.predictions[0]?.input).toMatchObject({ text: 'a b a', most: 1, order: 'frequent' });
});

it('says on Discord what is wrong with what was filled in, and runs nothing', async () => {
  const answer = await fillInOnDiscord({ text: 'a', most: '99' });
  await until(() => expect(answer()).toContain('must be a whole number from 1 to 50; not "99".'));
  expect(bot.sandbox.predictions).toHaveLength(0);
});

it('takes a file in a dialog on Slack, uploads it, and shares the picture that comes out', async () => {
  const { slack } = bot;
  await slack.mention(`<@bot> run nightmareai/real-esrgan`, { user: SLACK_ADMIN });
  const offer = await until(() => {
    const found = slack.messages(GENERAL).find((message) => buttonsOf(latest(message)).length > 0);
    if (!found) throw new Error('no offer yet');
    return found;
  });
  const [button] = buttonsOf(latest(offer));
  await slack.press(offer, button?.actionId ?? '', SLACK_ADMIN);
  const view = await bot.slackView();
  const picture = slack.file({ name: 'dot.png', mimetype: 'image/png', bytes: new Uint8Array(PNG) });
  await slack.submit(view, { image: [picture], scale: '2' });
  const shared = await until(() => {
    const file = [...slack.world.files.values()].find(
      ({ shares, name }) => shares.length > 0 && name !== 'dot.png',
    );
    if (!file?.bytes) throw new Error('no picture yet');
    return file;
  });
  const input = bot.sandbox.predictions[0]?.input;
  expect(input).toMatchObject({ scale: 2 });
  expect(String(input?.image)).toContain('/files/');
  expect(Buffer.from(shared.bytes ?? [])).toEqual(await made());
});

it('takes a file in a form on the page, and shows the picture that comes out', async () => {
  const conversation = 'conversation-1';
  const asked = await bot.post('/chat', { conversation, text: '/run nightmareai/real-esrgan' });
  const id = 'form:run:nightmareai/real-esrgan';
  const events = `${bot.url}/chat/${conversation}/events`;
  const offer = await watch(events, (seen) => [...seen.values()].some(({ final }) => final));
  expect(asked).toEqual({ replyId: expect.any(String) });
  expect([...offer.values()][0]?.blocks.join('')).toContain('face_enhance');
  const { form } = z
    .object({ form: z.object({ fields: z.array(z.object({ name: z.string(), type: z.string() })) }) })
    .parse(await bot.post(`/chat/${conversation}/form`, { buttonId: id }));
  expect(form.fields[0]).toEqual({ name: 'image', type: 'file' });

  await bot.post(`/chat/${conversation}/submit`, {
    id: 'submit-1',
    form: id,
    question: 'Run',
    values: { scale: '2' },
    files: { image: [await bot.upload('dot.png', PNG)] },
  });
  const seen = await watch(events, (all) => [...all.values()].filter(({ final }) => final).length === 2);
  const { files } = z.object({ files: z.array(z.object({ key: z.string() })) }).parse(seen.get('submit-1'));
  const shown = await fetch(`${bot.url}/chat/${conversation}/submit-1/files/${files[0]?.key}`);
  expect(Buffer.from(await shown.arrayBuffer())).toEqual(await made());
});

/** The bytes that the model made. */
async function made(): Promise<Buffer> {
  const response = await fetch(String(bot.sandbox.predictions[0]?.output));
  return Buffer.from(await response.arrayBuffer());
}

it('is written in one line with its inputs in a mention on Slack', async () => {
  const { slack } = bot;
  await slack.mention(`<@bot> run ${COUNTER} text="a b c" --most 2`, { user: SLACK_ADMIN });
  await until(() => {
    expect(
      slack
        .messages(GENERAL)
        .map((message) => shownText(latest(message)))
        .join('\n'),
    ).toContain('"words": 3');
  });
  expect(bot.sandbox.predictions[0]?.input).toMatchObject({ text: 'a b c', most: 2 });
});
