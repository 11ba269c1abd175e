/** The port to what counts a lane's slots for all processes of a bot together. */

import type { Lane } from '../chat.ts';

export interface SharedSlots {
  /**
   * Takes a slot for a request that starts now, if fewer than `count` of the lane's are in use by all processes; one at
   * a time, by one clock. Resolves within a few hundred ms and never rejects: undefined when the others can't be
   * asked, and each process is to count by itself.
   */
  take(request: SlotRequest): Promise<SlotAnswer | undefined>;
}

export interface SlotRequest {
  readonly lane: Lane;
  readonly count: number;
  /** How many replies of this process want something of the lane: its share of the rate is in proportion. */
  readonly weight: number;
}

export interface SlotAnswer {
  /** Absent: refused. */
  readonly slot?: SharedSlot;
  /** After how long it is worth while to ask again; 0 when granted. */
  readonly retryMs: number;
  readonly others: OtherProcesses;
}

export interface OtherProcesses {
  /** Their slots in use: for how long already, and, at the earliest, for how long still. */
  readonly slots: readonly { readonly sinceMs: number; readonly forMs: number }[];
  /** The sum of the weights of those that have asked lately. */
  readonly weight: number;
}

/**
 * In use until a window after `release`, or without any word, as when the process dies, until a window after some
 * twenty seconds. What is said of a slot need not arrive; nothing here rejects or is waited for.
 */
export interface SharedSlot {
  /** The request was answered. `leaves`: this process wants nothing more of the lane for now. */
  release(leaves: boolean): void;
  /** The request was not made. */
  giveBack(): void;
}
