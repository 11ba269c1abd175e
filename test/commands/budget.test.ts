/** `/budget …` over a real ledger: what an admin types, and what they read. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createBudgetCommands } from '../../src/commands/budget/all.ts';
import { parseArguments } from '../../src/core/arguments.ts';
import type { Budget } from '../../src/core/budget/budget.ts';
import { createBudget } from '../../src/core/budget/ledger.ts';
import { createReports } from '../../src/core/budget/report.ts';
import type { Message, Place } from '../../src/core/chat.ts';
import { createMadeFiles } from '../../src/core/files/made-files.ts';
import { createPeople } from '../../src/core/people.ts';
import type { Database } from '../../src/core/storage/database.ts';
import { openDatabase } from '../../src/core/storage/open-database.ts';
import { createFakeClock } from '../fake-clock.ts';

const DISCORD: Place = {
  surface: 'discord',
  workspace: '333333333333333333',
  channel: '444444444444444444',
  direct: false,
};
const ADA = 'discord:123456789012345678';

let database: Database;
let budget: Budget;
/** A command as it is written, without its slash. */
let say: (text: string) => Promise<Message>;
let run: (text: string) => Promise<string>;
let directory: string;
/** Where it is said. */
let place: Place;

beforeEach(async () => {
  place = DISCORD;
  database = await openDatabase('sqlite::memory:');
  const defaults = {
    eachPerson: { amountMicroUsd: 1_000_000, unit: 'day' as const },
    everybody: { amountMicroUsd: 20_000_000, unit: 'month' as const },
    people: new Map(),
  };
  const clock = createFakeClock(Date.parse('2026-11-21T12:00:00Z'));
  budget = createBudget({ database, clock, timezone: 'UTC', defaults });
  const people = createPeople({ database, clock });
  await people.note({ id: ADA, name: 'Ada `Lovelace`', platformAdmin: false });
  directory = await mkdtemp(join(tmpdir(), 'replibot-budget-'));
  const commands = createBudgetCommands({
    budget,
    clock,
    timezone: 'UTC',
    people,
    reports: createReports({ database, timezone: 'UTC' }),
    madeFiles: createMadeFiles({ directory, clock }),
  });
  say = async (text) => {
    const command = commands.find(({ name }) => text === name || text.startsWith(`${name} `));
    if (command?.kind !== 'instant') throw new Error(`no command: ${text}`);
    const args = parseArguments(command.options, { form: 'text', text: text.slice(command.name.length) });
    const person = { id: 'discord:111111111111111111', name: 'Ada', platformAdmin: true };
    return command.run(args, { person, place, attachments: [], admin: true });
  };
  run = async (text) => (await say(text)).text;
});
afterEach(async () => {
  await database.close();
  await rm(directory, { recursive: true });
});

/** A run of some past day that cost something. */
async function spend(runId: string, personId: string, costMicroUsd: number, model = 'llama'): Promise<void> {
  await database.sql.transaction().execute(async (transaction) => {
    const request = { runId, personId, model, command: 'ask', ceilingMicroUsd: 900_000, typicalMicroUsd: 1 };
    expect(await budget.hold(transaction, request)).toMatchObject({ held: true });
    await budget.settle(transaction, runId, costMicroUsd, { measured: model !== 'llama' });
  });
}

it('keeps the period that is in force when only an amount is given', async () => {
  expect(await run('budget set 30')).toContain('was $20.00 per month and is now $30.00 per month');
});

it('takes the period from the amount, or from its own option', async () => {
  expect(await run('budget set 5.00 per week')).toContain('is now $5.00 per week');
  expect(await run('budget set 5.00 --per once')).toContain('is now $5.00 once');
  expect(await run('budget set unlimited')).toContain('is now unlimited');
  expect(await run('budget set 0 per day')).toContain('is now $0 per day');
});

it('sets one person and nobody else, and says from then on that an admin did', async () => {
  await run(`budget set 2.50 --person ${ADA}`);
  expect(await run(`budget view --person ${ADA}`)).toMatch(/set by an admin[\s\S]*\$2\.50 per day/);
  expect(await run('budget view --person web:local')).toMatch(/from the configuration[\s\S]*\$1\.00 per day/);
});

it('gives a role, a channel and a workspace a budget of their own, and takes it away', async () => {
  const channel = '--channel 444444444444444444';
  await expect(run(`budget view ${channel}`)).rejects.toThrow(/no budget/);
  expect(await run(`budget set 5 ${channel}`)).toContain(
    '**channel discord:444444444444444444** is now $5.00 per day',
  );
  expect(await run('budget set 6 --role discord:222222222222222222')).toContain('is now $6.00 per day');
  expect(await run('budget set 7 --workspace here')).toContain(
    '**server discord:333333333333333333** is now $7.00 per day',
  );
  const all = await run('budget view');
  for (const amount of ['$5.00', '$6.00', '$7.00', '$20.00']) expect(all).toContain(`${amount} per`);
  expect(await run(`budget clear ${channel}`)).toContain('It has no budget of its own now.');
  await expect(run(`budget view ${channel}`)).rejects.toThrow(/no budget/);
  expect(await run('budget clear')).toContain('$20.00 per month');
});

