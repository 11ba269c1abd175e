/** Calendar periods in a time zone: which one a moment is in, what it is called, when it begins and when the next one does. */

import { Temporal } from 'temporal-polyfill';
import type { Unit } from './budget.ts';

export interface Period {
  /** `2026-11-21`, `2026-W47` (ISO week), `2026-11` or `once`. */
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly startsAt: number;
  /** When the next period begins; undefined for `once`. */
  readonly endsAt?: number;
}

export interface Periods {
  /** The period that `now` (ms since the epoch) is in. */
  at(unit: Unit, now: number): Period;
}

const ONCE: Period = { key: 'once', startsAt: 0 };

type RecurringUnit = Exclude<Unit, 'once'>;

function firstDate(unit: RecurringUnit, date: Temporal.PlainDate): Temporal.PlainDate {
  switch (unit) {
    case 'day':
      return date;
    case 'week':
      return date.subtract({ days: date.dayOfWeek - 1 });
    case 'month':
      return date.with({ day: 1 });
  }
}

function nextDate(unit: RecurringUnit, first: Temporal.PlainDate): Temporal.PlainDate {
  switch (unit) {
    case 'day':
      return first.add({ days: 1 });
    case 'week':
      return first.add({ weeks: 1 });
    case 'month':
      return first.add({ months: 1 });
  }
}

function keyOf(unit: RecurringUnit, first: Temporal.PlainDate): string {
  switch (unit) {
    case 'day':
      return first.toString();
    case 'week':
      return `${first.yearOfWeek}-W${String(first.weekOfYear).padStart(2, '0')}`;
    case 'month':
      return first.toPlainYearMonth().toString();
  }
}

/** `timezone` is an IANA name; throws a RangeError when there is no such zone. */
export function createPeriods(timezone: string): Periods {
  Temporal.Now.zonedDateTimeISO(timezone);
  /** The last answer per unit: nearly every question falls into the same period as the one before. */
  const last = new Map<Unit, Period>();

  /** The first moment whose local date is `date` or later: not every day has a midnight, and some days are missing. */
  function startOf(date: Temporal.PlainDate): number {
    return date.toZonedDateTime(timezone).epochMilliseconds;
  }

  function compute(unit: RecurringUnit, now: number): Period {
    const local = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timezone);
    let first = firstDate(unit, local.toPlainDate());
    let next = nextDate(unit, first);
    // Clocks set back over midnight return to the old date for a while; the new period goes on.
    while (startOf(next) <= now) {
      first = next;
      next = nextDate(unit, first);
    }
    return { key: keyOf(unit, first), startsAt: startOf(first), endsAt: startOf(next) };
  }

  return {
    at(unit, now) {
      if (unit === 'once') return ONCE;
      const known = last.get(unit);
      if (known?.endsAt !== undefined && known.startsAt <= now && now < known.endsAt) return known;
      const period = compute(unit, now);
      last.set(unit, period);
      return period;
    },
  };
}
