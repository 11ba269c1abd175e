/** What Replicate charges for well-known official models, used where the configuration states no price. */

import { MICRO_USD_PER_USD } from '../budget/money.ts';
import type { Price } from './prices.ts';
import { parseReference } from './reference.ts';

export interface ModelPrice {
  readonly price: Price;
  /** The model's page, where Replicate states it. */
  readonly source: string;
  /** A day, `2026-09-09`. */
  readonly checkedAt: string;
}

/** In dollars: of a picture, or of a million tokens read and written. */
type Dollars = number | readonly [input: number, output: number];

/** As a public list quoted the models' pages on that day. */
const QUOTED: Readonly<Record<string, Dollars>> = {
  'anthropic/claude-4.5-haiku': [1, 5],
  'anthropic/claude-opus-4.7': [5, 25],
  'anthropic/claude-sonnet-5': [2, 10],
  'deepseek-ai/deepseek-v3': [1.45, 1.45],
  'deepseek-ai/deepseek-v3.1': [0.672, 2.016],
  'google/gemini-3.1-pro': [2, 12],
  'google/gemini-3.5-flash': [1.5, 9],
  'openai/gpt-5.4': [2.5, 15],
  'openai/gpt-5.6-sol': [2, 10],
  'black-forest-labs/flux-1.1-pro': 0.04,
  'black-forest-labs/flux-kontext-pro': 0.04,
  'black-forest-labs/flux-schnell': 0.003,
  'google/nano-banana': 0.039,
  'google/nano-banana-2-lite': 0.034,
  'ideogram-ai/ideogram-v3-turbo': 0.03,
  'prunaai/hidream-l1-fast': 0.005,
  'runwayml/gen4-image': 0.05,
  'xai/grok-imagine-image-2': 0.04,
};
const QUOTED_AT = '2026-09-09';

/** As remembered: not looked up anew for this project, so the day is that of a time when they were so. */
const REMEMBERED: Readonly<Record<string, Dollars>> = {
  'anthropic/claude-3.5-haiku': [1, 5],
  'anthropic/claude-3.7-sonnet': [3, 15],
  'anthropic/claude-4-sonnet': [3, 15],
  'deepseek-ai/deepseek-r1': [3.75, 10],
  'google/gemini-2.5-flash': [0.3, 2.5],
  'meta/meta-llama-3-70b-instruct': [0.65, 2.75],
  'meta/meta-llama-3-8b-instruct': [0.05, 0.25],
  'meta/meta-llama-3.1-405b-instruct': [9.5, 9.5],
  'mistralai/mixtral-8x7b-instruct-v0.1': [0.3, 1],
  'openai/gpt-4.1': [2, 8],
  'openai/gpt-4.1-mini': [0.4, 1.6],
  'openai/gpt-4.1-nano': [0.1, 0.4],
  'openai/gpt-4o': [2.5, 10],
  'openai/gpt-4o-mini': [0.15, 0.6],
  'black-forest-labs/flux-1.1-pro-ultra': 0.06,
  'black-forest-labs/flux-dev': 0.025,
  'black-forest-labs/flux-kontext-max': 0.08,
  'google/imagen-4': 0.04,
  'google/imagen-4-fast': 0.02,
  'google/imagen-4-ultra': 0.06,
  'ideogram-ai/ideogram-v3-balanced': 0.06,
  'ideogram-ai/ideogram-v3-quality': 0.09,
  'recraft-ai/recraft-v3': 0.04,
  'recraft-ai/recraft-v3-svg': 0.08,
  'stability-ai/stable-diffusion-3.5-large': 0.065,
  'stability-ai/stable-diffusion-3.5-medium': 0.035,
};
const REMEMBERED_AT = '2025-06-01';

/** `owner/name` → its price. */
export const MODEL_PRICES: ReadonlyMap<string, ModelPrice> = new Map([
  ...listOf(REMEMBERED, REMEMBERED_AT),
  ...listOf(QUOTED, QUOTED_AT),
]);

/** Undefined for a model that is not in the list, and for deployments, which are paid by their hardware's time. */
export function knownPrice(ref: string): ModelPrice | undefined {
  const parsed = parseReference(ref);
  return parsed.kind === 'model' ? MODEL_PRICES.get(`${parsed.owner}/${parsed.name}`) : undefined;
}

function listOf(prices: Readonly<Record<string, Dollars>>, checkedAt: string) {
  return Object.entries(prices).map(([name, dollars]): [string, ModelPrice] => [
    name,
    { price: priceOf(dollars), source: `https://replicate.com/${name}`, checkedAt },
  ]);
}

function priceOf(dollars: Dollars): Price {
  if (typeof dollars === 'number')
    return { by: 'image', microUsdPerImage: Math.round(dollars * MICRO_USD_PER_USD) };
  const [input, output] = dollars;
  return {
    by: 'token',
    microUsdPerMillionInput: Math.round(input * MICRO_USD_PER_USD),
    microUsdPerMillionOutput: Math.round(output * MICRO_USD_PER_USD),
  };
}
