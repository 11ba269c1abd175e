/** A price as the configuration states it → a price as the code uses it. */

import { z } from 'zod';
import { MICRO_USD_PER_USD } from '../budget/money.ts';
import { knownPrice } from '../models/model-prices.ts';
import { HARDWARE_PRICES, hardwarePrice, isHardwareName, type Price } from '../models/prices.ts';

export const priceSchema = z.union(
  [
    z.literal('free'),
    z.strictObject({ hardware: z.string() }),
    z.strictObject({ 'per-second': z.number().positive() }),
    z.strictObject({ 'input-tokens': z.number().nonnegative(), 'output-tokens': z.number().nonnegative() }),
    z.strictObject({ 'per-image': z.number().positive() }),
    z.strictObject({ 'per-audio-second': z.number().positive() }),
  ],
  'must be free, {hardware: a40}, {per-second: 0.0014}, {input-tokens: 0.65, output-tokens: 2.75}, {per-image: 0.003} or {per-audio-second: 0.0001}',
);

type PriceFile = z.output<typeof priceSchema>;

/** Dollars become micro-USD; token prices are per million tokens on both sides. `fail` names the setting. */
export function parsePrice(
  price: PriceFile | undefined,
  ref: string,
  fail: (message: string) => Error,
): Price {
  if (price === undefined) {
    const known = knownPrice(ref);
    if (known) return known.price;
    throw fail(`the price of ${ref} is not known: state it`);
  }
  if (price === 'free') return { by: 'free' };
  if ('hardware' in price) {
    if (isHardwareName(price.hardware)) return hardwarePrice(price.hardware);
    throw fail(
      `there is no hardware "${price.hardware}"; there is ${Object.keys(HARDWARE_PRICES).join(', ')}`,
    );
  }
  if ('per-second' in price)
    return { by: 'second', microUsdPerSecond: price['per-second'] * MICRO_USD_PER_USD };
  if ('per-image' in price) return { by: 'image', microUsdPerImage: price['per-image'] * MICRO_USD_PER_USD };
  if ('per-audio-second' in price) {
    return {
      by: 'audio-second',
      microUsdPerAudioSecond: price['per-audio-second'] * MICRO_USD_PER_USD,
    };
  }
  return {
    by: 'token',
    microUsdPerMillionInput: price['input-tokens'] * MICRO_USD_PER_USD,
    microUsdPerMillionOutput: price['output-tokens'] * MICRO_USD_PER_USD,
  };
}
