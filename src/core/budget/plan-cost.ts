/** What a plan can cost, what it usually costs, and how its limits shrink to what a smaller hold pays for. Money is micro-USD. */

import type { Plan, PlanCost } from '../command.ts';
import { OperatorError } from '../errors.ts';
import type { Price } from '../models/prices.ts';

/** Replicate's least `Cancel-After`; a hold must pay for at least this long. Source: replicate.com/docs (Cancel-After). */
const LEAST_DEADLINE_SECONDS = 5;

export interface CostRange {
  readonly ceilingMicroUsd: number;
  readonly typicalMicroUsd: number;
}

/** What bounds a text model's run before any budget does. */
export interface TextLimits {
  readonly deadlineSeconds: number;
  readonly typicalSeconds: number;
  /** An upper bound. */
  readonly inputTokens: number;
  readonly maxOutputTokens: number;
  /** The model's input that limits its output's tokens, where it has one. */
  readonly limitInput?: string;
}

/** How a text model's run is paid. Throws OperatorError when nothing would bound what it costs. */
export function textPlanCost(price: Price, limits: TextLimits, label: string): PlanCost {
  const { deadlineSeconds, typicalSeconds, inputTokens, maxOutputTokens, limitInput } = limits;
  switch (price.by) {
    case 'free':
      return { by: 'free', deadlineSeconds };
    case 'second':
      return { ...price, deadlineSeconds, typicalSeconds };
    case 'token': {
      if (limitInput === undefined)
        throw unbounded('is priced by token but has no input that limits its output');
      const typicalOutputTokens = Math.ceil(maxOutputTokens / 4);
      return { ...price, inputTokens, maxOutputTokens, typicalOutputTokens, limitInput, deadlineSeconds };
    }
    case 'image':
    case 'audio-second':
      throw unbounded('is priced by what no text model makes');
  }

  function unbounded(why: string): OperatorError {
    return new OperatorError(
      `the model ${label} ${why}`,
      `${label} has no price that fits; an admin can mend that.`,
    );
  }
}

/** The most and the usual; both round up, and the usual is never above the most. */
export function costRange(cost: PlanCost): CostRange {
  switch (cost.by) {
    case 'free':
      return { ceilingMicroUsd: 0, typicalMicroUsd: 0 };
    case 'second': {
      const seconds = (count: number) => Math.ceil(count * cost.microUsdPerSecond);
      const typicalSeconds = Math.min(
        Math.max(cost.typicalSeconds, LEAST_DEADLINE_SECONDS),
        cost.deadlineSeconds,
      );
      return { ceilingMicroUsd: seconds(cost.deadlineSeconds), typicalMicroUsd: seconds(typicalSeconds) };
    }
    case 'token': {
      const typicalTokens = Math.min(cost.typicalOutputTokens, cost.maxOutputTokens);
      return {
        ceilingMicroUsd: Math.ceil(tokenCost(cost, cost.maxOutputTokens)),
        typicalMicroUsd: Math.ceil(tokenCost(cost, typicalTokens)),
      };
    }
  }
}

/** The plan with its time or tokens cut to what `heldMicroUsd` pays for, so that the run cannot cost more than was held. */
export function limitPlan(plan: Plan, heldMicroUsd: number): Plan {
  const { cost } = plan;
  switch (cost.by) {
    case 'free':
      return plan;
    case 'second': {
      const paidSeconds = Math.floor(heldMicroUsd / cost.microUsdPerSecond);
      const deadlineSeconds = Math.max(LEAST_DEADLINE_SECONDS, Math.min(cost.deadlineSeconds, paidSeconds));
      return { ...plan, cost: { ...cost, deadlineSeconds } };
    }
    case 'token': {
      if (cost.microUsdPerMillionOutput === 0) return plan;
      const left = heldMicroUsd - tokenCost(cost, 0);
      const paidTokens = Math.floor((left * 1_000_000) / cost.microUsdPerMillionOutput);
      const maxOutputTokens = Math.max(1, Math.min(cost.maxOutputTokens, paidTokens));
      return {
        ...plan,
        input: { ...plan.input, [cost.limitInput]: maxOutputTokens },
        cost: { ...cost, maxOutputTokens },
      };
    }
  }
}

function tokenCost(cost: Extract<PlanCost, { by: 'token' }>, outputTokens: number): number {
  return (
    (cost.inputTokens * cost.microUsdPerMillionInput + outputTokens * cost.microUsdPerMillionOutput) /
    1_000_000
  );
}
