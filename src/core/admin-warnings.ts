/** Tells the admins, in the channels that they named, that a budget is nearly or wholly used up. */

import type { Crossing } from './budget/budget.ts';
import { describeCrossing } from './budget/describe.ts';
import type { Surface, SurfaceName } from './chat.ts';
import type { Clock } from './clock.ts';
import { describeError, type Log } from './log.ts';
import type { Pacer } from './reply/writer.ts';

export interface AdminWarnings {
  /** In the background; what cannot be said in a channel is in the log. */
  tell(crossings: readonly Crossing[]): void;
}

export interface AdminWarningsOptions {
  /** `discord:<channel id>`, `slack:<channel id>`. */
  readonly channels: readonly string[];
  readonly surfaces: () => ReadonlyMap<SurfaceName, Surface>;
  readonly pacer: Pacer;
  readonly timezone: string;
  readonly clock: Clock;
  readonly log: Log;
}

export function createAdminWarnings(options: AdminWarningsOptions): AdminWarnings {
  const { channels, surfaces, pacer, timezone, clock, log } = options;

  async function announce(address: string, text: string): Promise<void> {
    const [name, channel = ''] = address.split(':');
    const surface = [...surfaces().values()].find((each) => each.name === name);
    if (!surface?.announce) {
      log.warn({ channel: address }, 'admins are to be told of their budgets where the bot is not connected');
      return;
    }
    const writer = pacer.open(surface.announce(channel));
    try {
      await writer.finish({ text });
    } catch (error) {
      log.warn({ channel: address, reason: describeError(error) }, 'admins could not be told of a budget');
    } finally {
      writer.close();
    }
  }

  return {
    tell(crossings) {
      for (const crossing of crossings) {
        const text = describeCrossing(crossing, clock.now(), timezone);
        log.warn({ percent: crossing.percent }, text);
        for (const channel of channels) void announce(channel, text);
      }
    },
  };
}
