/** What a process takes up: what others left behind, and never what it has just ended itself. */

import { expect, it, vi } from 'vitest';
import type { Run } from '../../../src/core/runs/run.ts';
import { ADA, startCore } from './running-core.ts';

it('does not answer again what ended while it looked for abandoned runs', async () => {
  let lookedUp: () => void = () => undefined;
  const looked = new Promise<void>((resolve) => {
    lookedUp = resolve;
  });
  let goOn: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const core = await startCore({
    sandbox: { answer: 'All of it.', tokensPerSecond: 5 },
    leases: (leases) => ({
      ...leases,
      async takeOver() {
        const runs = await leases.takeOver();
        lookedUp();
        await gate;
        return runs;
      },
    }),
  });
  const reply = await core.ask('Hello');
  const starting = core.runner.start();
  await looked;
  await reply.final();
  await vi.waitFor(() => expect(core.runner.activeRuns).toBe(0), { timeout: 15_000 });
  goOn();
  await starting;
  expect(core.runner.activeRuns).toBe(0);
});

it('says what a role has left where that is less than what the person has, the next process, too', async () => {
  let abandoned: readonly Run[] = [];
  const core = await startCore({
    roles: { 'discord:5': '0.02 per day' },
    model: { maxSeconds: 20, typicalSeconds: 1 },
    leases: (leases) => ({ ...leases, takeOver: async () => abandoned }),
  });
  const reply = await core.ask('Hello', { person: { ...ADA, roles: ['discord:5', 'discord:6'] } });
  const ofRole = /· \$0\.01\d+ left today for your role$/;
  expect((await reply.final()).footnote).toMatch(ofRole);
  expect((await (await core.ask('Hello')).final()).footnote).toMatch(/· \$0\.9\d+ left today$/);
  await vi.waitFor(() => expect(core.runner.activeRuns).toBe(0), { timeout: 15_000 });
  // As if its process had died before the last edit.
  abandoned = (await core.runs()).slice(0, 1).map((run) => ({ ...run, state: 'settled' }));
  const before = reply.shown.length;
  await core.runner.start();
  const footnotes = () => reply.shown.slice(before).flatMap(({ footnote }) => footnote ?? []);
  await vi.waitFor(() => expect(footnotes()).toEqual([expect.stringMatching(ofRole)]), { timeout: 15_000 });
});

it('says that an answer is gone which Replicate has removed before the bot was back', async () => {
  let abandoned: readonly Run[] = [];
  const core = await startCore({
    sandbox: { answer: 'All of it.' },
    leases: (leases) => ({ ...leases, takeOver: async () => abandoned }),
  });
  await (await core.ask('Hello')).final();
  await vi.waitFor(() => expect(core.runner.activeRuns).toBe(0), { timeout: 15_000 });
  const [prediction] = core.sandbox.predictions;
  if (!prediction) throw new Error('nothing was asked');
  prediction.dataRemoved = true;
  abandoned = (await core.runs()).map((run) => ({ ...run, state: 'settled' }));
  await core.runner.start();
  await vi.waitFor(
    () =>
      expect(core.reply('reply-1')?.shown.at(-1)?.text).toBe(
        'The answer is gone: Replicate keeps it for an hour, and the bot was away for longer.',
      ),
    { timeout: 15_000 },
  );
  // And is not remembered as one that said nothing.
  await (await core.ask('Why?')).final();
  expect(core.sandbox.predictions[1]?.input.prompt).toContain('All of it.');
});
