/** Caps as people write and read them: `1.00 per day`, `unlimited`, `20 per month`, `5.00 once`. */

import type { Cap, Unit } from './budget.ts';
import { formatUsd, parseUsd } from './money.ts';

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

/** `$1.00 per day`, `$5.00 once`, `unlimited`. What it says, `parseCap` reads. */
export function formatCap({ amountMicroUsd, unit }: Cap): string {
  if (amountMicroUsd === 'unlimited') return 'unlimited';
  return unit === 'once' ? `${formatUsd(amountMicroUsd)} once` : `${formatUsd(amountMicroUsd)} per ${unit}`;
}
