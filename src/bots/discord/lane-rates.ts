/** How many writes Discord takes, as its answers say: one rate for interactions' messages, one for channels'. */

/** Writes in a window. */
export interface Rate {
  readonly slots: number;
  readonly windowMs: number;
}

export type LaneKind = 'interaction' | 'channel';

/** Reported of Discord for both, until it says otherwise itself. */
const reported: Rate = { slots: 5, windowMs: 5000 };

export interface LaneRates {
  /** The lowest rate that Discord last named for the ways of writing there. */
  rate(kind: LaneKind): Rate;
  /** Reads the headers of an answer. Creating and editing messages are limited apart from each other. */
  learn(kind: LaneKind, method: string, headers: { get(name: string): string | null }): void;
}

export function createLaneRates(): LaneRates {
  const learned: Readonly<Record<LaneKind, Map<string, Rate>>> = {
    interaction: new Map(),
    channel: new Map(),
  };
  return {
    rate: (kind) =>
      [...learned[kind].values()].reduce(
        (lowest, rate) => (perSecond(rate) < perSecond(lowest) ? rate : lowest),
        learned[kind].values().next().value ?? reported,
      ),
    learn(kind, method, headers) {
      const slots = Number(headers.get('x-ratelimit-limit') ?? Number.NaN);
      const remaining = Number(headers.get('x-ratelimit-remaining') ?? Number.NaN);
      const resetAfterMs = Math.ceil(Number(headers.get('x-ratelimit-reset-after') ?? Number.NaN) * 1000);
      if (!(slots > 0 && resetAfterMs > 0)) return;
      const known = learned[kind].get(method) ?? reported;
      // Only the first request of a window sees its whole length.
      const windowMs = remaining === slots - 1 ? resetAfterMs : Math.max(known.windowMs, resetAfterMs);
      learned[kind].set(method, { slots, windowMs });
    },
  };
}

function perSecond({ slots, windowMs }: Rate): number {
  return slots / windowMs;
}
