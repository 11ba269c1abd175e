/** The `models:` section: the names people choose from, and what stands behind them. */

import { z } from 'zod';
import type { ModelRef } from '../models/prediction.ts';
import type { Price } from '../models/prices.ts';
import { parsePrice, priceSchema } from './price.ts';
import type { Fail } from './read-file.ts';

const model = z.strictObject({
  ref: z
    .string()
    .regex(
      /^(deployments\/)?[\w.-]+\/[\w.-]+(:[0-9a-f]{64})?$/,
      'must be owner/name, owner/name:<64 hex digits> or deployments/owner/name',
    ),
  price: priceSchema.optional(),
  /** Tokens the model reads and writes at most, together; bounds what it remembers of a conversation. */
  context: z.number().int().min(500).optional(),
  /** Longest time from creation to end, boot included. Replicate ends every prediction after 30 minutes. */
  'max-seconds': z.number().int().min(5).max(1800).optional(),
  'typical-seconds': z.number().positive().optional(),
  'max-tokens': z.number().int().min(1).optional(),
  /** Answers in age-restricted channels only. */
  nsfw: z.boolean().optional(),
});

export const modelsSchema = z.record(
  z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower case, like llama'),
  model,
);

/** A chat template, what the model is always told, and a short question. */
const LEAST_QUESTION_TOKENS = 250;

type ModelFile = z.output<typeof model>;

export interface ModelConfig {
  /** The name people type. */
  readonly name: string;
  readonly ref: ModelRef;
  readonly price: Price;
  readonly contextTokens: number;
  readonly maxSeconds: number;
  readonly typicalSeconds: number;
  readonly maxOutputTokens: number;
  /** Answers in age-restricted channels only. */
  readonly nsfw?: boolean;
}

const DEFAULT_MODELS: Readonly<Record<string, ModelFile>> = {
  llama: { ref: 'meta/meta-llama-3-70b-instruct', price: { hardware: 'a40' }, context: 8000 },
  sdxl: {
    ref: 'stability-ai/sdxl:7762fd07cf82c948538e41f63f77d685e02b063e37e496e96eefd46c929f9bdc',
    price: { hardware: 'a40' },
  },
  whisper: {
    ref: 'openai/whisper:4d50797290df275329f202e48c76360b3f22b08d28c196cbc54600319435f8d2',
    price: { hardware: 't4' },
  },
};

/** The built-in ones and the configured ones, by name. */
export function readModels(
  file: z.output<typeof modelsSchema>,
  fail: Fail,
): ReadonlyMap<string, ModelConfig> {
  const entries = Object.entries({ ...DEFAULT_MODELS, ...file }).map(([name, given]) => {
    const config: ModelConfig = {
      name,
      ref: given.ref,
      price: parsePrice(given.price, given.ref, (message) => fail(['models', name, 'price'], message)),
      ...readTokens(given, (message) => fail(['models', name, 'max-tokens'], message)),
      maxSeconds: given['max-seconds'] ?? 300,
      typicalSeconds: given['typical-seconds'] ?? 10,
      ...(given.nsfw && { nsfw: true }),
    };
    return [name, config] as const;
  });
  return new Map(entries);
}

/** What is not said leaves room for a question. */
function readTokens(
  { context, 'max-tokens': most }: ModelFile,
  fail: (message: string) => Error,
): Pick<ModelConfig, 'contextTokens' | 'maxOutputTokens'> {
  if (context !== undefined && most !== undefined && context - most < LEAST_QUESTION_TOKENS)
    throw fail(`must be ${LEAST_QUESTION_TOKENS} below context, which holds the question and the answer`);
  const maxOutputTokens = most ?? Math.min(1024, Math.floor((context ?? 4000) / 2));
  return { contextTokens: context ?? Math.max(4000, 2 * maxOutputTokens), maxOutputTokens };
}
