/** Caps and refusals in sentences: what there is, what is left, when it resets, what to do. */

import { Temporal } from 'temporal-polyfill';
import type { CapState, HoldResult } from './budget.ts';
import { formatCap } from './cap.ts';
import { formatUsd, formatUsdLeft } from './money.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

function describeWait(ms: number): string {
  if (ms < HOUR_MS) return `in ${Math.max(1, Math.ceil(ms / MINUTE_MS))} min`;
  if (ms < 2 * DAY_MS) return `in ${Math.round(ms / HOUR_MS)} h`;
  return `in ${Math.round(ms / DAY_MS)} days`;
}

/** `00:00`, `Monday 00:00` or `2026-12-01`, as near as it needs to be said. */
function describeMoment(at: number, now: number, timezone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timezone);
  const time = local.toPlainTime().toString({ smallestUnit: 'minute' });
  if (at - now <= DAY_MS + HOUR_MS) return `at ${time}`;
  if (at - now <= 7 * DAY_MS) return `on ${WEEKDAYS[local.dayOfWeek - 1]} at ${time}`;
  return `on ${local.toPlainDate().toString()}`;
}

function describeReset(state: CapState, now: number, timezone: string): string {
  if (state.resetsAt === undefined) return 'It does not reset; an admin can raise it.';
  return `It resets ${describeMoment(state.resetsAt, now, timezone)} (${describeWait(state.resetsAt - now)}).`;
}

function subject(state: CapState): string {
  const whose = state.scope.kind === 'everybody' ? 'The budget of everybody together' : 'Your budget';
  return `${whose} of ${formatCap(state.cap)}`;
}

const PERIODS = { day: 'today', week: 'this week', month: 'this month', once: 'so far' } as const;

/** `Budget $1.00 per day: $0.30 spent, $0.05 reserved, $0.65 left. It resets at 00:00 (in 3 h).` `now` in ms since the epoch. */
export function describeState(state: CapState, now: number, timezone: string): string {
  const name = state.scope.kind === 'everybody' ? 'Everybody together' : 'Budget';
  const spent = `${formatUsd(state.spentMicroUsd)} spent ${PERIODS[state.cap.unit]}`;
  const reserved =
    state.reservedMicroUsd === 0
      ? ''
      : `, ${formatUsd(state.reservedMicroUsd)} reserved for running requests`;
  if (state.cap.amountMicroUsd === 'unlimited') return `${name}: unlimited, ${spent}${reserved}.`;
  const left = `, ${formatUsdLeft(state.leftMicroUsd)} left`;
  return `${name}: ${formatCap(state.cap)}, ${spent}${reserved}${left}. ${describeReset(state, now, timezone)}`;
}

/**
 * Why a hold was refused and what to do: wait for running requests, wait for the next period, or ask an admin, since the
 * whole budget is smaller than the request. `now` in ms since the epoch.
 */
export function describeRefusal(
  refusal: Extract<HoldResult, { held: false }>,
  now: number,
  timezone: string,
): string {
  const { state, needsMicroUsd } = refusal;
  const limit =
    state.cap.amountMicroUsd === 'unlimited' ? Number.POSITIVE_INFINITY : state.cap.amountMicroUsd;
  const needs = `this needs about ${formatUsd(needsMicroUsd)}`;
  if (needsMicroUsd > limit) {
    return `${subject(state)} is too small: ${needs}. An admin can raise it.`;
  }
  if (state.spentMicroUsd + needsMicroUsd <= limit) {
    const reserved = `${formatUsd(state.reservedMicroUsd)} reserved for running requests`;
    return `${subject(state)} has ${formatUsdLeft(state.leftMicroUsd)} left and ${reserved}; ${needs}. Try again when they have ended.`;
  }
  return `${subject(state)} has ${formatUsdLeft(state.leftMicroUsd)} left; ${needs}. ${describeReset(state, now, timezone)}`;
}
