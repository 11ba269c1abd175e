/** A price as the configuration states it → a price as the code uses it. */

import { MICRO_USD_PER_USD } from '../budget/money.ts';
import { HARDWARE_PRICES, hardwarePrice, isHardwareName, type Price } from '../models/prices.ts';
import { configError } from './read-file.ts';
import type { ModelFileConfig } from './schema.ts';

/** `where` names the setting in the error. Dollars become micro-USD; token prices are per million tokens on both sides. */
export function parsePrice(price: ModelFileConfig['price'], where: string): Price {
  if (price === 'free') return { by: 'free' };
  if ('hardware' in price) {
    if (isHardwareName(price.hardware)) return hardwarePrice(price.hardware);
    throw configError(
      `${where}: there is no hardware "${price.hardware}"; there is ${Object.keys(HARDWARE_PRICES).join(', ')}`,
    );
  }
  if ('per-second' in price)
    return { by: 'second', microUsdPerSecond: price['per-second'] * MICRO_USD_PER_USD };
  return {
    by: 'token',
    microUsdPerMillionInput: price['input-tokens'] * MICRO_USD_PER_USD,
    microUsdPerMillionOutput: price['output-tokens'] * MICRO_USD_PER_USD,
  };
}
