/** Connects a surface, again and again with growing waits while its platform cannot be reached: the others serve meanwhile. */

import type { Clock } from './clock.ts';
import { OperatorError } from './errors.ts';
import { describeError, type Log } from './log.ts';
import type { Surface } from './surface.ts';

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
/** A platform that does not answer at all holds the others up no longer than this. */
const PATIENCE_MS = 5000;

/**
 * Resolves when the surface is connected, or when that goes on in the background until the signal is aborted. Throws
 * OperatorError when the platform refuses us at once; a refusal that comes later is logged, and final until a restart.
 */
export async function startSurface(
  surface: Surface,
  options: { readonly clock: Clock; readonly log: Log; readonly signal: AbortSignal },
): Promise<void> {
  const { clock, log, signal } = options;
  const patience = new AbortController();
  const first = attempt(FIRST_WAIT_MS);
  const late = clock.sleep(PATIENCE_MS, patience.signal).catch(() => undefined);
  try {
    if (!(await Promise.race([first, late]))) void keepTrying();
  } finally {
    patience.abort();
  }

  /** True when connected. Throws OperatorError when refused. */
  async function attempt(nextInMs: number): Promise<boolean> {
    try {
      await surface.start();
      return true;
    } catch (error) {
      if (error instanceof OperatorError) throw error;
      if (!signal.aborted) {
        const fields = { surface: surface.name, reason: describeError(error), nextInMs };
        log.warn(fields, 'a platform cannot be reached; trying again');
      }
      return false;
    }
  }

  async function keepTrying(): Promise<void> {
    try {
      let connected = await first;
      for (let waitMs = FIRST_WAIT_MS; !connected; ) {
        await clock.sleep(waitMs, signal);
        waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
        connected = await attempt(waitMs);
      }
    } catch (error) {
      if (signal.aborted) return;
      log.error({ surface: surface.name, reason: describeError(error) }, 'a platform refuses us; given up');
    }
  }
}
