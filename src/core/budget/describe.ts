/** Caps and refusals in sentences: what there is, what is left, when it resets, what to do. */

import { Temporal } from 'temporal-polyfill';
import type { CapState, Crossing, HoldResult, Pause, Scope } from './budget.ts';
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

/** Whose budget it is, at the beginning of a sentence. A role's, like a channel's, is one budget for all in it. */
function subject({ scope, cap }: CapState): string {
  return `${describeScope(scope)} of ${formatCap(cap)}`;
}

/** Discord's people know theirs as a server. */
function workspaceWord({ id }: { readonly id: string }): string {
  return id.startsWith('discord:') ? 'server' : 'workspace';
}

/** `Your budget`, `The budget of everybody together`: what a person reads of a cap that applies to them. */
function describeScope(scope: Scope): string {
  switch (scope.kind) {
    case 'person':
      return 'Your budget';
    case 'role':
      return 'The budget shared by one of your roles';
    case 'channel':
      return 'The budget of this channel';
    case 'workspace':
      return `The budget of this ${workspaceWord(scope)}`;
    case 'everybody':
      return 'The budget of everybody together';
  }
}

/** At the beginning of a line in a list; see `scopeName` for one that names the id. */
function shortName(scope: Scope): string {
  switch (scope.kind) {
    case 'person':
      return 'Budget';
    case 'role':
      return 'Role (shared by its members)';
    case 'channel':
      return 'This channel';
    case 'workspace':
      return `This ${workspaceWord(scope)}`;
    case 'everybody':
      return 'Everybody together';
  }
}

/** After an amount that is left, whose it is: ` for everybody`; nothing of the person's own. */
export function describeWhose(scope: Scope): string {
  switch (scope.kind) {
    case 'person':
      return '';
    case 'role':
      return ' for your role';
    case 'channel':
      return ' in this channel';
    case 'workspace':
      return ` in this ${workspaceWord(scope)}`;
    case 'everybody':
      return ' for everybody';
  }
}

/** For admins: `discord:123`, `role discord:456 (shared by its members)`, `channel …`, `everybody together`. */
export function scopeName(scope: Scope): string {
  switch (scope.kind) {
    case 'person':
      return scope.id;
    case 'role':
      return `role ${scope.id} (shared by its members)`;
    case 'channel':
      return `channel ${scope.id}`;
    case 'workspace':
      return `${workspaceWord(scope)} ${scope.id}`;
    case 'everybody':
      return 'everybody together';
  }
}

const PERIODS = { day: 'today', week: 'this week', month: 'this month', once: 'so far' } as const;

/** `Budget: $1.00 per day, $0.30 spent today, $0.65 left. It resets at 00:00 (in 3 h).` `now` in ms since the epoch. */
export function describeState(state: CapState, now: number, timezone: string): string {
  const name = shortName(state.scope);
  const parts = [`${formatUsd(state.spentMicroUsd)} spent ${PERIODS[state.cap.unit]}`];
  if (state.reservedMicroUsd > 0) {
    parts.push(`${formatUsd(state.reservedMicroUsd)} reserved for running requests`);
  }
  if (state.carriedMicroUsd > 0) parts.push(`${formatUsd(state.carriedMicroUsd)} carried over`);
  if (state.creditMicroUsd > 0) parts.push(`${formatUsdLeft(state.creditMicroUsd)} extra credit`);
  const paused = state.paused ? ` Paused by ${state.paused.by}.` : '';
  if (state.cap.amountMicroUsd === 'unlimited') return `${name}: unlimited, ${parts.join(', ')}.${paused}`;
  parts.push(`${formatUsdLeft(state.leftMicroUsd)} left`);
  return `${name}: ${formatCap(state.cap)}, ${parts.join(', ')}. ${describeReset(state, now, timezone)}${paused}`;
}

/** The beginning of a sentence, and what an admin may resume. */
function pausedWords(scope: Scope): readonly [string, string] {
  switch (scope.kind) {
    case 'person':
      return ['Your budget is paused', 'it'];
    case 'role':
      return ['The budget of one of your roles is paused', 'it'];
    case 'channel':
      return ['Requests in this channel are paused', 'them'];
    case 'workspace':
      return [`Requests in this ${workspaceWord(scope)} are paused`, 'them'];
    case 'everybody':
      return ['All requests are paused', 'them'];
  }
}

function describePause({ scope, by }: Pause): string {
  const [what, it] = pausedWords(scope);
  return `${what} by ${by}. Try again when an admin has resumed ${it}.`;
}

/**
 * Why a hold was refused and what to do: wait for running requests, wait for the next period, or ask an admin, since the
 * whole budget is smaller than the request, or paused. `now` in ms since the epoch.
 */
export function describeRefusal(
  refusal: Extract<HoldResult, { held: false }>,
  now: number,
  timezone: string,
): string {
  if (refusal.pause) return describePause(refusal.pause);
  const { state, needsMicroUsd } = refusal;
  const limit =
    state.cap.amountMicroUsd === 'unlimited'
      ? Number.POSITIVE_INFINITY
      : state.cap.amountMicroUsd + state.carriedMicroUsd;
  const needs = `this needs about ${formatUsd(needsMicroUsd)}`;
  if (needsMicroUsd > limit) {
    return `${subject(state)} is too small: ${needs}. An admin can raise it.`;
  }
  if (state.leftMicroUsd + state.reservedMicroUsd >= needsMicroUsd) {
    const reserved = `${formatUsd(state.reservedMicroUsd)} reserved for running requests`;
    return `${subject(state)} has ${formatUsdLeft(state.leftMicroUsd)} left and ${reserved}; ${needs}. Try again when they have ended.`;
  }
  return `${subject(state)} has ${formatUsdLeft(state.leftMicroUsd)} left; ${needs}. ${describeReset(state, now, timezone)}`;
}

/** For the cost line: `⚠ 84 % of your budget used`. */
export function describeNearlyUsed({ scope, cap, carriedMicroUsd, spentMicroUsd }: CapState): string {
  const limit = (cap.amountMicroUsd === 'unlimited' ? 0 : cap.amountMicroUsd) + carriedMicroUsd;
  const percent = Math.min(100, Math.floor((spentMicroUsd / limit) * 100));
  return `⚠ ${percent} % of ${describeScope(scope).replace(/^[TY]/, (letter) => letter.toLowerCase())} used`;
}

/**
 * For the admins, once for each cap and period: `The budget of channel … is used up: $5.00 of $5.00 today.` `name` is what a
 * person is called.
 */
export function describeCrossing(crossing: Crossing, now: number, timezone: string, name?: string): string {
  const { scope, percent, spentMicroUsd, limitMicroUsd, unit, resetsAt } = crossing;
  const how = percent === 100 ? 'used up' : '80 % used';
  const amounts = `${formatUsd(spentMicroUsd)} of ${formatUsd(limitMicroUsd)} spent ${PERIODS[unit]}`;
  const reset =
    resetsAt === undefined
      ? 'It does not reset.'
      : `It resets ${describeMoment(resetsAt, now, timezone)} (${describeWait(resetsAt - now)}).`;
  const whose = name === undefined ? scopeName(scope) : `${name} (${scopeName(scope)})`;
  return `The budget of ${whose} is ${how}: ${amounts}. ${reset}`;
}

/** `2026-11-21 14:03`. */
export function describeTime(at: number, timezone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timezone);
  return local.toPlainDateTime().toString({ smallestUnit: 'minute' }).replace('T', ' ');
}
