/** One change by an admin: alone with the policies, known to every process once it is committed. */

import type { Transaction } from 'kysely';
import { UserError } from '../errors.ts';
import type { Tables } from '../storage/tables.ts';
import type { Book } from './book.ts';
import type { Actor, CapState, Scope } from './budget.ts';
import { readSettings, type Setting } from './settings.ts';
import { bumpVersion, lockPolicies } from './settings-cache.ts';
import { readStates } from './slots.ts';

export interface AdminChange {
  readonly transaction: Transaction<Tables>;
  readonly book: Book;
  readonly scope: Scope;
  readonly by: Actor;
  readonly now: number;
}

/** Waits for the holds that are being taken; those that come later see what was changed. */
export async function changeAlone(transaction: Transaction<Tables>, book: Book): Promise<void> {
  await lockPolicies(transaction, book, 'alone');
  await bumpVersion(transaction);
}

export async function settingOf({ transaction, book, scope }: AdminChange): Promise<Setting> {
  const [setting = {}] = await readSettings(transaction, book.defaults, [scope]);
  return setting;
}

export function withoutCap(scope: Scope): UserError {
  const name = scope.kind === 'everybody' ? scope.kind : `${scope.kind} ${scope.id}`;
  return new UserError(`There is no budget for ${name}. Set one first.`);
}

/** Undefined when there is no cap any more. */
export async function stateAfter(change: AdminChange): Promise<CapState | undefined> {
  const { policy, pause } = await settingOf(change);
  if (!policy) return undefined;
  const { transaction, book, now } = change;
  const [state] = await readStates(transaction, book, [{ policy, ...(pause && { pause }) }], now);
  return state;
}
