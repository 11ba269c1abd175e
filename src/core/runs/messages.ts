/** What people read while a run lasts and when it has ended. */

import type { CapState } from '../budget/budget.ts';
import { formatUsd, formatUsdLeft } from '../budget/money.ts';
import type { Button, Message } from '../chat.ts';
import type { Run, RunOutcome } from './run.ts';

/** A boot is worth a word after this long. */
export const BOOT_NOTICE_MS = 3000;

/** The button that stops a run and its cost. */
function cancelButton(runId: string): Button {
  return { id: `cancel:${runId}`, label: 'Cancel', style: 'danger' };
}

/** A run still going on: what there is so far, what it waits for, and the way out. */
export function progressMessage(run: Run, text: string, status: string | undefined): Message {
  return { text, ...(status !== undefined && { status }), buttons: [cancelButton(run.id)] };
}

export function bootStatus(run: Run, waitedMs: number): string {
  if (waitedMs < BOOT_NOTICE_MS) return `Asking ${run.plan.label}…`;
  return `${run.plan.label} is booting (${formatDuration(waitedMs)} so far)…`;
}

/** The whole text, the sentence about what went wrong where something did, and the small print. */
export function finalMessage(run: Run, text: string, caps: readonly CapState[]): Message {
  const parts = [text.trimEnd(), run.failure ? `**${run.failure}**` : ''].filter((part) => part !== '');
  const buttons = followUpButtons(run);
  return {
    text: parts.join('\n\n') || `${run.plan.label} answered nothing.`,
    footnote: footnote(run, caps),
    ...(buttons.length > 0 && { buttons }),
  };
}

/** Nothing follows from what never came to an answer. */
function followUpButtons({ id, command, outcome, plan }: Run): readonly Button[] {
  if (outcome !== 'succeeded' && outcome !== 'canceled') return [];
  return (plan.followUps ?? []).map(({ name, label, form }) => ({
    id: form ? `form:${command}:${id}` : `${name}:${id}`,
    label,
    style: 'secondary',
  }));
}

function footnote(run: Run, caps: readonly CapState[]): string {
  const parts = [run.plan.label];
  if (run.startedAt !== undefined && run.endedAt !== undefined) {
    parts.push(formatDuration(run.endedAt - run.startedAt));
  }
  parts.push(costOf(run.costMicroUsd ?? 0, run.outcome));
  const left = describeLeft(caps);
  if (left) parts.push(left);
  return parts.join(' · ');
}

function costOf(costMicroUsd: number, outcome: RunOutcome | undefined): string {
  if (outcome === 'unknown') return `${formatUsd(costMicroUsd)} (estimated)`;
  return costMicroUsd === 0 ? 'no charge' : formatUsd(costMicroUsd);
}

/** What the tightest cap leaves: `$0.93 left today`. Undefined when nothing is capped. */
function describeLeft(caps: readonly CapState[]): string | undefined {
  const tightest = caps
    .filter((cap) => Number.isFinite(cap.leftMicroUsd))
    .reduce<CapState | undefined>(
      (least, cap) => (least === undefined || cap.leftMicroUsd < least.leftMicroUsd ? cap : least),
      undefined,
    );
  if (!tightest) return undefined;
  const period = { day: ' today', week: ' this week', month: ' this month', once: '' }[tightest.cap.unit];
  const whose = tightest.scope.kind === 'everybody' ? ' for everybody' : '';
  return `${formatUsdLeft(Math.max(0, tightest.leftMicroUsd))} left${period}${whose}`;
}

function formatDuration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
