/** Whose budget a command is about: the options for it, and the scope that they name. */

import type { Actor, Budget, Scope } from '../../core/budget/budget.ts';
import type { Place } from '../../core/chat.ts';
import type { Clock } from '../../core/clock.ts';
import type { Arguments, CommandContext, Options } from '../../core/command.ts';
import { UserError } from '../../core/errors.ts';

export interface BudgetCommandOptions {
  readonly budget: Budget;
  readonly clock: Clock;
  /** IANA name of the zone that times are told in. */
  readonly timezone: string;
}

const HERE = 'here';

/** None of them means everybody together. */
export const SCOPE_OPTIONS = {
  person: { type: 'person', description: 'A person; everybody together when nothing is named' },
  role: { type: 'role', description: 'A role or user group: one budget that its members share' },
  channel: { type: 'channel', description: 'A channel' },
  workspace: {
    type: 'string',
    description: 'A whole server or workspace: here, or one like discord:123456789012345678',
    maxLength: 30,
    suggest: () => [{ name: 'this one', value: HERE }],
  },
} as const satisfies Options;

const CHANNEL_ID = /^(discord:\d{15,20}|slack:[CG][A-Z0-9]+)$/;
const WORKSPACE_ID = /^(discord:\d{15,20}|slack:[TE][A-Z0-9]+)$/;

/** Throws UserError when more than one is named, or what is named is no such thing. */
export function readScope(
  { person, role, channel, workspace }: Arguments<typeof SCOPE_OPTIONS>,
  { place }: CommandContext,
): Scope {
  const scopes: Scope[] = [];
  if (person !== undefined) scopes.push({ kind: 'person', id: person });
  if (role !== undefined) scopes.push({ kind: 'role', id: role });
  if (channel !== undefined) scopes.push(readChannel(channel, place));
  if (workspace !== undefined) scopes.push({ kind: 'workspace', id: readWorkspace(workspace, place) });
  const [scope, ...others] = scopes;
  if (others.length > 0) throw new UserError('Name one of person, role, channel and workspace, not several.');
  return scope ?? { kind: 'everybody' };
}

/** A channel of another surface is named in full. */
function readChannel(channel: string, { surface }: Place): Scope {
  const id = channel.includes(':') ? channel : `${surface}:${channel}`;
  if (CHANNEL_ID.test(id)) return { kind: 'channel', id };
  throw new UserError(
    `"${channel}" is not a channel with a budget. Give one like \`discord:123456789012345678\` or \`slack:C0123456789\`.`,
  );
}

function readWorkspace(text: string, { surface, workspace }: Place): string {
  if (text === HERE && workspace !== undefined) return `${surface}:${workspace}`;
  if (WORKSPACE_ID.test(text)) return text;
  const problem =
    text === HERE ? 'There is no server or workspace here' : `"${text}" is not a server or workspace`;
  throw new UserError(`${problem}. Give one like \`discord:123456789012345678\` or \`slack:T0123456789\`.`);
}

/** For the audit log. */
export function actorOf({ person, place }: CommandContext): Actor {
  const { surface, workspace, channel } = place;
  return {
    personId: person.id,
    where: `${surface}:${workspace === undefined ? '' : `${workspace}/`}${channel}`,
  };
}
