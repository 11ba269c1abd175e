/** What may cost much is asked about before it runs, and runs once, for the one who asked. */

import { expect, it, vi } from 'vitest';
import { ADA, BOB, type Core, startCore } from './runs/running-core.ts';

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

it('is for nobody else to decide', async () => {
  const core = await startCore(asksFirst);
  const { confirm } = await propose(core);
  expect(await core.press(confirm, BOB)).toBe('Only the one who asked can decide this.');
  expect(await core.press('confirm:unknown', ADA)).toBe('That was too long ago. Please ask again.');
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
