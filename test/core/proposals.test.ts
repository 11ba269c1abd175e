/** What may cost much is asked about before it runs, and runs once, for the one who asked. */

import { expect, it, vi } from 'vitest';
import type { Budget } from '../../src/core/budget/budget.ts';
import { ADA, ADMIN, BOB, buttonOf, type Core, type CoreOptions, startCore } from './runs/running-core.ts';

/** The model's deadline is 300 s at $0.000725: up to $0.2175. */
const asksFirst = { askAboveMicroUsd: 200_000 };

async function propose(core: Core) {
  const seen = await core.ask('Tell me everything');
  const question = await seen.final();
  const [confirm = '', decline = ''] = (question.buttons ?? []).map(({ id }) => id);
  return { seen, question, confirm, decline };
}

it('says what it may cost, and reserves nothing before the answer', async () => {
  const core = await startCore(asksFirst);
  const { question } = await propose(core);
  expect(question.text).toBe('This may cost up to $0.22. Run it?');
  expect(question.buttons?.map(({ label }) => label)).toEqual(['Run', 'Do not run']);
  expect(await core.runs()).toEqual([]);
  expect(await core.books()).toMatchObject({ reservedMicroUsd: 0 });
});

it('turns into the answer when the one who asked agrees, once however often they press', async () => {
  const core = await startCore(asksFirst);
  const { seen, confirm, decline } = await propose(core);
  expect(await core.press(confirm, ADA)).toBe('');
  expect(await core.press(confirm, ADA)).toBe('This was decided already.');
  expect(await core.press(decline, ADA)).toBe('This was decided already.');
  await vi.waitFor(() => expect(seen.shown.at(-1)?.footnote).toContain('llama'), 20_000);
  expect(core.sandbox.predictions).toHaveLength(1);
  expect(await core.books()).toMatchObject({ spentMicroUsd: core.costOf(0), differences: [] });
});

it('ends without a charge when they decline', async () => {
  const core = await startCore(asksFirst);
  const { seen, confirm, decline } = await propose(core);
  expect(await core.press(decline, ADA)).toBe('');
  expect(seen.shown.at(-1)).toEqual({ text: 'Not run. Nothing was charged.' });
  expect(await core.press(confirm, ADA)).toBe('This was decided already.');
  expect(core.sandbox.predictions).toEqual([]);
});

it('is asked once when the press that it answers is delivered twice', async () => {
  const core = await startCore(asksFirst);
  const { seen, confirm } = await propose(core);
  await core.press(confirm, ADA);
  await vi.waitFor(() => expect(seen.shown.at(-1)?.footnote).toContain('llama'), 20_000);
  const regenerate = buttonOf(seen.shown.at(-1) ?? { text: '' }, 'Regenerate');
  const asked = await core.pressForReply(regenerate, ADA, 'press');
  expect(asked.shown.at(-1)?.text).toMatch(/Run it\?$/);
  const again = await core.pressForReply(regenerate, ADA, 'press');
  expect(again.shown).toEqual([]);
});

it('is for nobody else to decide', async () => {
  const core = await startCore(asksFirst);
  const { confirm } = await propose(core);
  for (const other of [BOB, ADMIN])
    expect(await core.press(confirm, other)).toBe('Only the one who asked can decide this.');
  expect(await core.press('confirm:unknown', ADA)).toBe('That was too long ago. Please ask again.');
});

it('gives the reason in the place of the question when a budget has changed meanwhile', async () => {
  let budget: Budget | undefined;
  const commands: CoreOptions['commands'] = (services) => {
    budget = services.budget;
    return [];
  };
  const core = await startCore({ ...asksFirst, commands });
  const { seen, confirm } = await propose(core);
  await budget?.set({ kind: 'everybody' }, { amountMicroUsd: 0, unit: 'day' }, { personId: ADMIN.id });
  expect(await core.press(confirm, ADA)).toBe('');
  expect(seen.shown.at(-1)).toEqual({
    text: expect.stringMatching(/^The budget of everybody together of \$0 per day is too small: /),
  });
  expect(await core.press(confirm, ADA)).toBe('This was decided already.');
  expect(await core.books()).toMatchObject({ spentMicroUsd: 0, reservedMicroUsd: 0 });
});

it('stays when the line is full: the button works once there is room', async () => {
  const core = await startCore({ ...asksFirst, atOnce: 1, sandbox: { stallAfterTokens: 1 } });
  const first = await propose(core);
  const second = await propose(core);
  await core.press(first.confirm, ADA);
  expect(await core.press(second.confirm, ADA)).toMatch(/^You have 1 request running already/);
  expect(second.seen.shown.at(-1)).toEqual(second.question);
  await vi.waitFor(() => expect(core.sandbox.predictions).toHaveLength(1), 20_000);
  core.sandbox.faults.stallAfterTokens = null;
  await core.press(`cancel:${(await core.runs())[0]?.id}`, ADA);
  await vi.waitFor(() => expect(first.seen.shown.at(-1)?.footnote).toContain('llama'), 20_000);
  expect(await core.press(second.confirm, ADA)).toBe('');
  await vi.waitFor(() => expect(second.seen.shown.at(-1)?.footnote).toContain('llama'), 20_000);
});

it('does not ask about what usually costs little', async () => {
  const core = await startCore({ askAboveMicroUsd: 217_500 });
  const seen = await core.ask('Just this');
  expect((await seen.final()).footnote).toContain('llama');
});

it('asks no more once the last runs have shown that it costs little', async () => {
  const core = await startCore({ ...asksFirst, eachPerson: 'unlimited' });
  for (let run = 0; run < 5; run++) {
    const { seen, confirm } = await propose(core);
    await core.press(confirm, ADA);
    await vi.waitFor(() => expect(seen.shown.at(-1)?.footnote).toContain('llama'), 20_000);
  }
  const seen = await core.ask('Again');
  expect((await seen.final()).footnote).toContain('llama');
});
