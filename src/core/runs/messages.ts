/** What people read while a run lasts and when it has ended. */

import type { CapState } from '../budget/budget.ts';
import { describeNearlyUsed, describeWhose } from '../budget/describe.ts';
import { formatUsd, formatUsdLeft } from '../budget/money.ts';
import { nearlyUsed } from '../budget/warnings.ts';
import type { Button, Message } from '../chat.ts';
import type { AnswerFiles } from '../files/answer-files.ts';
import { closeOpenMarks } from '../reply/open-marks.ts';
import type { Run, RunOutcome } from './run.ts';
import type { QueueLimits } from './turns.ts';

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

/** `position` counts from 1. */
export function queueStatus(position: number, atOnce: number): string {
  const running = atOnce === 1 ? 'one of your requests runs' : `${atOnce} of your requests run`;
  return `You are number ${position} in line: ${running} at a time…`;
}

/** The refusal of a request for which there is no room left in the line either. */
export function describeBusy({ atOnce, queue }: QueueLimits): string {
  const running = `${atOnce} ${atOnce === 1 ? 'request' : 'requests'} running`;
  const waiting = queue === 0 ? '' : ` and ${queue} waiting`;
  return `You have ${running}${waiting} already. Wait for one to end, or cancel it.`;
}

export function bootStatus(run: Run, waitedMs: number): string {
  if (waitedMs < BOOT_NOTICE_MS) return `Asking ${run.plan.label}…`;
  return `${run.plan.label} is booting (${formatDuration(waitedMs)} so far)…`;
}

/** `progress` is what the model says of it; without, the time has to do. */
export function workStatus(run: Run, workedMs: number, progress: string | undefined): string {
  const { label } = run.plan;
  if (progress !== undefined) return `${label} is at work: ${progress}`;
  return workedMs < BOOT_NOTICE_MS
    ? `${label} is thinking…`
    : `${label} is at work (${formatDuration(workedMs)} so far)…`;
}

/** Of an answer that nobody fetched in time: Replicate removes it an hour after its end. */
export const ANSWER_GONE =
  'The answer is gone: Replicate keeps it for an hour, and the bot was away for longer.';

const CUT_OFF = 'Cut off at the length limit';

interface Answer extends AnswerFiles {
  readonly text: string;
  /** A limit of the plan ended it. */
  readonly cut: boolean;
  /** Why the text is not all of it. In small print, which has room on the last page. */
  readonly notice: string | undefined;
}

/** The whole text, the files, the sentence about what went wrong where something did, and the small print. */
export function finalMessage(
  run: Run,
  { text, files, lines, cut, notice }: Answer,
  caps: readonly CapState[],
): Message {
  const failure = run.failure ? `**${run.failure}**` : '';
  const more = [...lines, failure].filter((part) => part !== '');
  const ended = cut || more.length > 0 ? closeOpenMarks(text) : text;
  const parts = [ended.trimEnd(), ...more].filter((part) => part !== '');
  const remarks = [...(notice === undefined ? [] : [notice]), ...(cut && !failure ? [CUT_OFF] : [])];
  const buttons = followUpButtons(run, cut, files.length + lines.length);
  const nothing = files.length > 0 ? '' : `${run.plan.label} answered nothing.`;
  return {
    text: parts.join('\n\n') || nothing,
    footnote: [...remarks, footnote(run, caps)].join(' · '),
    ...(files.length > 0 && { files }),
    ...(buttons.length > 0 && { buttons }),
  };
}

/** Nothing follows from what never came to an answer. */
function followUpButtons({ id, command, outcome, plan }: Run, cut: boolean, made: number): readonly Button[] {
  if (outcome !== 'succeeded' && outcome !== 'canceled') return [];
  const offered = (plan.followUps ?? []).filter(
    ({ whenCut, files = 0 }) => (cut || !whenCut) && made >= files,
  );
  return offered.map(({ name, label, form }) => ({
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
  const warning = nearlyUsed(caps);
  if (warning) parts.push(describeNearlyUsed(warning));
  // Of a model without a version of its own this is the one that it was resolved to.
  const version = /:([0-9a-f]{8})[0-9a-f]{56}$/.exec(run.plan.model)?.[1];
  if (version && !run.plan.label.includes(version)) parts.push(`version ${version}`);
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
  return `${formatUsdLeft(Math.max(0, tightest.leftMicroUsd))} left${period}${describeWhose(tightest.scope)}`;
}

function formatDuration(ms: number): string {
  const tenths = Math.round(Math.max(0, ms) / 100);
  if (tenths < 100) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(Math.max(0, ms) / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
