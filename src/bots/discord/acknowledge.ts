/** Gives an interaction its first response, within the 3 seconds that Discord allows. */

import { DiscordAPIError, RESTJSONErrorCodes } from 'discord.js';
import type { Log } from '../../core/log.ts';
import { isRefused, toCoreError } from './failures.ts';

const tries = 3;

/**
 * Whether the interaction is ours to answer. A failure on the way is tried again at once; then "already acknowledged" means
 * that our first try had arrived. Without one it means another process was quicker. Never rejects: a refusal is logged.
 */
export async function acknowledge(id: string, log: Log, respond: () => Promise<unknown>): Promise<boolean> {
  for (let tried = 1; ; tried++) {
    try {
      await respond();
      return true;
    } catch (error) {
      const acknowledged =
        error instanceof DiscordAPIError &&
        error.code === RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged;
      if (acknowledged && tried > 1) return true;
      if (isRefused(error) || tried === tries) {
        log.warn(
          { interaction: id, error: toCoreError(error).message },
          'an interaction could not be answered',
        );
        return false;
      }
    }
  }
}
