import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costRange, limitPlan, planCost } from '../../../src/core/budget/plan-cost.ts';
import type { Plan, PlanCost } from '../../../src/core/plan.ts';

const positive = (max: number) => fc.integer({ min: 1, max });
const bySecond = fc.record({
  by: fc.constant('second' as const),
  microUsdPerSecond: fc.oneof(positive(20_000), fc.double({ min: 0.01, max: 5000, noNaN: true })),
  deadlineSeconds: fc.integer({ min: 5, max: 1800 }),
  typicalSeconds: fc.double({ min: 0.1, max: 3000, noNaN: true }),
});
const byToken = fc.record({
  by: fc.constant('token' as const),
  microUsdPerMillionInput: fc.integer({ min: 0, max: 75_000_000 }),
  microUsdPerMillionOutput: fc.integer({ min: 0, max: 75_000_000 }),
  inputTokens: positive(100_000),
  maxOutputTokens: positive(32_000),
  typicalOutputTokens: positive(32_000),
  limitInput: fc.constant('max_tokens'),
  deadlineSeconds: fc.integer({ min: 5, max: 1800 }),
});
const free = fc.record({
  by: fc.constant('free' as const),
  deadlineSeconds: fc.integer({ min: 5, max: 1800 }),
});
const byImage = fc.record(
  {
    by: fc.constant('image' as const),
    microUsdPerImage: fc.oneof(positive(200_000), fc.double({ min: 0.01, max: 5000, noNaN: true })),
    images: positive(10),
    countInput: fc.constant('num_outputs'),
    deadlineSeconds: fc.integer({ min: 5, max: 1800 }),
  },
  { requiredKeys: ['by', 'microUsdPerImage', 'images', 'deadlineSeconds'] },
);
const byAudioSecond = fc.record({
  by: fc.constant('audio-second' as const),
  microUsdPerAudioSecond: fc.double({ min: 0.01, max: 5000, noNaN: true }),
  audioSeconds: positive(50_000),
  deadlineSeconds: fc.integer({ min: 5, max: 1800 }),
});
const anyCost: fc.Arbitrary<PlanCost> = fc.oneof(bySecond, byToken, byImage, byAudioSecond, free);

const planOf = (cost: PlanCost): Plan => ({
  label: 'model',
  model: 'owner/name',
  input: { prompt: 'Hi', max_tokens: 32_000 },
  presenter: 'text',
  cost,
});

describe('what a plan can cost', () => {
  it('is a whole amount, and what it usually costs is never more', () => {
    fc.assert(
      fc.property(anyCost, (cost) => {
        const { ceilingMicroUsd, typicalMicroUsd } = costRange(cost);
        expect(Number.isSafeInteger(ceilingMicroUsd)).toBe(true);
        expect(Number.isSafeInteger(typicalMicroUsd)).toBe(true);
        expect(typicalMicroUsd).toBeLessThanOrEqual(ceilingMicroUsd);
      }),
    );
  });

  it('is never more than was held, whatever was held', () => {
    fc.assert(
      fc.property(anyCost, fc.double({ min: 0, max: 1, noNaN: true }), (cost, share) => {
        const { ceilingMicroUsd, typicalMicroUsd } = costRange(cost);
        const held = typicalMicroUsd + Math.floor((ceilingMicroUsd - typicalMicroUsd) * share);
        const limited = limitPlan(planOf(cost), held);
        expect(costRange(limited.cost).ceilingMicroUsd).toBeLessThanOrEqual(held);
        expect(limited.cost.deadlineSeconds).toBeLessThanOrEqual(cost.deadlineSeconds);
        if (limited.cost.by === 'token' && limited.cost.microUsdPerMillionOutput > 0)
          expect(limited.input.max_tokens).toBe(limited.cost.maxOutputTokens);
        if (limited.cost.by === 'image' && limited.cost.countInput !== undefined)
          expect(limited.input.num_outputs).toBe(limited.cost.images);
      }),
      { numRuns: 2000 },
    );
  });

  it('shrinks the time with the hold', () => {
    const cost = { by: 'second', microUsdPerSecond: 725, deadlineSeconds: 300, typicalSeconds: 10 } as const;
    expect(limitPlan(planOf(cost), 10_000).cost.deadlineSeconds).toBe(13);
    expect(limitPlan(planOf(cost), 300 * 725).cost.deadlineSeconds).toBe(300);
  });

  it('makes as many pictures as the hold pays for, and all or none where their number cannot be chosen', () => {
    const cost = { by: 'image', microUsdPerImage: 3000, images: 4, deadlineSeconds: 60 } as const;
    expect(costRange(cost)).toEqual({ ceilingMicroUsd: 12_000, typicalMicroUsd: 12_000 });
    const counted = { ...cost, countInput: 'num_outputs' };
    expect(costRange(counted)).toEqual({ ceilingMicroUsd: 12_000, typicalMicroUsd: 3000 });
    expect(limitPlan(planOf(counted), 7000).input.num_outputs).toBe(2);
  });

  it('remembers what was asked for where it is less', () => {
    const cost = {
      by: 'image',
      microUsdPerImage: 3000,
      images: 4,
      countInput: 'n',
      deadlineSeconds: 60,
    } as const;
    const asked = { ...planOf(cost), input: { n: 4, prompt: 'a' } };
    expect(limitPlan(asked, 7000)).toMatchObject({ input: { n: 2, prompt: 'a' }, uncut: { n: 4 } });
    expect(limitPlan(asked, 12_000)).not.toHaveProperty('uncut');
  });

  it('has to have a bound that fits the price', () => {
    const time = { deadlineSeconds: 60, typicalSeconds: 5 };
    const text = { inputTokens: 10, maxOutputTokens: 100 };
    const byTokens = { by: 'token', microUsdPerMillionInput: 1, microUsdPerMillionOutput: 1 } as const;
    expect(() => planCost(byTokens, { ...time, text }, 'llama')).toThrow(
      /llama is priced by token but has no input/,
    );
    expect(() => planCost(byTokens, { ...time, pictures: { count: 1 } }, 'sdxl')).toThrow(/not text/);
    const byPicture = { by: 'image', microUsdPerImage: 3000 } as const;
    expect(() => planCost(byPicture, { ...time, text }, 'flux')).toThrow(/flux is priced by picture/);
    expect(planCost(byPicture, { ...time, pictures: { count: 2, countInput: 'n' } }, 'flux')).toEqual({
      by: 'image',
      microUsdPerImage: 3000,
      images: 2,
      countInput: 'n',
      deadlineSeconds: 60,
    });
    const byLength = { by: 'audio-second', microUsdPerAudioSecond: 100 } as const;
    expect(() => planCost(byLength, time, 'whisper')).toThrow(/length of sound/);
    expect(planCost(byLength, { ...time, audioSeconds: 90 }, 'whisper')).toMatchObject({ audioSeconds: 90 });
  });
});
