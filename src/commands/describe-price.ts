/** Prices and models in the words of answers. */

import { formatUsd, MICRO_USD_PER_USD } from '../core/budget/money.ts';
import type { ModelRef } from '../core/models/prediction.ts';
import { priceSource } from '../core/models/price-source.ts';
import type { Price } from '../core/models/prices.ts';

/** Enough of a version's 64 digits to tell it from others, as Replicate's own pages show it. */
const VERSION_DIGITS = 8;

/** `owner/name`, with the first digits of the version that runs where the model is pinned to one. */
export function shortRef(ref: ModelRef): string {
  const [name = ref, version] = ref.split(':');
  return version === undefined ? ref : `${name}:${version.slice(0, VERSION_DIGITS)}`;
}

export function describePrice(price: Price): string {
  const usd = (microUsd: number) => `$${microUsd / MICRO_USD_PER_USD}`;
  switch (price.by) {
    case 'free':
      return 'free';
    case 'second':
      return `${usd(price.microUsdPerSecond)} per second`;
    case 'token':
      return `${usd(price.microUsdPerMillionInput)} per million tokens read, ${usd(price.microUsdPerMillionOutput)} written`;
    case 'image':
      return `${formatUsd(price.microUsdPerImage)} per picture`;
    case 'audio-second':
      return `${usd(price.microUsdPerAudioSecond)} per second of sound`;
  }
}

/** Where a price comes from: our list, with the day it was looked up, or the configuration. */
export function describePriceSource(ref: ModelRef, price: Price): string {
  const listed = priceSource(ref, price);
  if (!listed) return 'set in the configuration';
  const of = price.by === 'second' ? `${listed.of} by ` : '';
  return `${of}${listed.source.replace('https://', '')}, ${listed.checkedAt}`;
}
