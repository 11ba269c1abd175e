/**
 * How old what people see is, and how soon it is all there (the tail: from the last token to the whole text): paced replies
 * in simulated time against the best there could be.
 */

import { TOKEN_LENGTH, TOKENS_PER_SECOND, usualLengths } from './answers.ts';
import { knowingTheEnd, leastWithoutForesight, notKnowingTheEnd } from './ideal.ts';
import { orderedTails, sharingALane } from './ideal-sharing.ts';
import type { Rules } from './platform.ts';
import { DISCORD, LATENCY_MS, SLACK } from './platform.ts';
import type { Row } from './row.ts';
import { type Outcome, play } from './scenario.ts';

const FIRST_TEXT_MS = LATENCY_MS + 50;
const TAIL_ALONE_MS = LATENCY_MS + 100;
const TAIL_SHARED = 1.2;
const STALENESS = 1.15;
const SLACK_ALONE_MS = 300;
const SLACK_FIVE_MS = 600;

export async function benchReply(): Promise<Row[]> {
  const all: Outcome[] = [];
  const run = async (
    rules: Rules,
    groups: readonly (readonly number[])[],
    apart = false,
  ): Promise<Outcome[]> => {
    const outcomes: Outcome[] = [];
    for (const lengths of groups) outcomes.push(await play({ rules, lengths, apart }));
    all.push(...outcomes);
    return outcomes;
  };
  const each = usualLengths(60).map((length) => [length]);
  const fives = groupsOf(5, 12);
  const twenties = groupsOf(20, 3);

  const rows: Row[] = [];
  const discordAlone = await run(DISCORD, each);
  rows.push(...alone('Discord, 1 reply', discordAlone, DISCORD));
  for (const length of [300, 2_000, 20_000]) rows.push(oneLength(length, await run(DISCORD, [[length]])));
  const discordFives = await run(DISCORD, fives);
  rows.push(...shared('Discord, 5 replies in a lane', discordFives, DISCORD));
  rows.push(...shared('Discord, 20 replies in a lane', await run(DISCORD, twenties), DISCORD));
  for (const replies of [5, 20]) {
    const long = await run(DISCORD, [new Array<number>(replies).fill(20_000)]);
    rows.push(...shared(`Discord, ${replies} of 20,000 characters in a lane`, long, DISCORD));
  }
  rows.push(...alone('Discord, 200 lanes', await run(DISCORD, [usualLengths(200)], true), DISCORD));

  rows.push(
    ...(await toNaive('Discord, 1 reply', DISCORD, each, discordAlone)),
    ...(await toNaive('Discord, 5 replies in a lane', DISCORD, fives, discordFives)),
  );

  const slackAlone = await run(SLACK, each);
  rows.push({
    name: 'Slack, 1 reply: staleness',
    value: meanOf(slackAlone),
    unit: 'ms',
    bound: SLACK_ALONE_MS,
  });
  const slackLong = await run(SLACK, [[20_000]]);
  rows.push({ name: 'Slack, 1 of 20000 characters: staleness', value: meanOf(slackLong), unit: 'ms' });
  rows.push(...soon('Slack, 1 reply', slackAlone));
  const slackFives = await run(SLACK, fives);
  rows.push({
    name: 'Slack, 5 replies: staleness',
    value: meanOf(slackFives),
    unit: 'ms',
    bound: SLACK_FIVE_MS,
  });
  rows.push(ordered('Slack, 5 replies', slackFives, SLACK));
  const slackTwenties = await run(SLACK, twenties);
  rows.push({ name: 'Slack, 20 replies: staleness', value: meanOf(slackTwenties), unit: 'ms' });
  rows.push(ordered('Slack, 20 replies', slackTwenties, SLACK));

  const realTime = await play({
    rules: DISCORD,
    lengths: [300, 600, 1_200, 2_000],
    apart: true,
    realTime: true,
  });
  all.push(realTime);
  // Not bounded: what else the machine does is in here too.
  for (const row of soon('Discord, 4 lanes on the real clock', [realTime])) {
    rows.push({ name: row.name, value: row.value, unit: row.unit });
  }

  const replies = all.reduce((sum, { staleMs }) => sum + staleMs.length, 0);
  const missing = all.reduce((sum, { delivered, staleMs }) => sum + (1 - delivered) * staleMs.length, 0);
  rows.push(
    { name: `429s in ${replies} replies`, value: sum(all.map(({ refused }) => refused)), unit: '', bound: 0 },
    { name: `of ${replies} replies without their whole text`, value: missing, unit: '', bound: 0 },
  );
  return rows;
}

