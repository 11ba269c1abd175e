/** What most bots do: an edit of the newest text every second, whatever the platform allows. */

import type { Message, Reply } from '../src/core/chat.ts';
import type { Clock } from '../src/core/clock.ts';
import { RateLimitedError } from '../src/core/errors.ts';
import type { Writer } from '../src/core/reply/writer.ts';

const EDIT_EVERY_MS = 1_000;

/** Waits as long as it is told to after a 429, and then sends what it had. */
export function createNaiveWriter(reply: Reply, clock: Clock): Pick<Writer, 'show' | 'finish'> {
  const ended = new AbortController();
  let newest: Message | undefined;
  const editing = edit();

  async function edit(): Promise<void> {
    while (!ended.signal.aborted) {
      await clock.sleep(EDIT_EVERY_MS, ended.signal).catch(() => undefined);
      if (newest && !ended.signal.aborted) await send(newest, false);
    }
  }

  async function send(message: Message, final: boolean): Promise<void> {
    for (;;) {
      try {
        if ((await reply.write(message, final)) === 'shown') return;
      } catch (error) {
        if (!(error instanceof RateLimitedError)) throw error;
        await clock.sleep(error.retryAfterMs);
      }
    }
  }

  return {
    show(message) {
      newest = message;
    },
    async finish(message) {
      ended.abort();
      await editing;
      await send(message, true);
    },
  };
}
