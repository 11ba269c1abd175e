import { describe, expect, it } from 'vitest';
import type { Unit } from '../../../src/core/budget/budget.ts';
import { createPeriods } from '../../../src/core/budget/periods.ts';

const HOUR_MS = 3_600_000;

function at(timezone: string, unit: Unit, moment: string) {
  const { key, startsAt, endsAt } = createPeriods(timezone).at(unit, Date.parse(moment));
  const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());
  return [key, iso(startsAt), iso(endsAt)];
}

describe('a period', () => {
  it.each([
    ['UTC', 'week', '2026-11-21T12:00Z', '2026-W47', '2026-11-16T00:00:00.000Z', '2026-11-23T00:00:00.000Z'],
    ['UTC', 'week', '2027-01-01T12:00Z', '2026-W53', '2026-12-28T00:00:00.000Z', '2027-01-04T00:00:00.000Z'],
    [
      'Asia/Kolkata',
      'month',
      '2026-11-30T19:00Z',
      '2026-12',
      '2026-11-30T18:30:00.000Z',
      '2026-12-31T18:30:00.000Z',
    ],
    [
      'Europe/Berlin',
      'day',
      '2026-03-29T12:00Z',
      '2026-03-29',
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
    ],
    [
      'America/New_York',
      'day',
      '2026-11-01T12:00Z',
      '2026-11-01',
      '2026-11-01T04:00:00.000Z',
      '2026-11-02T05:00:00.000Z',
    ],
    [
      'America/Santiago',
      'day',
      '2026-09-06T12:00Z',
      '2026-09-06',
      '2026-09-06T04:00:00.000Z',
      '2026-09-07T03:00:00.000Z',
    ],
    [
      'Pacific/Apia',
      'day',
      '2011-12-30T09:59Z',
      '2011-12-29',
      '2011-12-29T10:00:00.000Z',
      '2011-12-30T10:00:00.000Z',
    ],
    [
      'Pacific/Apia',
      'day',
      '2011-12-30T10:00Z',
      '2011-12-31',
      '2011-12-30T10:00:00.000Z',
      '2011-12-31T10:00:00.000Z',
    ],
  ] as const)('in %s per %s at %s is %s', (timezone, unit, moment, key, starts, ends) => {
    expect(at(timezone, unit, moment)).toEqual([key, starts, ends]);
  });

  it.each(['America/Santiago', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Apia', 'Asia/Kolkata'])(
    'follows the one before without gap or overlap in %s',
    (timezone) => {
      const periods = createPeriods(timezone);
      for (const year of [2010, 2011, 2026]) {
        for (let now = Date.UTC(year, 0, 1); now < Date.UTC(year + 1, 0, 1); now += HOUR_MS / 2) {
          const { startsAt, endsAt } = periods.at('day', now);
          if (startsAt > now || endsAt === undefined || endsAt <= now) throw new Error(`${now} is outside`);
          now = Math.max(now, endsAt - HOUR_MS);
        }
      }
    },
  );

  it('never ends when it is once', () => {
    expect(createPeriods('UTC').at('once', 5)).toEqual({ key: 'once', startsAt: 0 });
  });
});
