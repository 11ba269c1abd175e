/** Who somebody on Slack is: name, admin rights, user groups; asked from Slack and remembered for five minutes. */

import type { WebClient } from '@slack/web-api';
import type { Person } from '../../core/chat.ts';
import type { Clock } from '../../core/clock.ts';
import { describeError, type Log } from '../../core/log.ts';

export interface People {
  /**
   * `name` is what Slack told along, if anything. `rights`: it matters whether they are an admin. Never throws: when Slack
   * cannot be asked they are no admin, and in the groups that were last known.
   */
  person(
    userId: string,
    known: { readonly name?: string | undefined; readonly rights: boolean },
  ): Promise<Person>;
}

interface PeopleOptions {
  readonly client: WebClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly team: () => string;
}

interface Profile {
  readonly name: string;
  readonly admin: boolean;
}

const REMEMBERED_MS = 5 * 60_000;
const MOST_REMEMBERED = 1000;

export function createPeople({ client, clock, log, team }: PeopleOptions): People {
  const profiles = new Map<string, { readonly profile: Profile; readonly until: number }>();
  let groups: ReadonlyMap<string, readonly string[]> = new Map();
  let groupsUntil = 0;
  let groupsRefused = false;
  let asking: Promise<void> | undefined;

  async function profileOf(userId: string): Promise<Profile | undefined> {
    const remembered = profiles.get(userId);
    if (remembered && remembered.until > clock.now()) return remembered.profile;
    try {
      const { user } = await client.users.info({ user: userId });
      const name = user?.profile?.display_name || user?.profile?.real_name || user?.name || userId;
      const profile = { name, admin: user?.is_admin === true || user?.is_owner === true };
      if (profiles.size >= MOST_REMEMBERED) profiles.clear();
      profiles.set(userId, { profile, until: clock.now() + REMEMBERED_MS });
      return profile;
    } catch (error) {
      log.warn({ error: describeError(error) }, 'could not ask Slack who somebody is');
      return undefined;
    }
  }

  /** All groups with their members come in one answer (usergroups.list, Tier 2: 20 a minute). */
  async function askGroups(): Promise<void> {
    groupsUntil = clock.now() + REMEMBERED_MS;
    try {
      const { usergroups = [] } = await client.usergroups.list({ include_users: true });
      const found = new Map<string, string[]>();
      for (const { id, users = [] } of usergroups) {
        for (const user of id ? users : [])
          found.set(user, [...(found.get(user) ?? []), `slack:${team()}/${id}`]);
      }
      groups = found;
    } catch (error) {
      // Workspaces without user groups refuse this every time.
      log[groupsRefused ? 'debug' : 'warn'](
        { error: describeError(error) },
        'could not ask Slack for its user groups',
      );
      groupsRefused = true;
    }
  }

  async function rolesOf(userId: string): Promise<readonly string[]> {
    if (groupsUntil <= clock.now()) {
      asking = askGroups().finally(() => {
        asking = undefined;
      });
    }
    await asking;
    return groups.get(userId) ?? [];
  }

  return {
    async person(userId, { name, rights }) {
      const [profile, roles] = await Promise.all([
        name === undefined || rights ? profileOf(userId) : undefined,
        rolesOf(userId),
      ]);
      return {
        id: `slack:${team()}/${userId}`,
        name: name ?? profile?.name ?? userId,
        platformAdmin: rights && profile?.admin === true,
        ...(roles.length > 0 && { roles }),
      };
    },
  };
}
