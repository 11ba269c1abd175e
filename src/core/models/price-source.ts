/** Where a price comes from: one of our lists, with the day it was looked up, or the configuration. */

import { knownPrice } from './model-prices.ts';
import type { ModelRef } from './prediction.ts';
import { HARDWARE_PRICES, type Price } from './prices.ts';

export interface PriceSource {
  /** `A40`, or the model's name. */
  readonly of: string;
  readonly source: string;
  /** A day, `2026-11-20`. */
  readonly checkedAt: string;
}

/** Undefined for a price that the configuration states itself. */
export function priceSource(ref: ModelRef, price: Price): PriceSource | undefined {
  const known = knownPrice(ref);
  if (known && JSON.stringify(known.price) === JSON.stringify(price)) {
    return { of: ref, source: known.source, checkedAt: known.checkedAt };
  }
  const hardware = Object.entries(HARDWARE_PRICES).find(
    ([, { microUsdPerSecond }]) => price.by === 'second' && microUsdPerSecond === price.microUsdPerSecond,
  );
  return hardware && { of: hardware[0].toUpperCase(), ...hardware[1] };
}
