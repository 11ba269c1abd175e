/** How an amount is shared between a period's allowance and extra credit: the allowance first, then what expires first. */

export interface Pot {
  readonly bucketId: number;
  /** How much there is. */
  readonly room: number;
}

export interface Share {
  readonly bucketId: number;
  readonly amount: number;
}

/** In the order of the pots, nothing taken from a pot that is not needed; the first is named even then. */
export function share(amount: number, pots: readonly Pot[]): Share[] {
  const shares: Share[] = [];
  let left = amount;
  for (const [index, { bucketId, room }] of pots.entries()) {
    const taken = Math.min(left, room);
    left -= taken;
    if (taken > 0 || index === 0) shares.push({ bucketId, amount: taken });
  }
  return shares;
}
