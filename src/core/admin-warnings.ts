/** Tells the admins, in the channels that they named, that a budget is nearly or wholly used up. */

import type { Crossing } from './budget/budget.ts';
import { describeCrossing } from './budget/describe.ts';
import type { Surface, SurfaceName } from './chat.ts';
import type { Clock } from './clock.ts';
import { ReplyGoneError } from './errors.ts';
import { describeError, type Log } from './log.ts';
import type { People } from './people.ts';
import type { Pacer, Writer } from './reply/writer.ts';

export interface AdminWarnings {
  /** In the background; what cannot be said in a channel is in the log. */
  tell(crossings: readonly Crossing[]): void;
}

export interface AdminWarningsOptions {
  /** `discord:<channel id>`, `slack:<channel id>`. */
  readonly channels: readonly string[];
  readonly surfaces: () => ReadonlyMap<SurfaceName, Surface>;
  readonly pacer: Pacer;
  readonly people: Pick<People, 'names'>;
  readonly timezone: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Each lasts about a minute. */
const MOST_TRIES = 30;

export function createAdminWarnings(options: AdminWarningsOptions): AdminWarnings {
  const { channels, surfaces, pacer, people, timezone, clock, log } = options;

  async function nameOf({ scope }: Crossing): Promise<string | undefined> {
    if (scope.kind !== 'person') return undefined;
    try {
      return (await people.names([scope.id])).get(scope.id);
    } catch (error) {
      log.warn({ reason: describeError(error) }, 'the name of a person could not be read');
      return undefined;
    }
  }

  async function tellOf(crossing: Crossing): Promise<void> {
    const text = describeCrossing(crossing, clock.now(), timezone, await nameOf(crossing));
    log.warn({ percent: crossing.percent }, text);
    await Promise.all(channels.map((channel) => announce(channel, text)));
  }

  async function announce(address: string, text: string): Promise<void> {
    const [name, channel = ''] = address.split(':');
    const surface = [...surfaces().values()].find((each) => each.name === name);
    if (!surface?.announce) {
      log.warn({ channel: address }, 'admins are to be told of their budgets where the bot is not connected');
      return;
    }
    const writer = pacer.open(surface.announce(channel));
    try {
      await finish(writer, text);
    } catch (error) {
      log.warn({ channel: address, reason: describeError(error) }, 'admins could not be told of a budget');
    } finally {
      writer.close();
    }
  }

  /** It is said once in a period, so that it is worth waiting for a platform that is away. */
  async function finish(writer: Writer, text: string): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return await writer.finish({ text });
      } catch (error) {
        if (error instanceof ReplyGoneError || tries === MOST_TRIES) throw error;
      }
    }
  }

  return {
    tell(crossings) {
      for (const crossing of crossings) void tellOf(crossing);
    },
  };
}
