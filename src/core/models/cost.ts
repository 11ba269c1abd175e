/** What a finished prediction cost, in whole micro-USD, rounded up. */

import type { PlanCost } from '../plan.ts';
import { filesOf, textOf } from './output.ts';
import type { Prediction } from './prediction.ts';
import type { Price } from './prices.ts';

export interface Cost {
  readonly microUsd: number;
  /** What it was computed from, best first; for the ledger and for whoever doubts it. */
  readonly basis:
    | 'free'
    | 'not-started'
    | 'tokens'
    | 'images'
    | 'audio-seconds'
    | 'predict-time'
    | 'measured-time'
    | 'timestamps'
    | 'estimate';
}

/** A token of English text is about four characters; three are taken so that an estimate does not undercharge. */
const CHARACTERS_PER_TOKEN = 3;

/** Upper bounds for a prediction that does not report these; the output's only where that has been removed too. */
interface Bounds {
  readonly inputTokens?: number;
  readonly maxOutputTokens?: number;
  readonly images?: number;
  readonly audioSeconds?: number;
}

/**
 * The cost of an ended prediction by its price. `measuredSeconds` is the running time that we saw ourselves, used when
 * Replicate reports none. Failed and canceled ones are charged for what they used; aborted ones never ran and cost nothing.
 */
export function costOf(
  price: Price,
  prediction: Prediction,
  measuredSeconds?: number,
  bounds: Bounds = {},
): Cost {
  if (price.by === 'free') return { microUsd: 0, basis: 'free' };
  if (prediction.status === 'aborted') return { microUsd: 0, basis: 'not-started' };
  const { metrics, output } = prediction;
  switch (price.by) {
    case 'second': {
      const { seconds, basis } = runningSeconds(prediction, measuredSeconds);
      return { microUsd: roundUp(seconds * price.microUsdPerSecond), basis };
    }
    case 'token': {
      const reported = metrics.inputTokens !== undefined && metrics.outputTokens !== undefined;
      if (!reported && !hasRun(prediction, measuredSeconds)) return { microUsd: 0, basis: 'not-started' };
      const inputTokens = metrics.inputTokens ?? bounds.inputTokens ?? 0;
      const seen = prediction.dataRemoved
        ? (bounds.maxOutputTokens ?? 0)
        : Math.ceil(textOf(output).length / CHARACTERS_PER_TOKEN);
      const outputTokens = metrics.outputTokens ?? seen;
      const perMillion =
        inputTokens * price.microUsdPerMillionInput + outputTokens * price.microUsdPerMillionOutput;
      return { microUsd: roundUp(perMillion / 1_000_000), basis: reported ? 'tokens' : 'estimate' };
    }
    case 'image': {
      if (metrics.images !== undefined)
        return { microUsd: roundUp(metrics.images * price.microUsdPerImage), basis: 'images' };
      const lost = prediction.dataRemoved && prediction.status === 'succeeded';
      const images = lost ? (bounds.images ?? 0) : filesOf(output).length;
      return { microUsd: roundUp(images * price.microUsdPerImage), basis: 'estimate' };
    }
    case 'audio-second': {
      const reported = metrics.audioSeconds;
      if (reported === undefined && !hasRun(prediction, measuredSeconds))
        return { microUsd: 0, basis: 'not-started' };
      const basis = reported === undefined ? 'estimate' : 'audio-seconds';
      const seconds = reported ?? bounds.audioSeconds ?? 0;
      return { microUsd: roundUp(seconds * price.microUsdPerAudioSecond), basis };
    }
  }
}

/** The cost of an ended prediction by what its run's plan says about money. */
export function costOfRun(cost: PlanCost, prediction: Prediction, measuredSeconds?: number): Cost {
  const bounds = cost.by === 'free' || cost.by === 'second' ? {} : cost;
  return costOf(cost, prediction, measuredSeconds, bounds);
}

function runningSeconds(
  { metrics, createdAt, startedAt, completedAt, status }: Prediction,
  measuredSeconds: number | undefined,
): { seconds: number; basis: Cost['basis'] } {
  if (metrics.predictSeconds !== undefined) return { seconds: metrics.predictSeconds, basis: 'predict-time' };
  if (measuredSeconds) return { seconds: Math.max(0, measuredSeconds), basis: 'measured-time' };
  if (startedAt === undefined && status !== 'succeeded') return { seconds: 0, basis: 'not-started' };
  const begin = startedAt ?? createdAt;
  return { seconds: Math.max(0, (completedAt ?? begin) - begin) / 1000, basis: 'timestamps' };
}

function hasRun(prediction: Prediction, measuredSeconds: number | undefined): boolean {
  const { startedAt, metrics, status } = prediction;
  return (
    status === 'succeeded' || startedAt !== undefined || Boolean(metrics.predictSeconds || measuredSeconds)
  );
}

/** Up to the next whole micro-USD, but not because 0.1 + 0.2 is a little more than 0.3. */
function roundUp(microUsd: number): number {
  return Math.ceil(Number(microUsd.toFixed(6)));
}
