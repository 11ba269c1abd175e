/** Whose budget a command is about: the options for it, and the scope that they name. */

import type { Actor, Budget, Scope } from '../../core/budget/budget.ts';
import { channelScope } from '../../core/budget/scope.ts';
import type { Clock } from '../../core/clock.ts';
import type { Arguments, CommandContext, Options } from '../../core/command.ts';
import { UserError } from '../../core/errors.ts';

export interface BudgetCommandOptions {
  readonly budget: Budget;
  readonly clock: Clock;
  /** IANA name of the zone that times are told in. */
  readonly timezone: string;
}

/** None of them means everybody together. */
export const SCOPE_OPTIONS = {
  person: { type: 'person', description: 'A person; everybody together when nothing is named' },
  role: { type: 'role', description: 'A role or user group: one budget that its members share' },
  channel: { type: 'channel', description: 'A channel' },
  workspace: { type: 'boolean', description: 'This whole server or workspace' },
} as const satisfies Options;

/** Throws UserError when more than one is named, or there is no workspace here. */
export function readScope(
  { person, role, channel, workspace }: Arguments<typeof SCOPE_OPTIONS>,
  { place }: CommandContext,
): Scope {
  const scopes: Scope[] = [];
  if (person !== undefined) scopes.push({ kind: 'person', id: person });
  if (role !== undefined) scopes.push({ kind: 'role', id: role });
  if (channel !== undefined) {
    // A channel of another surface is named in full.
    scopes.push(
      channel.includes(':') ? { kind: 'channel', id: channel } : channelScope({ ...place, channel }),
    );
  }
  if (workspace) {
    if (place.workspace === undefined) throw new UserError('There is no server or workspace here.');
    scopes.push({ kind: 'workspace', id: `${place.surface}:${place.workspace}` });
  }
  const [scope, ...others] = scopes;
  if (others.length > 0) throw new UserError('Name one of person, role, channel and workspace, not several.');
  return scope ?? { kind: 'everybody' };
}

/** For the audit log. */
export function actorOf({ person, place }: CommandContext): Actor {
  const { surface, workspace, channel } = place;
  return {
    personId: person.id,
    where: `${surface}:${workspace === undefined ? '' : `${workspace}/`}${channel}`,
  };
}
