/** Takes one run from wherever it stands to its end: (queue →) submit → follow → settle → finish. */

import type { AdminWarnings } from '../admin-warnings.ts';
import type { Budget } from '../budget/budget.ts';
import type { FileLimits } from '../chat.ts';
import type { Conversations } from '../conversations.ts';
import { ReplyGoneError } from '../errors.ts';
import { collectAnswerFiles, KEPT_FOR_MS } from '../files/answer-files.ts';
import { describeError } from '../log.ts';
import type { Writer } from '../reply/writer.ts';
import { wasCut } from './cut-off.ts';
import { type FollowDependencies, type Followed, follow } from './follow.ts';
import { ANSWER_GONE, finalMessage } from './messages.ts';
import type { Queue } from './queue.ts';
import type { Run } from './run.ts';
import { settlementOf } from './settlement.ts';
import { withoutReasoning } from './shown-text.ts';
import type { Settlement } from './store.ts';
import { submit } from './submit.ts';

/** How long the last edit of a settled run is tried for. */
const FINISH_FOR_MS = 30 * 60_000;
const FINISH_AGAIN_MS = 15_000;

export interface DriveDependencies extends FollowDependencies {
  readonly budget: Budget;
  readonly conversations: Conversations;
  readonly queue: Queue;
  readonly warnings: AdminWarnings;
  /** Of the run's reply. */
  readonly fileLimits: FileLimits | undefined;
}

/**
 * Resolves when the run is closed, or as soon as the signal is aborted, with everything left in its row for the next
 * process. `writer` is undefined when its surface is not there any more: money is settled all the same.
 */
export async function drive(
  run: Run,
  writer: Writer | undefined,
  dependencies: DriveDependencies,
  signal: AbortSignal,
): Promise<void> {
  const { store, clock, log } = dependencies;
  let current = run;
  let since = run.createdAt;
  if (current.state === 'queued') {
    const outcome = await dependencies.queue.wait(run, writer, signal);
    if (outcome === 'lost') return lost();
    if (outcome !== 'admitted') return release(outcome.failure);
    current = { ...current, state: 'admitted' };
    since = clock.now();
  }
  if (current.state === 'admitted' || current.state === 'submitting') {
    const submission = await submit(current, since, dependencies, signal);
    switch (submission.type) {
      case 'submitted':
        current = {
          ...current,
          state: 'running',
          predictionId: submission.predictionId,
          submittedAt: submission.submittedAt,
        };
        break;
      case 'not-submitted':
        return release(submission.failure);
      case 'unknown':
        await settle({
          costMicroUsd: run.holdMicroUsd,
          outcome: 'unknown',
          failure: submission.failure,
          endedAt: clock.now(),
        });
        return finish();
      case 'lost':
        return lost();
    }
  }
  if (current.predictionId === undefined) return finish();
  await stopIfCancelled(current.predictionId);
  const followed = await follow(
    { ...current, predictionId: current.predictionId },
    writer,
    dependencies,
    signal,
  );
  if (current.state === 'running') {
    const cancelled = (await store.get(run.id))?.cancelledBy !== undefined;
    await settle(settlementOf(current, followed, { cancelled, now: clock.now() }));
  }
  await remember(followed);
  return finish(followed);

  function lost(): void {
    log.warn({ run: run.id }, 'another process has taken this run over');
  }

  async function release(failure: string): Promise<void> {
    await settle({ costMicroUsd: 0, outcome: 'released', failure, endedAt: clock.now() });
    return finish();
  }

  /** A cancel may have come while the create was on its way, or just before a process died. */
  async function stopIfCancelled(predictionId: string): Promise<void> {
    if (current.state !== 'running' || !(await store.get(run.id))?.cancelledBy) return;
    await dependencies.models.cancel(predictionId).catch((error: unknown) => {
      log.warn({ run: run.id, reason: describeError(error) }, 'a cancelled prediction could not be stopped');
    });
  }

  async function settle(settlement: Settlement): Promise<void> {
    const crossings = await store.settle(run.id, settlement);
    if (crossings) {
      dependencies.warnings.tell(crossings);
      dependencies.queue.look(run.personId);
      log.info(
        {
          run: run.id,
          person: run.personId,
          outcome: settlement.outcome,
          costMicroUsd: settlement.costMicroUsd,
        },
        'run settled',
      );
      if (settlement.outcome === 'unknown') {
        log.error(
          { run: run.id, holdMicroUsd: run.holdMicroUsd },
          'a run of unknown fate is charged as held',
        );
      }
    }
  }

  async function remember({ prediction, text }: Followed): Promise<void> {
    const memory = run.plan.memory;
    if (!memory || prediction?.status !== 'succeeded' || prediction.dataRemoved) return;
    try {
      const turn = { runId: run.id, prompt: memory.prompt, answer: withoutReasoning(text) };
      await dependencies.conversations.remember(memory.key, turn, memory.replaces);
    } catch (error) {
      log.warn({ run: run.id, reason: describeError(error) }, 'the exchange could not be remembered');
    }
  }

  /** The last edit, tried until it is there, the reply is gone for good, or nobody waits for it any more. */
  async function finish(followed?: Followed): Promise<void> {
    const settled = (await store.get(run.id)) ?? current;
    const { text, notice, file } = dependencies.createShownText()(followed?.text ?? '', true);
    const files = [...(followed?.files ?? []), ...(file ? [file] : [])];
    const answer = await collectAnswerFiles(writer ? files : [], {
      runId: run.id,
      files: dependencies.files,
      limits: dependencies.fileLimits,
      expiresAt: (settled.endedAt ?? clock.now()) + KEPT_FOR_MS,
      signal,
    });
    const removed = settled.outcome === 'succeeded' && followed?.prediction?.dataRemoved;
    const gone = removed ? [ANSWER_GONE] : [];
    const lines = [...gone, ...answer.lines];
    const cut = wasCut(settled, followed?.prediction);
    const caps = await dependencies.budget.statesOfRun(run.id);
    const message = finalMessage(settled, { files: answer.files, lines, text, cut, notice }, caps);
    while (writer) {
      try {
        await writer.finish(message);
        break;
      } catch (error) {
        signal.throwIfAborted();
        const hopeless =
          error instanceof ReplyGoneError || clock.now() - (settled.endedAt ?? 0) > FINISH_FOR_MS;
        log.warn(
          { run: run.id, reason: describeError(error), hopeless },
          'the final answer could not be shown',
        );
        if (hopeless) break;
        await clock.sleep(FINISH_AGAIN_MS, signal);
      }
    }
    await store.close(run.id);
  }
}
