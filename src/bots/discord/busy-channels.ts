/** Which channels have answers being written right now, so that one more can go to a thread of its own. */

import type { Clock } from '../../core/clock.ts';

/** An answer whose end nobody saw is not counted for longer. */
const mostMs = 10 * 60_000;

export interface BusyChannels {
  /** Answers in the channel that are not finished. */
  count(channelId: string): number;
  /** Counts one more, until the returned function is called. */
  begin(channelId: string): () => void;
}

export function createBusyChannels(clock: Clock): BusyChannels {
  const channels = new Map<string, Set<{ readonly since: number }>>();
  const clean = (channelId: string) => {
    const answers = channels.get(channelId) ?? new Set();
    for (const answer of answers) if (clock.now() - answer.since > mostMs) answers.delete(answer);
    if (answers.size === 0) channels.delete(channelId);
    return answers;
  };
  return {
    count: (channelId) => clean(channelId).size,
    begin(channelId) {
      const answer = { since: clock.now() };
      channels.set(channelId, clean(channelId).add(answer));
      return () => {
        channels.get(channelId)?.delete(answer);
        clean(channelId);
      };
    },
  };
}
