/** What is asked about before it runs, over a restart and in private; and what admins are told of budgets, in two places. */

import { describe, expect, it } from 'vitest';
import { latest as latestOnDiscord, type StandinChannel } from '../standins/discord/world.ts';
import {
  ALICE,
  buttonsOf,
  GENERAL,
  latest,
  type StandinMessage,
  shownText,
  smallPrint,
} from '../standins/slack/world.ts';
import { createStage, type Stage } from './stage.ts';
import { until } from './waiting.ts';

const ANSWER = 'Yes, indeed.';

describe.concurrent('a question before a run', { timeout: 120_000 }, () => {
  const config = 'budgets: { ask-above: 0.10 }';

  /** What people see on Slack now. */
  const seen = ({ slack }: Stage): StandinMessage[] =>
    slack.messages(GENERAL).filter(({ author, deleted }) => author === slack.world.botUser && !deleted);

  async function askedOnSlack(stage: Stage, command: string): Promise<StandinMessage> {
    await stage.slack.slash('/ask', command, { user: ALICE });
    return until(() => {
      const [message] = seen(stage);
      if (!message || buttonsOf(latest(message)).length === 0) throw new Error('nothing is asked');
      return message;
    });
  }

  const runButton = (message: StandinMessage) => buttonsOf(latest(message))[0]?.actionId ?? '';

  it('is for its asker alone when the command was, and answered for them alone after a kill -9', async () => {
    await using stage = await createStage({ answer: ANSWER }, { platforms: ['slack'], config });
    const first = await stage.startBot();
    const question = await askedOnSlack(stage, '--private Well?');
    expect(shownText(latest(question))).toBe('This may cost up to $0.22. Run it?');
    expect(question.ephemeralFor).toBe(ALICE);
    expect((await stage.books()).runs).toEqual([]);
    await first.kill();
    await stage.startBot();
    await stage.slack.press(question, runButton(question), ALICE);
    await until(() => {
      const last = seen(stage).at(-1);
      expect(last && shownText(latest(last))).toBe(ANSWER);
      expect(last && smallPrint(latest(last))).toMatch(/llama · .*\$0/);
    });
    expect(seen(stage).every(({ ephemeralFor }) => ephemeralFor === ALICE)).toBe(true);
    expect(await stage.books()).toMatchObject({ settlements: 1, differences: [] });
  });

  it('turns into the refusal of a budget that an admin has changed, on Discord and on Slack', async () => {
    await using stage = await createStage({ answer: ANSWER }, { platforms: ['discord', 'slack'], config });
    await stage.startBot();
    await until(() => expect(stage.discord.world.commands.length).toBeGreaterThan(0));
    const onSlack = await askedOnSlack(stage, 'Well?');
    const { discord } = stage;
    const asked = discord.sendCommand({ name: 'ask', options: { prompt: 'Well?' } });
    const onDiscord = await until(() => {
      const message = asked.original();
      if (!message || latestOnDiscord(message).components.length === 0) throw new Error('nothing is asked');
      return message;
    });
    await stage.runTask('budget', 'set', '0', '--per', 'day');
    const refusal = /^The budget of everybody together of \$0 per day is too small/;
    await stage.slack.press(onSlack, runButton(onSlack), ALICE);
    await until(() => expect(shownText(latest(onSlack))).toMatch(refusal));
    expect(buttonsOf(latest(onSlack))).toEqual([]);
    const { components } = latestOnDiscord(onDiscord);
    const [, id = ''] = /"custom_id":"(confirm:[^"]+)"/.exec(JSON.stringify(components)) ?? [];
    const pressed = discord.press(onDiscord, id, { user: discord.addUser('Eve'), admin: true });
    await until(() =>
      expect(pressed.followUps().map(discord.text)).toEqual(['Only the one who asked can decide this.']),
    );
    discord.press(onDiscord, id);
    await until(() => expect(discord.text(onDiscord)).toMatch(refusal));
    expect(latestOnDiscord(onDiscord).components).toEqual([]);
    expect((await stage.books()).runs).toEqual([]);
  });
});

