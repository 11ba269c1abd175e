/** Money: whole micro-USD (millionths of a US dollar), and how people read and write it. */

export const MICRO_USD_PER_USD = 1_000_000;

/** Exact up to here as a JavaScript number: $9 billion. */
const LARGEST_USD = 1_000_000_000;

/** `1`, `1.50` or `$0.25` as micro-USD; undefined when it is not an amount of money. */
export function parseUsd(text: string): number | undefined {
  const match = /^\$?(\d{1,10})(?:\.(\d{1,6}))?$/.exec(text.trim());
  if (!match) return undefined;
  const amountMicroUsd = Number(match[1]) * MICRO_USD_PER_USD + Number((match[2] ?? '').padEnd(6, '0'));
  return amountMicroUsd <= LARGEST_USD * MICRO_USD_PER_USD ? amountMicroUsd : undefined;
}

const MICRO_USD_PER_CENT = 10_000;

/** For people: cents when they say enough, more digits when the amount is smaller (`$1.20`, `$0.05`, `$0.0034`, `$0`). */
export function formatUsd(amountMicroUsd: number): string {
  const sign = amountMicroUsd < 0 ? '-' : '';
  const usd = Math.abs(amountMicroUsd) / MICRO_USD_PER_USD;
  if (usd === 0) return '$0';
  if (usd >= 0.1 || amountMicroUsd % MICRO_USD_PER_CENT === 0) return `${sign}$${usd.toFixed(2)}`;
  if (usd >= 0.0001) return `${sign}$${usd.toFixed(4)}`;
  return `${sign}<$0.0001`;
}

/** For the audit log: every digit that counts, two decimals at least (`$1.20`, `$0.000001`). */
export function formatUsdExactly(amountMicroUsd: number): string {
  const [whole, decimals = ''] = (Math.abs(amountMicroUsd) / MICRO_USD_PER_USD).toFixed(6).split('.');
  return `${amountMicroUsd < 0 ? '-' : ''}$${whole}.${decimals.replace(/0{1,4}$/, '')}`;
}

/** For what is left: like `formatUsd`, but rounded down, since nobody may be promised more than there is. */
export function formatUsdLeft(amountMicroUsd: number): string {
  const unit = Math.abs(amountMicroUsd) >= 10 * MICRO_USD_PER_CENT ? MICRO_USD_PER_CENT : 100;
  return formatUsd(amountMicroUsd < unit ? amountMicroUsd : Math.floor(amountMicroUsd / unit) * unit);
}

/** Throws a RangeError unless it is a whole, exact, non-negative number of micro-USD: anything else is a bug of the caller. */
export function assertAmount(amountMicroUsd: number): void {
  if (Number.isSafeInteger(amountMicroUsd) && amountMicroUsd >= 0) return;
  throw new RangeError(`not an amount in micro-USD: ${amountMicroUsd}`);
}
