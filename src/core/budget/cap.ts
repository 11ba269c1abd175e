/** Caps as people write and read them: `1.00 per day`, `unlimited`, `20 per month`, `5.00 once`. */

import type { Cap, Unit } from './budget.ts';
import { formatUsd, formatUsdExactly, parseUsd } from './money.ts';

const PATTERN =
  /^(?<amount>\S+?)(?:(?:\s+(?:per|a|each|every)\s+|\s*\/\s*)(?<unit>day|week|month)|\s+(?<once>once))?$/i;

function readUnit(text: string | undefined): Unit {
  switch (text?.toLowerCase()) {
    case 'week':
      return 'week';
    case 'month':
      return 'month';
    default:
      return 'day';
  }
}

/** Without a period it means per day; undefined when it is not a cap. `once` never starts anew. */
export function parseCap(text: string): Cap | undefined {
  const groups = PATTERN.exec(text.trim().replace(/\s+/g, ' '))?.groups;
  const amount = groups?.amount;
  if (amount === undefined) return undefined;
  const amountMicroUsd = amount.toLowerCase() === 'unlimited' ? 'unlimited' : parseUsd(amount);
  if (amountMicroUsd === undefined) return undefined;
  return { amountMicroUsd, unit: groups?.once === undefined ? readUnit(groups?.unit) : 'once' };
}

function formatWith(format: (amountMicroUsd: number) => string, { amountMicroUsd, unit }: Cap): string {
  if (amountMicroUsd === 'unlimited') return 'unlimited';
  return unit === 'once' ? `${format(amountMicroUsd)} once` : `${format(amountMicroUsd)} per ${unit}`;
}

/** `$1.00 per day`, `$5.00 once`, `unlimited`. What it says, `parseCap` reads. */
export function formatCap(cap: Cap): string {
  return formatWith(formatUsd, cap);
}

/** The same with every digit that counts. */
export function formatCapExactly(cap: Cap): string {
  return formatWith(formatUsdExactly, cap);
}