/** A bot whose admins are told in a channel of Discord and in one of Slack. */
async function createWarningStage(): Promise<{ stage: Stage; channel: StandinChannel }> {
  let operations: StandinChannel | undefined;
  const stage = await createStage(
    // Nearly six seconds of the model's time: more than 80 % of the budget, and too little is left for another run.
    { answer: 'word '.repeat(500), tokensPerSecond: 90 },
    {
      platforms: ['discord', 'slack'],
      config: ({ discord }) => {
        operations = discord.addChannel({ name: 'operations' });
        return `
budgets: { everybody: 0.0045 per day, warn-in: ["discord:${operations.id}", "slack:${GENERAL}"] }
models: { llama: { ref: meta/meta-llama-3-70b-instruct, price: { hardware: a40 }, context: 8000, typical-seconds: 5 } }
`;
      },
    },
  );
  if (!operations) throw new Error('no channel');
  return { stage, channel: operations };
}

const nearly = /^The budget of everybody together is 80 % used: \$0\.00\d\d of \$0\.0045 spent today\. It/;
const usedUp = /^The budget of everybody together is used up: /;
const matching = (pattern: RegExp) => expect.stringMatching(pattern);

/** What the admins read on Discord and on Slack. */
const toldIn = ({ discord, slack }: Stage, channel: StandinChannel) => [
  discord.messages(channel).map(discord.text),
  slack.messages(GENERAL).map((message) => shownText(latest(message))),
];

it('admins are told of a budget by the next process, when one is killed while it tells them', async () => {
  const { stage, channel } = await createWarningStage();
  await using _ = stage;
  const { discord } = stage;
  const told = () => toldIn(stage, channel);
  const first = await stage.startBot();
  await until(() => expect(discord.world.commands.length).toBeGreaterThan(0));
  discord.holdNext('POST', new RegExp(`/channels/${channel.id}/messages`));
  discord.sendCommand({ name: 'ask', options: { prompt: 'Well?' } });
  // On Slack it is told and done.
  await until(() => expect(told()).toEqual([[], [matching(nearly)]]));
  await until(async () => expect((await stage.books()).untold).toEqual([`discord:${channel.id}`]));
  await first.kill();
  await stage.startBot();
  await until(() => expect(told()).toEqual([[matching(nearly)], [matching(nearly)]]));
  await until(async () => expect((await stage.books()).untold).toEqual([]));
  expect(told()).toEqual([[matching(nearly)], [matching(nearly)]]);
}, 120_000);

it('admins are told once at 80 % and once at 100 %, on Discord although it fails at first, and on Slack', async () => {
  const { stage, channel } = await createWarningStage();
  await using _ = stage;
  const { discord } = stage;
  await stage.startBot();
  await until(() => expect(discord.world.commands.length).toBeGreaterThan(0));
  discord.failNext('POST', new RegExp(`/channels/${channel.id}/messages`), 500);
  const ask = () => discord.sendCommand({ name: 'ask', options: { prompt: 'Well?' } });
  const told = () => toldIn(stage, channel);
  ask();
  await until(() => expect(told()).toEqual([[nearly], [nearly]].map((each) => each.map(matching))));
  const answer = () => discord.messages(discord.channel).map(discord.text).join('\n');
  await until(() => expect(answer()).toMatch(/⚠ [89]\d % of the budget of everybody together used/));
  const refused = [ask(), ask()];
  await until(() => {
    for (const { original } of refused) {
      const message = original();
      expect(message && discord.text(message)).toMatch(/^The budget of everybody together of \$0\.0045 per/);
    }
  });
  await until(() =>
    expect(told()).toEqual(
      [
        [nearly, usedUp],
        [nearly, usedUp],
      ].map((each) => each.map(matching)),
    ),
  );
}, 120_000);
