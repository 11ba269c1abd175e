/** What was spent in a time, by whom and on what, from the ledger's holds; and every run as a row, for CSV. */

import { type RawBuilder, sql as raw } from 'kysely';
import { Temporal } from 'temporal-polyfill';
import type { Database } from '../storage/database.ts';

export interface Sum {
  /** Settled ones. A run belongs to the moment in which it was admitted, like in the budgets. */
  readonly runs: number;
  readonly costMicroUsd: number;
  /** How much of it is not known exactly: charged by measured time, or as held. */
  readonly measuredMicroUsd: number;
}

export interface Line extends Sum {
  /** A person's (account's) id, a model's label, a command, a channel's id, or a date; undefined: a conversation with the bot alone. */
  readonly key: string | undefined;
}

export interface Report {
  readonly total: Sum;
  /** Held for runs that have not ended. */
  readonly openMicroUsd: number;
  /** The most expensive first. */
  readonly byPerson: readonly Line[];
  readonly byModel: readonly Line[];
  readonly byCommand: readonly Line[];
  readonly byChannel: readonly Line[];
  /** The earliest first, in the reports' zone; days without a run are left out. */
  readonly byDay: readonly Line[];
}

export interface RunLine {
  readonly runId: string;
  readonly admittedAt: number;
  readonly settledAt?: number;
  readonly personId: string;
  /** What they were last called. */
  readonly personName?: string;
  /** The account that the person is linked to now; else the person. */
  readonly accountId: string;
  readonly workspace?: string;
  readonly channel?: string;
  readonly model: string;
  readonly command: string;
  /** How it ended; undefined while it has not. */
  readonly outcome?: string;
  readonly heldMicroUsd: number;
  readonly costMicroUsd?: number;
  readonly measured: boolean;
}

/** From and including, to and excluding; ms since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Reports {
  report(span: Span): Promise<Report>;
  /** In the order of admission, read piece by piece: as many as there are, in little memory. */
  exportRuns(span: Span): AsyncIterable<RunLine>;
}

/** Every zone is a whole number of these from the next, so none of them lies in two days. */
const QUARTER_MS = 15 * 60_000;
const PAGE = 1_000;

const ACCOUNT = raw<string>`coalesce(link.account_id, hold.person_id)`;

export function createReports({
  database: { sql },
  timezone,
}: {
  readonly database: Database;
  readonly timezone: string;
}): Reports {
  async function sums({ from, to }: Span, key: RawBuilder<string | number | null>): Promise<Line[]> {
    const { rows } = await raw<{ key: string | number | null; runs: number; cost: number; measured: number }>`
      select ${key} as key, cast(count(*) as bigint) as runs, cast(sum(cost_micro_usd) as bigint) as cost,
        cast(sum(cost_micro_usd * measured) as bigint) as measured
      from hold left join link on link.person_id = hold.person_id
      where hold.created_at >= ${from} and hold.created_at < ${to} and state = 'settled' group by 1`.execute(
      sql,
    );
    return rows.map((row) => ({
      key: row.key === null ? undefined : String(row.key),
      runs: row.runs,
      costMicroUsd: row.cost,
      measuredMicroUsd: row.measured,
    }));
  }

  async function dearestFirst(span: Span, key: RawBuilder<string | null>): Promise<Line[]> {
    return (await sums(span, key)).sort((a, b) => b.costMicroUsd - a.costMicroUsd || compare(a.key, b.key));
  }

  async function byDay(span: Span): Promise<Line[]> {
    const days = new Map<string, Line>();
    for (const quarter of await sums(span, raw<number>`hold.created_at / ${raw.lit(QUARTER_MS)}`)) {
      const instant = Temporal.Instant.fromEpochMilliseconds(Number(quarter.key) * QUARTER_MS);
      const key = instant.toZonedDateTimeISO(timezone).toPlainDate().toString();
      days.set(key, { key, ...add(days.get(key), quarter) });
    }
    return [...days.values()].sort((a, b) => compare(a.key, b.key));
  }

  async function openMicroUsd({ from, to }: Span): Promise<number> {
    const { open } = await sql
      .selectFrom('hold')
      .select(raw<number>`cast(coalesce(sum(amount_micro_usd), 0) as bigint)`.as('open'))
      .where('state', '=', 'held')
      .where('created_at', '>=', from)
      .where('created_at', '<', to)
      .executeTakeFirstOrThrow();
    return open;
  }

  async function page({ from, to }: Span, after: RunLine | undefined): Promise<RunLine[]> {
    const rows = await sql
      .selectFrom('hold')
      .leftJoin('link', 'link.person_id', 'hold.person_id')
      .leftJoin('run', 'run.id', 'hold.run_id')
      .leftJoin('person', 'person.id', 'hold.person_id')
      .selectAll('hold')
      .select(['run.outcome', 'person.name as person_name', ACCOUNT.as('account_id')])
      .where('hold.created_at', '<', to)
      .where(({ eb, refTuple, tuple }) =>
        after
          ? eb(refTuple('hold.created_at', 'hold.run_id'), '>', tuple(after.admittedAt, after.runId))
          : eb('hold.created_at', '>=', from),
      )
      .orderBy('hold.created_at')
      .orderBy('hold.run_id')
      .limit(PAGE)
      .execute();
    return rows.map((row) => ({
      runId: row.run_id,
      admittedAt: row.created_at,
      personId: row.person_id,
      accountId: row.account_id,
      model: row.model,
      command: row.command,
      heldMicroUsd: row.amount_micro_usd,
      measured: row.measured === 1,
      ...(row.person_name !== null && { personName: row.person_name }),
      ...(row.resolved_at !== null && { settledAt: row.resolved_at }),
      ...(row.workspace !== null && { workspace: row.workspace }),
      ...(row.channel !== null && { channel: row.channel }),
      ...(row.outcome !== null && { outcome: row.outcome }),
      ...(row.cost_micro_usd !== null && { costMicroUsd: row.cost_micro_usd }),
    }));
  }

  return {
    async report(span) {
      const byModel = await dearestFirst(span, raw`hold.model`);
      return {
        total: byModel.reduce<Sum>(add, { runs: 0, costMicroUsd: 0, measuredMicroUsd: 0 }),
        openMicroUsd: await openMicroUsd(span),
        byPerson: await dearestFirst(span, ACCOUNT),
        byModel,
        byCommand: await dearestFirst(span, raw`hold.command`),
        byChannel: await dearestFirst(span, raw`hold.channel`),
        byDay: await byDay(span),
      };
    },
    async *exportRuns(span) {
      let last: RunLine | undefined;
      do {
        const lines = await page(span, last);
        yield* lines;
        last = lines.length < PAGE ? undefined : lines.at(-1);
      } while (last);
    },
  };
}

function add(a: Sum | undefined, b: Sum): Sum {
  return {
    runs: (a?.runs ?? 0) + b.runs,
    costMicroUsd: (a?.costMicroUsd ?? 0) + b.costMicroUsd,
    measuredMicroUsd: (a?.measuredMicroUsd ?? 0) + b.measuredMicroUsd,
  };
}

function compare(a: string | undefined = '', b: string | undefined = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