it('names channels and workspaces from elsewhere in full, and the same ones as from there', async () => {
  await run('budget set 5 --channel slack:C0123');
  await run('budget set 6 --channel 444444444444444444');
  await run('budget set 7 --workspace slack:T0123');
  await run('budget set 8 --workspace here');
  place = { surface: 'web', channel: 'command-line', direct: true };
  expect(await run('budget view --channel discord:444444444444444444')).toContain('$6.00 per day');
  expect(await run('budget view --workspace discord:333333333333333333')).toContain('$8.00 per day');
  await expect(run('budget set 1 --channel 444444444444444444')).rejects.toThrow('not a channel with');
  await expect(run('budget set 1 --workspace here')).rejects.toThrow('There is no server or workspace here');
  await expect(run('budget set 1 --workspace mine')).rejects.toThrow('"mine" is not a server or workspace');
  place = { surface: 'slack', workspace: 'T0123', channel: 'C0123', direct: false };
  expect(await run('budget view --channel C0123')).toContain('$5.00 per day');
  expect(await run('budget view --workspace here')).toContain('$7.00 per day');
});

it.each(['person', 'role', 'channel'])(
  'does nothing to everybody when nothing stands behind --%s',
  async (option) => {
    await expect(run(`budget set 1 --${option}`)).rejects.toThrow(`\`--${option}\` wants a value`);
    await expect(run(`budget pause --${option} --workspace here`)).rejects.toThrow('wants a value');
    expect(await run('budget audit')).toBe('Nothing was changed.');
  },
);

it('wants one scope at a time', async () => {
  await expect(run(`budget set 1 --person ${ADA} --channel 444444444444444444`)).rejects.toThrow(
    'not several',
  );
});

it('refuses what is no amount and changes nothing', async () => {
  await expect(run('budget set -1')).rejects.toThrow('"-1" is not a budget');
  await expect(run('budget set a lot')).rejects.toThrow('"a lot" is not a budget');
  await expect(run('budget grant 0')).rejects.toThrow('"0" is not an amount of money');
  expect(await run('budget view')).toContain('$20.00 per month');
});

it('grants credit beside the allowance, until a day that is still to come', async () => {
  expect(await run(`budget grant 3.00 --person ${ADA} --expires 2026-11-30`)).toMatch(
    /\$3\.00 of extra credit more, to be used by the end of 2026-11-30\.[\s\S]*\$3\.00 extra credit, \$4\.00 left/,
  );
  await expect(run('budget grant 1 --expires 2026-11-20')).rejects.toThrow('2026-11-20 is over');
  await expect(run('budget grant 1 --expires 2026-02-30')).rejects.toThrow('is not a day');
});

it('pauses everybody, and lets them go on', async () => {
  expect(await run('budget pause')).toContain('**everybody together** is paused');
  expect(await run('budget view')).toContain('Paused by discord:111111111111111111');
  expect(await run('budget resume')).toContain('may spend again');
  expect(await run('budget resume')).toContain('was not paused');
});

it('starts a period anew, and the history stays', async () => {
  await spend('r1', ADA, 400_000);
  expect(await run(`budget view --person ${ADA}`)).toContain('$0.40 spent today');
  expect(await run(`budget reset --person ${ADA}`)).toContain('$0 spent today, $1.00 left');
  expect(await budget.verify()).toEqual([]);
});

it('remembers who changed what, where, and what it was', async () => {
  await run(`budget set 2 --person ${ADA}`);
  await run(`budget set 3 --person ${ADA}`);
  const [newest = '', older = ''] = (await run('budget audit')).split('\n');
  expect(newest).toMatch(
    /2026-11-21 12:00 · discord:111111111111111111 in discord:333333333333333333\/444444444444444444 .*\$2\.00 per day → \$3\.00 per day/,
  );
  expect(older).toContain('$2.00 per day');
  const number = /^- (\d+)/.exec(newest)?.[1];
  expect(await run(`budget audit --before ${number}`)).toBe(older);
});

it('reports what was spent: tables, a picture, and every run as CSV', async () => {
  await spend('r1', ADA, 400_000);
  await spend('r2', 'web:=1+1', 250_000, 'sdxl');
  await spend('r3', ADA, 50_000);
  const { text, files = [] } = await say('budget report --period "this week"');
  expect(text).toContain('**2026-11-16 to 2026-11-21**: $0.70 for 3 runs. Of this $0.25 is measured');
  expect(text).toMatch(
    /person\s+runs\s+cost\nAda Lovelace \(discord:123456789012345678\)\s+2\s+\$0\.45\nweb:=1\+1\s+1\s+\$0\.25/,
  );
  expect(text).toMatch(/model\s+runs\s+cost\nllama\s+2\s+\$0\.45\nsdxl\s+1\s+\$0\.25/);
  const [chart, csv] = files;
  const png = PNG.sync.read(await readFile(chart?.path ?? ''));
  expect([png.width, png.height, chart?.alt]).toEqual([1000, 420, expect.stringContaining('$0.70 in all')]);
  const lines = (await readFile(csv?.path ?? '', 'utf8')).trim().split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(/^run,admitted_at,settled_at,person,name,account,/);
  expect(lines.find((line) => line.startsWith('r1,'))).toContain(`,${ADA},Ada \`Lovelace\`,${ADA},`);
  expect(lines.find((line) => line.startsWith('r2,'))).toMatch(/,sdxl,,0\.900000,0\.250000,measured$/);
});

it('reports one table alone, of a time between two days, and nothing as nothing', async () => {
  await spend('r1', ADA, 400_000);
  const { text } = await say('budget report --by command --from 2026-11-01');
  expect(text).toContain('**2026-11-01 to 2026-11-21**');
  expect(text.match(/```/g)).toHaveLength(2);
  expect(await run('budget report --period yesterday')).toBe('**2026-11-20**: nothing was spent.');
  await expect(run('budget report --from tomorrow')).rejects.toThrow('"tomorrow" is not a day');
  await expect(run('budget report --from 2026-11-21 --to 2026-11-20')).rejects.toThrow('is after');
  await expect(run('budget report --from 0001-01-01')).rejects.toThrow('a year at most');
  await expect(run('budget report --to 2026-11-20')).rejects.toThrow('Give `from`');
});
