/** What the parts of the ledger share: the database, its statements, the calendar, what the configuration says. */

import type { Database } from '../storage/database.ts';
import type { Periods } from './periods.ts';
import type { Queries } from './queries.ts';
import type { CapDefaults } from './settings.ts';

export interface Book {
  readonly kind: Database['kind'];
  readonly queries: Queries;
  readonly periods: Periods;
  readonly defaults: CapDefaults;
}
