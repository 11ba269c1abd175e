/** What Replicate charges. Its API returns no price, so they stand here, each with its source and the day it was looked up. */

/** Money in micro-USD (millionths of a dollar). */
export type Price =
  | { readonly by: 'free' }
  | { readonly by: 'second'; readonly microUsdPerSecond: number }
  | {
      readonly by: 'token';
      readonly microUsdPerMillionInput: number;
      readonly microUsdPerMillionOutput: number;
    }
  | { readonly by: 'image'; readonly microUsdPerImage: number }
  | { readonly by: 'audio-second'; readonly microUsdPerAudioSecond: number };

export interface HardwarePrice {
  readonly microUsdPerSecond: number;
  readonly source: string;
  /** A day, `2026-11-20`. */
  readonly checkedAt: string;
}

const PRICING = 'https://replicate.com/pricing';

/** Looked up for this project. */
const checked = (microUsdPerSecond: number): HardwarePrice => ({
  microUsdPerSecond,
  source: PRICING,
  checkedAt: '2026-11-20',
});

/** From an archived copy of the page that bears no date; it is of about this time. */
const archived = (microUsdPerSecond: number): HardwarePrice => ({
  microUsdPerSecond,
  source: `${PRICING} (archived copy)`,
  checkedAt: '2025-01-01',
});

/**
 * By the name used in the configuration. `a100` is the 80 GB card: older lists that say $0.001150/s mean the 40 GB one,
 * which Replicate no longer offers, and the higher price is the safe one for a budget.
 */
export const HARDWARE_PRICES = {
  cpu: archived(100),
  t4: checked(225),
  a40: checked(725),
  'a40-small': archived(575),
  'a40-2x': archived(1450),
  'a40-4x': archived(2900),
  'a40-8x': archived(5800),
  l40s: archived(975),
  'l40s-2x': archived(1950),
  'l40s-4x': archived(3900),
  'l40s-8x': archived(7800),
  a100: checked(1400),
  'a100-2x': archived(2800),
  'a100-4x': archived(5600),
  'a100-8x': archived(11_200),
  h100: archived(1525),
  'h100-2x': archived(3050),
  'h100-4x': archived(6100),
  'h100-8x': archived(12_200),
} as const satisfies Record<string, HardwarePrice>;

export type HardwareName = keyof typeof HARDWARE_PRICES;

export function isHardwareName(name: string): name is HardwareName {
  return Object.hasOwn(HARDWARE_PRICES, name);
}

/** The price of a model that is billed by running time on this hardware. */
export function hardwarePrice(name: HardwareName): Price {
  return { by: 'second', microUsdPerSecond: HARDWARE_PRICES[name].microUsdPerSecond };
}