/** Against the obvious: an edit every second. */
async function toNaive(
  name: string,
  rules: Rules,
  groups: readonly (readonly number[])[],
  ours: readonly Outcome[],
): Promise<Row[]> {
  const outcomes: Outcome[] = [];
  for (const lengths of groups) outcomes.push(await play({ rules, lengths, naive: true }));
  const refused = sum(outcomes.map((outcome) => outcome.refused));
  const replies = sum(outcomes.map(({ staleMs }) => staleMs.length));
  return [
    { name: `${name}: an edit every second, to ours`, value: meanOf(outcomes) / meanOf(ours), unit: '×' },
    { name: `${name}: its 429s in ${replies} replies`, value: refused, unit: '' },
  ];
}

/** Answers that each have a lane to themselves. */
function alone(name: string, outcomes: readonly Outcome[], { edits }: Rules): Row[] {
  const answers = outcomes.flatMap((outcome) => outcome.answers);
  const spans = answers.map(({ startMs, endMs }) => endMs - startMs);
  const ours = meanOf(outcomes);
  const knowing = mean(spans.map((span) => knowingTheEnd(span, edits, LATENCY_MS)));
  const blind = notKnowingTheEnd(spans, edits, LATENCY_MS);
  return [
    { name: `${name}: staleness`, value: ours, unit: 'ms' },
    { name: `${name}: to the best without foresight`, value: ours / blind, unit: '×', bound: STALENESS },
    { name: `${name}: to the best that knows the end`, value: ours / knowing, unit: '×' },
    {
      name: `${name}: least without foresight, to the best that knows the end`,
      value: leastWithoutForesight(spans, edits, LATENCY_MS) / knowing,
      unit: '×',
    },
    ...soon(name, outcomes),
  ];
}

function soon(name: string, outcomes: readonly Outcome[]): Row[] {
  const firsts = outcomes.flatMap(({ firstsMs }) => firstsMs);
  const tails = outcomes.flatMap(({ tailsMs }) => tailsMs);
  return [
    { name: `${name}: first token to first text, p95`, value: p95(firsts), unit: 'ms', bound: FIRST_TEXT_MS },
    { name: `${name}: tail, p95`, value: p95(tails), unit: 'ms', bound: TAIL_ALONE_MS },
  ];
}

function oneLength(length: number, outcomes: readonly Outcome[]): Row {
  const spanMs = (length / TOKEN_LENGTH / TOKENS_PER_SECOND) * 1_000;
  const ratio = meanOf(outcomes) / knowingTheEnd(spanMs, DISCORD.edits, LATENCY_MS);
  return {
    name: `Discord, 1 of ${length} characters: to the best that knows the end`,
    value: ratio,
    unit: '×',
  };
}

/** Answers that share a lane. */
function shared(name: string, outcomes: readonly Outcome[], rules: Rules): Row[] {
  const ideals = outcomes.flatMap(({ answers }) => sharingALane(answers, rules.edits, LATENCY_MS));
  return [
    { name: `${name}: staleness`, value: meanOf(outcomes), unit: 'ms' },
    {
      name: `${name}: to the best found`,
      value: meanOf(outcomes) / meanOf(ideals),
      unit: '×',
      bound: STALENESS,
    },
    ordered(name, outcomes, rules),
  ];
}

function ordered(name: string, outcomes: readonly Outcome[], { edits }: Rules): Row {
  const tails = mean(outcomes.flatMap(({ tailsMs }) => tailsMs));
  const ideal = mean(outcomes.flatMap((outcome) => orderedTails(outcome, edits, LATENCY_MS)));
  return {
    name: `${name}: tail to the ideal order`,
    value: tails / ideal,
    unit: '×',
    bound: TAIL_SHARED,
  };
}

/** As many groups of this size, of answers of all lengths. */
function groupsOf(size: number, count: number): number[][] {
  const lengths = usualLengths(size * count);
  return Array.from({ length: count }, (_, group) => lengths.slice(group * size, (group + 1) * size));
}

function meanOf(outcomes: readonly Pick<Outcome, 'staleMs'>[]): number {
  return mean(outcomes.flatMap(({ staleMs }) => staleMs));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

function p95(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN;
}
