/** Admins hear of a budget once at 80 % and once at 100 %, in the channel that they named. */

import { expect, it, vi } from 'vitest';
import { createAdminWarnings } from '../../src/core/admin-warnings.ts';
import type { Reply, Surface } from '../../src/core/chat.ts';
import { ReplyGoneError } from '../../src/core/errors.ts';
import type { Log } from '../../src/core/log.ts';
import { createPacer } from '../../src/core/reply/pacer.ts';
import { createFakeClock } from '../fake-clock.ts';
import { startCore } from './runs/running-core.ts';

it('tells the channel once that everybody together has used the budget up, and the person in the cost line', async () => {
  const core = await startCore({
    everybody: '0.01 per day',
    warnIn: ['web:ops', 'discord:elsewhere'],
    // About two seconds of the model's time in all.
    sandbox: { tokensPerSecond: 30 },
    model: { typicalSeconds: 1, maxSeconds: 13 },
  });
  const first = await (await core.ask('Spend nearly everything')).final();
  for (let more = 0; more < 6; more++) await (await core.ask('And the rest')).final();
  const said = (what: string) => core.log.filter((line) => line.includes(`everybody together is ${what}`));
  await vi.waitFor(() => expect(said('used up')).toHaveLength(1), 10_000);
  expect(said('80 % used').length).toBeLessThanOrEqual(1);
  const last = core.reply('announced in ops')?.shown.at(-1)?.text;
  expect(last).toMatch(
    /^The budget of everybody together is used up: \$0\.0\d+ of \$0\.01 spent today\. It resets at 00:00/,
  );
  expect(core.log.join()).toContain('where the bot is not connected');
  expect(first.footnote).toMatch(/left/);
});

it('calls a person by their name', async () => {
  const core = await startCore({
    eachPerson: '0.01 per day',
    warnIn: ['web:ops'],
    sandbox: { tokensPerSecond: 30 },
    model: { typicalSeconds: 1, maxSeconds: 13 },
  });
  for (let more = 0; more < 7; more++) await (await core.ask('Spend everything')).final();
  await vi.waitFor(
    () =>
      expect(core.reply('announced in ops')?.shown.at(-1)?.text).toMatch(
        /^The budget of Ada \(web:ada\) is used up: /,
      ),
    10_000,
  );
});

/** Warnings in a channel whose platform answers what `write` says, and what the operator reads of it. */
function warningsThrough(write: (text: string) => void) {
  const clock = createFakeClock();
  const logged: string[] = [];
  const note = (_fields: object, message: string) => void logged.push(message);
  const log: Log = { debug() {}, info() {}, warn: note, error: note };
  const reply: Reply = {
    ref: { surface: 'web' },
    lane: { key: 'ops', slots: 1, windowMs: 1000 },
    async write({ text }) {
      write(text);
      return 'shown';
    },
  };
  const surface: Surface = {
    name: 'web',
    ready: true,
    start: async () => {},
    drain: async () => {},
    stop: async () => {},
    reopen: () => reply,
    announce: () => reply,
  };
  const warnings = createAdminWarnings({
    channels: ['web:ops'],
    surfaces: () => new Map([['web', surface]]),
    pacer: createPacer({ clock }),
    people: { names: async () => new Map() },
    timezone: 'UTC',
    clock,
    log,
  });
  const crossing = { percent: 80, spentMicroUsd: 80, limitMicroUsd: 100, unit: 'once' } as const;
  warnings.tell([{ ...crossing, scope: { kind: 'everybody' } }]);
  return { clock, logged };
}

it('waits for a platform that is away for ten minutes, and says it once', async () => {
  const said: string[] = [];
  let away = true;
  const { clock, logged } = warningsThrough((text) => {
    if (away) throw new Error('503');
    said.push(text);
  });
  await clock.advance(10 * 60_000);
  away = false;
  await clock.advance(60_000);
  expect(said).toEqual([expect.stringMatching(/^The budget of everybody together is 80 % used/)]);
  await clock.advance(60 * 60_000);
  expect([said.length, logged.length]).toEqual([1, 1]);
});

it('leaves a channel that is gone to the log', async () => {
  let tries = 0;
  const { clock, logged } = warningsThrough(() => {
    tries++;
    throw new ReplyGoneError('there is no such channel');
  });
  await clock.advance(10 * 60_000);
  expect([tries, logged.at(-1)]).toEqual([1, 'admins could not be told of a budget']);
});
