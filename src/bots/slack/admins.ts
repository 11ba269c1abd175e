/** Who may administer a Slack workspace, asked from Slack and remembered for five minutes. */

import type { WebClient } from '@slack/web-api';
import type { Clock } from '../../core/clock.ts';
import { describeError, type Log } from '../../core/log.ts';

interface AdminsOptions {
  readonly client: WebClient;
  readonly clock: Clock;
  readonly log: Log;
}

const REMEMBERED_MS = 5 * 60_000;
const MOST_REMEMBERED = 1000;

/** Says whether a user is an admin or owner; no when Slack can't be asked. */
export function createAdmins({ client, clock, log }: AdminsOptions): (userId: string) => Promise<boolean> {
  const known = new Map<string, { readonly admin: boolean; readonly until: number }>();
  return async (userId) => {
    const remembered = known.get(userId);
    if (remembered && remembered.until > clock.now()) return remembered.admin;
    try {
      const { user } = await client.users.info({ user: userId });
      const admin = user?.is_admin === true || user?.is_owner === true;
      if (known.size >= MOST_REMEMBERED) known.clear();
      known.set(userId, { admin, until: clock.now() + REMEMBERED_MS });
      return admin;
    } catch (error) {
      log.warn({ error: describeError(error) }, 'could not ask Slack who is an admin');
      return false;
    }
  };
}
