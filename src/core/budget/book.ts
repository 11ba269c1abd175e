/** What the parts of the ledger share: the database, its statements, the calendar, what the configuration says. */

import type { Database } from '../storage/database.ts';
import type { CrossingOutbox } from './budget.ts';
import { createPeriods, type Periods } from './periods.ts';
import { createQueries, type Queries } from './queries.ts';
import type { CapDefaults } from './settings.ts';

export interface BookOptions {
  readonly database: Database;
  /** IANA name of the zone whose calendar the periods follow. */
  readonly timezone: string;
  /** What is in force where no admin has set a cap. */
  readonly defaults: CapDefaults;
  /** Where it is written that a cap is nearly or wholly used up; absent where nobody is told. */
  readonly outbox?: CrossingOutbox;
}

export interface Book {
  readonly kind: Database['kind'];
  readonly queries: Queries;
  readonly periods: Periods;
  readonly defaults: CapDefaults;
  readonly outbox: CrossingOutbox | undefined;
}

/** Throws a RangeError when there is no such time zone. */
export function createBook({ database: { kind }, timezone, defaults, outbox }: BookOptions): Book {
  return { kind, queries: createQueries(kind), periods: createPeriods(timezone), defaults, outbox };
}
