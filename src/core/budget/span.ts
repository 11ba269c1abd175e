/** Times that people name, like `last month` or two dates, as moments in the calendar of a time zone. */

import { Temporal } from 'temporal-polyfill';
import { UserError } from '../errors.ts';
import type { Span } from './report.ts';

export const NAMED_SPANS = [
  'today',
  'yesterday',
  'this week',
  'last week',
  'this month',
  'last month',
] as const;

export interface NamedSpan extends Span {
  /** `2026-11-01 to 2026-11-21`, or one day. */
  readonly title: string;
}

/** `name` is one of NAMED_SPANS. Weeks begin on Monday. `now` in ms since the epoch. */
export function spanNamed(name: string, now: number, timezone: string): NamedSpan {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timezone).toPlainDate();
  const monday = today.subtract({ days: today.dayOfWeek - 1 });
  const first = today.with({ day: 1 });
  switch (name) {
    case 'yesterday':
      return spanOf(today.subtract({ days: 1 }), today.subtract({ days: 1 }), timezone);
    case 'this week':
      return spanOf(monday, today, timezone);
    case 'last week':
      return spanOf(monday.subtract({ weeks: 1 }), monday.subtract({ days: 1 }), timezone);
    case 'this month':
      return spanOf(first, today, timezone);
    case 'last month':
      return spanOf(first.subtract({ months: 1 }), first.subtract({ days: 1 }), timezone);
    default:
      return spanOf(today, today, timezone);
  }
}

/** Both days and what lies between them, like `2026-11-01`. Throws UserError. */
export function spanBetween(from: string, to: string, timezone: string): NamedSpan {
  const [first, last] = [readDay(from), readDay(to)];
  if (Temporal.PlainDate.compare(first, last) > 0) throw new UserError(`${from} is after ${to}.`);
  return spanOf(first, last, timezone);
}

/** The days of a span in the zone's calendar, like `2026-11-01`. */
export function daysOf({ from, to }: Span, timezone: string): string[] {
  const dateOf = (ms: number) =>
    Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timezone).toPlainDate();
  const days: string[] = [];
  const last = dateOf(to - 1);
  for (let day = dateOf(from); Temporal.PlainDate.compare(day, last) <= 0; day = day.add({ days: 1 })) {
    days.push(day.toString());
  }
  return days;
}

function spanOf(first: Temporal.PlainDate, last: Temporal.PlainDate, timezone: string): NamedSpan {
  const startOf = (date: Temporal.PlainDate) => date.toZonedDateTime(timezone).epochMilliseconds;
  return {
    from: startOf(first),
    to: startOf(last.add({ days: 1 })),
    title: first.equals(last) ? first.toString() : `${first} to ${last}`,
  };
}

function readDay(text: string): Temporal.PlainDate {
  try {
    return Temporal.PlainDate.from(text);
  } catch {
    throw new UserError(`"${text}" is not a day. Give one like \`2026-11-01\`.`);
  }
}
