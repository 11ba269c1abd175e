/** Scopes: which ones a request falls under, and the key under which the tables keep each. */

import type { Place } from '../chat.ts';
import type { Asker, Scope } from './budget.ts';

const RANKS = { person: 0, role: 1, channel: 2, workspace: 3, everybody: 4 } as const;

/** Buckets are locked in this order; everybody's is the hottest and comes last. */
export function rankOf(scope: Scope): number {
  return RANKS[scope.kind];
}

/** `person:<id>`, `role:<id>`, `channel:<id>`, `workspace:<id>` or `everybody`. */
export function scopeKey(scope: Scope): string {
  return scope.kind === 'everybody' ? 'everybody' : `${scope.kind}:${scope.id}`;
}

/** What `scopeKey` wrote. */
export function parseScopeKey(key: string): Scope {
  if (key === 'everybody') return { kind: 'everybody' };
  const colon = key.indexOf(':');
  const kind = key.slice(0, colon);
  const id = key.slice(colon + 1);
  if (kind === 'person' || kind === 'role' || kind === 'channel' || kind === 'workspace') return { kind, id };
  throw new Error(`the database has an unknown scope: ${key}`);
}

/** The scope of a place's channel, as the configuration names it: the platforms' channel ids say of which workspace it is. */
function channelScope({ surface, channel }: Place): Scope {
  return { kind: 'channel', id: `${surface}:${channel}` };
}

/**
 * Everything a request falls under, in the order in which a lack of room is named. A conversation with the bot alone is no
 * channel: the person's own budget says it all.
 */
export function scopesOf({ personId, roles = [], place }: Asker): readonly Scope[] {
  const ownRoles = [...new Set(roles)].sort();
  return [
    { kind: 'person', id: personId },
    ...ownRoles.map((id): Scope => ({ kind: 'role', id })),
    ...(place && !place.direct ? [channelScope(place)] : []),
    ...(place?.workspace === undefined
      ? []
      : [{ kind: 'workspace', id: `${place.surface}:${place.workspace}` } as const]),
    { kind: 'everybody' },
  ];
}
