import { describe, expect, it } from 'vitest';
import type { CapState } from '../../../src/core/budget/budget.ts';
import { formatCap, parseCap } from '../../../src/core/budget/cap.ts';
import { describeRefusal } from '../../../src/core/budget/describe.ts';

const NOW = Date.UTC(2026, 10, 21, 21);

function stateWith(spentMicroUsd: number, reservedMicroUsd: number): CapState {
  return {
    scope: { kind: 'person', id: 'ann' },
    cap: { amountMicroUsd: 1_000_000, unit: 'day' },
    source: 'configuration',
    spentMicroUsd,
    reservedMicroUsd,
    carriedMicroUsd: 0,
    creditMicroUsd: 0,
    leftMicroUsd: Math.max(0, 1_000_000 - spentMicroUsd - reservedMicroUsd),
    resetsAt: Date.UTC(2026, 10, 22),
  };
}

describe('a cap', () => {
  it.each([
    ['1.00 per day', 1_000_000, 'day', '$1.00 per day'],
    ['$0.25/week', 250_000, 'week', '$0.25 per week'],
    ['0 per day', 0, 'day', '$0 per day'],
    ['5 once', 5_000_000, 'once', '$5.00 once'],
    ['1.50', 1_500_000, 'day', '$1.50 per day'],
    ['Unlimited per month', 'unlimited', 'month', 'unlimited'],
  ] as const)('reads %s and says it back', (text, amountMicroUsd, unit, said) => {
    expect(parseCap(text)).toEqual({ amountMicroUsd, unit });
    expect(formatCap({ amountMicroUsd, unit })).toBe(said);
  });

  it.each(['', 'much per day', '-1 per day', '1 per year', '1 2'])('does not read "%s"', (text) => {
    expect(parseCap(text)).toBeUndefined();
  });
});

describe('a refusal', () => {
  it.each([
    [
      980_000,
      0,
      50_000,
      'Your budget of $1.00 per day has $0.02 left; this needs about $0.05. It resets at 00:00 (in 3 h).',
    ],
    [
      0,
      980_000,
      50_000,
      'Your budget of $1.00 per day has $0.02 left and $0.98 reserved for running requests; this needs about $0.05. Try again when they have ended.',
    ],
    [
      0,
      0,
      2_000_000,
      'Your budget of $1.00 per day is too small: this needs about $2.00. An admin can raise it.',
    ],
  ])('with %i spent and %i reserved says what to do', (spent, reserved, needsMicroUsd, sentence) => {
    const refusal = { held: false, state: stateWith(spent, reserved), needsMicroUsd } as const;
    expect(describeRefusal(refusal, NOW, 'UTC')).toBe(sentence);
  });
});
