/** One person with several accounts: a code shown on one and typed on the other joins their budgets. */

import { createHash, randomInt } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Clock } from '../clock.ts';
import { UserError } from '../errors.ts';
import type { Tables } from '../storage/tables.ts';
import { type Account, readAccount } from './accounts.ts';
import { writeAudit } from './audit.ts';
import { type BookOptions, createBook } from './book.ts';
import { moveRuns } from './move-runs.ts';
import { bumpVersion, lockPolicies } from './settings-cache.ts';

/** Letters and digits that nobody takes for another one. */
const ALPHABET = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';
const CODE_LENGTH = 8;
const CODE_LIFE_MS = 10 * 60_000;
const WRONG_CODES = 5;
const WRONG_CODES_WITHIN_MS = 10 * 60_000;

export interface Links {
  /** A code of eight characters for ten minutes, to be typed once by the other account. An earlier one no longer works. */
  startLink(personId: string): Promise<string>;
  /**
   * Joins this person to the account that the code was shown to: one budget from now on, and what both spent in the open
   * periods counts in it. Throws UserError for a wrong code, and after five within ten minutes for any.
   */
  finishLink(code: string, personId: string): Promise<Account>;
  /** On their own again; what they spent counts in their own budget. Throws UserError when they are linked to nobody. */
  unlink(personId: string): Promise<void>;
  account(personId: string): Promise<Account>;
}

function hashOf(code: string): string {
  const typed = code.toUpperCase().replace(/[^A-Z0-9]/g, '');
  return createHash('sha256').update(typed).digest('hex');
}

/** With the same options as the budget. */
export function createLinks(options: BookOptions & { readonly clock: Clock }): Links {
  const { clock } = options;
  const { sql } = options.database;
  const book = createBook(options);

  /** Counted before the code is looked at, in a transaction that is kept whatever comes of it. */
  async function countAttempt(
    transaction: Transaction<Tables>,
    personId: string,
    now: number,
  ): Promise<boolean> {
    const since = now - WRONG_CODES_WITHIN_MS;
    await transaction.deleteFrom('link_attempt').where('at', '<=', since).execute();
    const attempts = await transaction
      .selectFrom('link_attempt')
      .select('id')
      .where('person_id', '=', personId)
      .execute();
    if (attempts.length >= WRONG_CODES) return false;
    await transaction.insertInto('link_attempt').values({ person_id: personId, at: now }).execute();
    return true;
  }

  /** The person who was shown the code. */
  async function readCode(
    transaction: Transaction<Tables>,
    code: string,
    now: number,
  ): Promise<string | undefined> {
    const row = await transaction
      .selectFrom('link_code')
      .select('person_id')
      .where('code_hash', '=', hashOf(code))
      .where('expires_at', '>', now)
      .executeTakeFirst();
    return row?.person_id;
  }

  async function join(
    transaction: Transaction<Tables>,
    { first, personId, now }: { readonly first: string; readonly personId: string; readonly now: number },
  ): Promise<void> {
    // A code works once.
    await transaction.deleteFrom('link_code').where('person_id', '=', first).execute();
    await bumpVersion(transaction);
    const { accountId, personIds } = await readAccount(transaction, first);
    if (personIds.length === 1) {
      await transaction
        .insertInto('link')
        .values({ person_id: accountId, account_id: accountId, linked_at: now })
        .execute();
    }
    await transaction
      .insertInto('link')
      .values({ person_id: personId, account_id: accountId, linked_at: now })
      .execute();
    await moveRuns(transaction, book, { personIds: [personId], from: personId, to: accountId, now });
    const scope = { kind: 'person', id: accountId } as const;
    await writeAudit({ transaction, scope, by: { personId }, now }, { action: 'link', after: personId });
  }

  async function finish(
    transaction: Transaction<Tables>,
    code: string,
    personId: string,
  ): Promise<string | undefined> {
    const now = clock.now();
    await lockPolicies(transaction, book, 'alone');
    if (!(await countAttempt(transaction, personId, now))) {
      return 'You have typed too many wrong codes. Try again in ten minutes.';
    }
    const first = await readCode(transaction, code, now);
    if (first === undefined)
      return 'This code is wrong or has expired. Ask for a new one with /link on the other account.';
    if (first === personId)
      return 'Type this code on your other account, not on the one that it was shown on.';
    if ((await readAccount(transaction, personId)).personIds.length > 1) {
      return 'This account is linked already. Use /unlink first.';
    }
    await transaction.deleteFrom('link_attempt').where('person_id', '=', personId).execute();
    await join(transaction, { first, personId, now });
    return undefined;
  }

  async function leave(transaction: Transaction<Tables>, personId: string): Promise<boolean> {
    const now = clock.now();
    await lockPolicies(transaction, book, 'alone');
    await bumpVersion(transaction);
    const { accountId, personIds } = await readAccount(transaction, personId);
    if (personIds.length === 1) return false;
    const others = personIds.filter((id) => id !== personId);
    const [head = personId] = others;
    await transaction.deleteFrom('link').where('account_id', '=', accountId).execute();
    if (others.length > 1) {
      await transaction
        .insertInto('link')
        .values(others.map((person_id) => ({ person_id, account_id: head, linked_at: now })))
        .execute();
    }
    // An account is named after one of its people: when that one goes, all the others' runs move to the next one's name.
    if (personId === accountId)
      await moveRuns(transaction, book, { personIds: others, from: accountId, to: head, now });
    else await moveRuns(transaction, book, { personIds: [personId], from: accountId, to: personId, now });
    const scope = { kind: 'person', id: accountId } as const;
    await writeAudit({ transaction, scope, by: { personId }, now }, { action: 'unlink', before: personId });
    return true;
  }

  return {
    async startLink(personId) {
      const code = Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
      await sql.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('link_code').where('person_id', '=', personId).execute();
        await transaction.deleteFrom('link_code').where('expires_at', '<=', clock.now()).execute();
        const expires_at = clock.now() + CODE_LIFE_MS;
        await transaction
          .insertInto('link_code')
          .values({ code_hash: hashOf(code), person_id: personId, expires_at })
          .execute();
      });
      return code;
    },
    async finishLink(code, personId) {
      const problem = await sql.transaction().execute((transaction) => finish(transaction, code, personId));
      if (problem !== undefined) throw new UserError(problem);
      return readAccount(sql, personId);
    },
    async unlink(personId) {
      if (await sql.transaction().execute((transaction) => leave(transaction, personId))) return;
      throw new UserError('This account is not linked to another one.');
    },
    account: (personId) => readAccount(sql, personId),
  };
}
