/** What admins do to budgets on every surface, and what everybody else reads of it then. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  latest as latestOnDiscord,
  type StandinChannel,
  type StandinUser,
} from '../standins/discord/world.ts';
import { ALICE, BOB, GENERAL, latest, ADA as SLACK_ADMIN, shownText } from '../standins/slack/world.ts';
import type { BotProcess } from './bot-process.ts';
import { answerOnPage, askOnPage } from './page.ts';
import { createStage, type Stage } from './stage.ts';
import { until } from './waiting.ts';

const ANSWER = 'Yes, indeed.';

describe('budgets', { timeout: 180_000 }, () => {
  let stage: Stage;
  let bot: BotProcess;
  /** Channels and people of the Discord server; the artist has the role. */
  let studio: StandinChannel;
  let artist: StandinUser;
  let guest: StandinUser;
  let role: string;

  beforeAll(async () => {
    stage = await createStage(
      { answer: ANSWER, tokensPerSecond: 200, coldBootMs: 0 },
      {
        platforms: ['discord', 'slack'],
        config: ({ discord }) => {
          studio = discord.addChannel({ name: 'studio' });
          role = discord.addRole('artists');
          artist = discord.addUser('Bob', [role]);
          guest = discord.addUser('Eve');
          return `
admins: ["slack:T0TEAM/${ALICE}"]
limits: { requests: 1000 per hour }
budgets:
  channels: { "discord:${studio.id}": 0.40 per week, "slack:${GENERAL}": 0.30 per week }
`;
        },
      },
    );
    bot = await stage.startBot();
    await until(() => expect(stage.discord.world.commands.length).toBeGreaterThan(0));
  });
  afterAll(() => stage.close());

  type Sent = Parameters<Stage['discord']['sendCommand']>[0];

  /** What a slash command on Discord is answered with in the end, when there is nothing left to cancel. */
  async function onDiscord(name: string, options: Sent['options'] = {}, who: Partial<Sent> = {}) {
    const sent = stage.discord.sendCommand({ ...who, name, options });
    return until(() => {
      const message = sent.original();
      const text = message ? stage.discord.text(message) : '';
      if (!message || text === '' || goesOn(latestOnDiscord(message)))
        throw new Error(`no answer to ${name}`);
      return { text, private: message.ephemeral };
    });
  }
  const asDiscordAdmin = (name: string, options: Sent['options'] = {}) =>
    onDiscord(name, options, { admin: true });
  const askOnDiscord = async (user: StandinUser, channel: StandinChannel) =>
    (await onDiscord('ask', { prompt: 'Well?' }, { user, channel })).text;

  /** The same on Slack: the newest message there or for this person alone. */
  async function onSlack(text: string, user = SLACK_ADMIN) {
    const before = stage.slack.messages(GENERAL).length;
    const [word = '', ...rest] = text.split(' ');
    await stage.slack.slash(word, rest.join(' '), { user });
    return until(() => {
      const message = stage.slack.messages(GENERAL)[before];
      const shown = message ? shownText(latest(message)) : '';
      if (!message || shown === '' || goesOn(latest(message))) throw new Error(`no answer to ${text}`);
      return { text: shown, private: message.ephemeralFor === user };
    });
  }

  async function call(key: string, command: string, input: object) {
    const response = await fetch(`${bot.url}/v1/infer`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({ command, input }),
    });
    return { status: response.status, text: await response.text() };
  }

  async function createKey(...words: readonly string[]): Promise<string> {
    const [, key = ''] = /: (rb_\S+)/.exec(await stage.runTask('keys', 'create', ...words)) ?? [];
    return key;
  }

  it('of a role, a channel and a server refuse their members on Discord, each by its name', async () => {
    const { discord } = stage;
    const set = (options: Sent['options']) => asDiscordAdmin('budget set', { amount: '0', ...options });
    const answers = async () => [
      await askOnDiscord(artist, studio),
      await askOnDiscord(guest, studio),
      await askOnDiscord(guest, discord.channel),
    ];
    await until(async () => expect(await answers()).toEqual([ANSWER, ANSWER, ANSWER].map(startingWith)));

    expect(await set({ role })).toEqual({
      text: expect.stringContaining(`**role discord:${role} (shared by its members)** is now $0 per day`),
      private: true,
    });
    const byRole = /^The budget shared by one of your roles of \$0 per day is too small/;
    expect(await answers()).toEqual([expect.stringMatching(byRole), ...[ANSWER, ANSWER].map(startingWith)]);
    await asDiscordAdmin('budget clear', { role });

    expect((await set({ channel: studio })).text).toContain('was $0.40 per week and is now $0 per week');
    const byChannel = expect.stringMatching(/^The budget of this channel of \$0 per week is too small/);
    expect(await answers()).toEqual([byChannel, byChannel, startingWith(ANSWER)]);
    await asDiscordAdmin('budget clear', { channel: studio });

    await set({ workspace: 'here' });
    const byServer = expect.stringMatching(/^The budget of this server of \$0 per day is too small/);
    expect(await answers()).toEqual([byServer, byServer, byServer]);
    await asDiscordAdmin('budget clear', { workspace: 'here' });
    expect(await askOnDiscord(guest, discord.thread)).toEqual(startingWith(ANSWER));
  });

  it('are offered amounts while an admin types', async () => {
    const options = { amount: '5' };
    const typing = stage.discord.autocomplete({
      name: 'budget set',
      options,
      focused: 'amount',
      admin: true,
    });
    const choices = await until(() => {
      const answered = typing.acknowledgement();
      if (!answered) throw new Error('nothing is offered');
      return answered.data.choices;
    });
    expect(choices).toMatchObject([{ value: '5' }, { value: '5.00' }, { value: '50.00' }]);
  });

  it('of a user group, a channel and a workspace refuse their members on Slack', async () => {
    const refusals = {
      '--role <!subteam^S0STAFF|@staff>': /^The budget shared by one of your roles of \$0 per day/,
      [`--channel <#${GENERAL}|general>`]: /^The budget of this channel of \$0 per week/,
      '--workspace here': /^The budget of this workspace of \$0 per day/,
    };
    for (const [scope, refusal] of Object.entries(refusals)) {
      const answer = await onSlack(`/budget set 0 ${scope}`);
      expect(answer).toEqual({ text: expect.stringMatching(/is now \$0 per (day|week)/), private: true });
      expect((await onSlack('/ask Well?', BOB)).text).toMatch(refusal);
      if (scope.startsWith('--role'))
        await until(async () => expect((await onSlack('/ask Well?', ALICE)).text).toContain(ANSWER));
      await onSlack(`/budget clear ${scope}`);
    }
    await onSlack('/budget set 0 --person <@U0BOB|bob>');
    expect((await onSlack('/ask Well?', BOB)).text).toMatch(/^Your budget of \$0 per day is too small/);
    await onSlack('/budget clear --person <@U0BOB|bob>');
  });

  it('are the same from the configuration, in chat, on the command line, on the page and over HTTP', async () => {
    const channel = `discord:${studio.id}`;
    const view = async () => (await asDiscordAdmin('budget view', { channel: studio })).text;
    expect(await view()).toMatch(/from the configuration\)\n.*\$0\.40 per week/);
    expect(await onSlack(`/budget view --channel ${channel}`)).toMatchObject({
      text: expect.stringContaining('$0.40 per week'),
    });
    await stage.runTask('budget', 'set', '0.35', '--channel', channel);
    expect(await view()).toMatch(/set by an admin\)\n.*\$0\.35 per week/);
    const page = await answerOnPage(bot, await askOnPage(bot, `/budget set 0.45 --channel ${channel}`));
    expect(page.text).toContain('was $0.35 per week and is now $0.45 per week');
    const input = { amount: '0', channel };
    expect(await call(await createKey('ops', '--admin'), 'budget set', input)).toMatchObject({
      status: 200,
      text: expect.stringContaining('was $0.45 per week and is now $0 per week'),
    });
    expect(await askOnDiscord(guest, studio)).toMatch(/^The budget of this channel of \$0 per week/);
    expect(await stage.runTask('budget', 'view', '--channel', channel)).toContain('$0 per week');
    await stage.runTask('budget', 'clear', '--channel', channel);
    expect(await askOnDiscord(guest, studio)).toEqual(startingWith(ANSWER));
    const audit = (await asDiscordAdmin('budget audit')).text;
    for (const who of ['web:operator in web:command-line cleared', 'key:ops in api:', 'web:local'])
      expect(audit).toContain(who);
  });

  it('are changed by admins alone, wherever and however it is asked', async () => {
    const before = await stage.runTask('budget', 'audit');
    const only = /^Only admins may use `\/budget \w+`/;
    const commands = ['set', 'grant', 'view', 'clear', 'reset', 'pause', 'resume', 'report', 'audit'];
    for (const verb of commands) {
      const amount = verb === 'set' || verb === 'grant' ? { amount: '1' } : {};
      const answer = await onDiscord(`budget ${verb}`, amount, { user: guest });
      expect(answer).toEqual({ text: expect.stringMatching(only), private: true });
    }
    expect((await onSlack('/budget pause', BOB)).text).toMatch(only);
    const key = await createKey('tool');
    expect(await call(key, 'budget pause', {})).toMatchObject({ status: 403 });
    expect(await stage.runTask('budget', 'audit')).toBe(before);
    // Who is an admin by the configuration is none by Slack.
    expect((await onSlack('/budget pause', ALICE)).text).toContain('**everybody together** is paused');
    expect((await onSlack('/ask Well?', BOB)).text).toMatch(
      /^All requests are paused by slack:T0TEAM\/U0ALICE/,
    );
    expect((await onSlack('/budget resume', ALICE)).text).toContain('may spend again');
  });

  it('let an admin cancel what somebody else asked, and nobody else', async () => {
    const { discord } = stage;
    stage.sandbox.faults.stallAfterTokens = 1;
    const sent = discord.sendCommand({ name: 'ask', options: { prompt: 'Well?' }, user: guest });
    const press = async (who: { user?: StandinUser; admin?: boolean }) => {
      const message = await until(() => {
        const shown = sent.original();
        if (!shown || !discord.text(shown).startsWith('Yes')) throw new Error('no answer yet');
        return shown;
      });
      const [row] = latestRow(message);
      const pressed = discord.press(message, String(row?.custom_id), who);
      return until(() => {
        const text = pressed.followUps().map(discord.text).join();
        if (text === '') throw new Error('nothing is said');
        return text;
      });
    };
    expect(await press({ user: artist })).toBe('Only the one who asked or an admin can do this.');
    expect(await press({ admin: true })).toMatch(/^Cancelled/);
    stage.sandbox.faults.stallAfterTokens = null;
  });

  it('are granted credit, start anew, and are reported with a picture and a table, to the admin alone', async () => {
    const person = guest;
    const granted = await asDiscordAdmin('budget grant', { amount: '2.50', person });
    expect(granted.text).toContain('$2.50 extra credit');
    expect((await asDiscordAdmin('budget reset', { person })).text).toContain('$0 spent today');
    const sent = stage.discord.sendCommand({ name: 'budget report', options: { by: 'person' }, admin: true });
    await until(() => {
      const message = sent.original();
      expect(message && stage.discord.text(message)).toMatch(
        /person +runs +cost\n(.*\n)*Bob \(discord:\d+\) +\d+ +<?\$0\.\d+/,
      );
      expect(message?.ephemeral).toBe(true);
      const files = message ? stage.discord.filesOf(message) : [];
      expect(files.map(({ name }) => name)).toEqual(['spending.png', 'runs.csv']);
      expect(Buffer.from(files[1]?.bytes ?? []).toString()).toMatch(/^run,admitted_at,.*\n(.+\n)+$/);
    });
    const onSlackToo = await onSlack('/budget report --by person');
    expect(onSlackToo.private).toBe(true);
    expect(onSlackToo.text).toMatch(/person +runs +cost/);
    await until(() => {
      const names = [...stage.slack.world.files.values()].filter(({ shares }) => shares.length > 0);
      expect(names.map(({ name }) => name)).toEqual(['spending.png', 'runs.csv']);
    });
  });

  it('are one for two accounts that are linked by a code, which works once and cannot be guessed', async () => {
    const codeOf = async () => {
      const { text, private: hidden } = await onDiscord('link', {}, { user: artist });
      expect(hidden).toBe(true);
      return /\/link (\w{8})/.exec(text)?.[1] ?? '';
    };
    const old = await codeOf();
    const code = await codeOf();
    expect((await onSlack(`/link ${old}`, ALICE)).text).toMatch(/^This code is wrong or has expired/);
    const ids = [`discord:${artist.id}`, `slack:T0TEAM/${ALICE}`];
    const joined = await onSlack(`/link ${code}`, ALICE);
    for (const id of ids) expect(joined.text).toContain(id);
    expect((await onSlack(`/link ${code}`, BOB)).text).toMatch(/^This code is wrong or has expired/);

    await asDiscordAdmin('budget set', { amount: '0', person: artist });
    expect((await onSlack('/ask Well?', ALICE)).text).toMatch(/^Your budget of \$0 per day is too small/);
    await asDiscordAdmin('budget clear', { person: artist });
    const usage = (await onSlack('/usage', ALICE)).text;
    expect(usage).toMatch(/[█░]{20}` \d+ %/);
    expect(usage).toContain(`Shared by ${ids.join(', ')}.`);
    expect(usage.match(/\/ask · llama · <?\$0\.\d+/g)?.length).toBeGreaterThan(1);
    expect((await onSlack('/unlink', ALICE)).text).toContain('a budget of its own again');
    expect((await onSlack('/usage', ALICE)).text).not.toContain('Shared by');

    const fresh = await codeOf();
    for (let guess = 0; guess < 4; guess++) await onSlack(`/link ABCDEFG${guess + 2}`, BOB);
    expect((await onSlack(`/link ${fresh}`, BOB)).text).toMatch(/^You have typed too many wrong codes/);
    expect((await onSlack(`/link ${fresh}`, ALICE)).text).toContain('share one budget');
  });

  it('add up in the end', async () => {
    await until(async () =>
      expect(await stage.books()).toMatchObject({ reservedMicroUsd: 0, differences: [] }),
    );
    expect(await stage.runTask('verify')).toBe('Every counter agrees with the ledger.\n');
  });
});

/** There is something to cancel. */
const goesOn = (version: object) => JSON.stringify(version).includes('"cancel:');

const startingWith = (text: string) => expect.stringMatching(new RegExp(`^${text}`));

function latestRow(message: Parameters<typeof latestOnDiscord>[0]): { custom_id?: unknown }[] {
  return latestOnDiscord(message).components.flatMap(({ components }) =>
    Array.isArray(components) ? components : [],
  );
}
