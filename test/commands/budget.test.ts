/** `/budget set` and `/budget view` over a real ledger. */

import { afterEach, beforeEach, expect, it } from 'vitest';
import { createBudgetSet, createBudgetView } from '../../src/commands/budget.ts';
import { createBudget } from '../../src/core/budget/ledger.ts';
import { systemClock } from '../../src/core/clock.ts';
import type { Command } from '../../src/core/command.ts';
import type { Database } from '../../src/core/storage/database.ts';
import { openDatabase } from '../../src/core/storage/open-database.ts';

const context = {
  person: { id: 'web:local', name: 'local', platformAdmin: true },
  place: { surface: 'web' as const, channel: 'c', direct: true },
  attachments: [],
  admin: true,
};

let database: Database;
let run: (command: (typeof commands)[number], args: Record<string, string>) => Promise<string>;
const commands = ['set', 'view'] as const;

beforeEach(async () => {
  database = await openDatabase('sqlite::memory:');
  const defaults = {
    eachPerson: { amountMicroUsd: 1_000_000, unit: 'day' as const },
    everybody: { amountMicroUsd: 20_000_000, unit: 'month' as const },
    people: new Map(),
  };
  const budget = createBudget({ database, clock: systemClock, timezone: 'UTC', defaults });
  const options = { budget, clock: systemClock, timezone: 'UTC' };
  const made: Record<(typeof commands)[number], Command> = {
    set: createBudgetSet(options),
    view: createBudgetView(options),
  };
  run = async (name, args) => {
    const command = made[name];
    if (command.kind !== 'instant') throw new Error('not an instant command');
    return (await command.run(args, context)).text;
  };
});
afterEach(() => database.close());

it('keeps the period that is in force when only an amount is given', async () => {
  expect(await run('set', { amount: '30' })).toContain('was $20.00 per month and is now $30.00 per month');
});

it('takes the period from the amount, or from its own option', async () => {
  expect(await run('set', { amount: '5.00 per week' })).toContain('is now $5.00 per week');
  expect(await run('set', { amount: '5.00', per: 'once' })).toContain('is now $5.00 once');
  expect(await run('set', { amount: 'unlimited' })).toContain('is now unlimited');
});

it('sets one person and nobody else, and says from then on that an admin did', async () => {
  await run('set', { amount: '2.50', person: 'discord:123456789012345678' });
  expect(await run('view', { person: 'discord:123456789012345678' })).toMatch(
    /set by an admin[\s\S]*\$2\.50 per day/,
  );
  expect(await run('view', { person: 'web:local' })).toMatch(/from the configuration[\s\S]*\$1\.00 per day/);
});

it('refuses what is no amount and changes nothing', async () => {
  await expect(run('set', { amount: '-1' })).rejects.toThrow('"-1" is not a budget');
  await expect(run('set', { amount: 'a lot' })).rejects.toThrow('"a lot" is not a budget');
  expect(await run('view', {})).toContain('$20.00 per month');
});
