/** What a plan can cost, what it usually costs, and how its limits shrink to what a smaller hold pays for. Money is micro-USD. */

import { OperatorError } from '../errors.ts';
import type { Price } from '../models/prices.ts';
import type { Plan, PlanCost } from '../plan.ts';

/** Replicate's least `Cancel-After`; a hold must pay for at least this long. Source: replicate.com/docs (Cancel-After). */
const LEAST_DEADLINE_SECONDS = 5;

export interface CostRange {
  readonly ceilingMicroUsd: number;
  readonly typicalMicroUsd: number;
}

/** What bounds a run before any budget does: always its time, and what its model is priced by where that is not time. */
export interface RunLimits {
  readonly deadlineSeconds: number;
  readonly typicalSeconds: number;
  readonly text?: {
    /** An upper bound. */
    readonly inputTokens: number;
    readonly maxOutputTokens: number;
    /** The model's input that limits its output's tokens, where it has one. */
    readonly limitInput?: string;
  };
  readonly pictures?: {
    readonly count: number;
    /** The model's input that says how many, where it has one. */
    readonly countInput?: string;
  };
  /** An upper bound. */
  readonly audioSeconds?: number;
}

/** How a run is paid. Throws OperatorError when nothing would bound what it costs. */
export function planCost(price: Price, limits: RunLimits, label: string): PlanCost {
  const { deadlineSeconds, typicalSeconds, text, pictures, audioSeconds } = limits;
  switch (price.by) {
    case 'free':
      return { by: 'free', deadlineSeconds };
    case 'second':
      return { ...price, deadlineSeconds, typicalSeconds };
    case 'token': {
      if (!text) throw unbounded('is priced by token and used for what is not text');
      const { inputTokens, maxOutputTokens, limitInput } = text;
      if (limitInput === undefined)
        throw unbounded('is priced by token but has no input that limits its output');
      const typicalOutputTokens = Math.ceil(maxOutputTokens / 4);
      return { ...price, inputTokens, maxOutputTokens, typicalOutputTokens, limitInput, deadlineSeconds };
    }
    case 'image': {
      if (!pictures) throw unbounded('is priced by picture and used for what is none');
      const { count, countInput } = pictures;
      return { ...price, images: count, ...(countInput !== undefined && { countInput }), deadlineSeconds };
    }
    case 'audio-second':
      if (audioSeconds === undefined)
        throw unbounded('is priced by the length of sound and used without any');
      return { ...price, audioSeconds, deadlineSeconds };
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
    case 'image': {
      const pictures = (count: number) => Math.ceil(count * cost.microUsdPerImage);
      const fewest = cost.countInput === undefined ? cost.images : 1;
      return { ceilingMicroUsd: pictures(cost.images), typicalMicroUsd: pictures(fewest) };
    }
    case 'audio-second': {
      const microUsd = Math.ceil(cost.audioSeconds * cost.microUsdPerAudioSecond);
      return { ceilingMicroUsd: microUsd, typicalMicroUsd: microUsd };
    }
  }
}

/** The plan with its time, tokens or pictures cut to what `heldMicroUsd` pays for, so that the run cannot cost more than was held. */
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
      return { ...withInput(plan, cost.limitInput, maxOutputTokens), cost: { ...cost, maxOutputTokens } };
    }
    case 'image': {
      if (cost.countInput === undefined) return plan;
      const paid = Math.floor(heldMicroUsd / cost.microUsdPerImage);
      const images = Math.max(1, Math.min(cost.images, paid));
      return { ...withInput(plan, cost.countInput, images), cost: { ...cost, images } };
    }
    case 'audio-second':
      return plan;
  }
}

function withInput(plan: Plan, name: string, value: number): Plan {
  const { [name]: asked } = plan.input;
  const changed = { ...plan, input: { ...plan.input, [name]: value } };
  return asked === undefined || asked === value ? changed : { ...changed, uncut: { [name]: asked } };
}

function tokenCost(cost: Extract<PlanCost, { by: 'token' }>, outputTokens: number): number {
  return (
    (cost.inputTokens * cost.microUsdPerMillionInput + outputTokens * cost.microUsdPerMillionOutput) /
    1_000_000
  );
}
