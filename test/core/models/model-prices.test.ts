/** The list of prices that stand in for those the configuration leaves out. */

import { describe, expect, it } from 'vitest';
import { knownPrice, MODEL_PRICES } from '../../../src/core/models/model-prices.ts';

describe('the price of a well-known model', () => {
  it('is known by its name, in micro-USD', () => {
    expect(knownPrice('black-forest-labs/flux-schnell')?.price).toEqual({
      by: 'image',
      microUsdPerImage: 3000,
    });
    expect(knownPrice('meta/meta-llama-3-70b-instruct')?.price).toEqual({
      by: 'token',
      microUsdPerMillionInput: 650_000,
      microUsdPerMillionOutput: 2_750_000,
    });
  });

  it('is not that of another model, of a version that is paid by time, or of a deployment', () => {
    expect(knownPrice('somebody/flux-schnell')).toBeUndefined();
    expect(knownPrice(`black-forest-labs/flux-schnell:${'a'.repeat(64)}`)).toBeUndefined();
    expect(knownPrice('deployments/black-forest-labs/flux-schnell')).toBeUndefined();
  });

  it('says where it stands and when that was so, and is a whole number above nothing', () => {
    for (const [name, { price, source, checkedAt }] of MODEL_PRICES) {
      expect(source).toBe(`https://replicate.com/${name}`);
      expect(Date.parse(checkedAt)).toBeLessThan(Date.now());
      for (const amount of Object.values(price).filter((value) => typeof value === 'number')) {
        expect(Number.isSafeInteger(amount)).toBe(true);
        expect(amount).toBeGreaterThan(0);
      }
    }
  });
});
