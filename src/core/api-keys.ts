/** API keys for other programs: made on the command line, shown once, kept as hashes. Each is a person with a budget of its own. */

import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';
import { OperatorError } from './errors.ts';
import type { Database } from './storage/database.ts';

export interface ApiKey {
  /** `key:<name>` is the person that it is. */
  readonly name: string;
  /** May do what admins may. */
  readonly admin: boolean;
  /** Ms since the epoch. */
  readonly createdAt: number;
  readonly lastUsedAt?: number;
}

/** What is shown once and never again. */
export interface NewApiKey {
  /** `rb_` and 43 characters. */
  readonly secret: string;
  /** Signs the callbacks: `whsec_` and base64, as in the Standard Webhooks specification. */
  readonly callbackSecret: string;
}

export interface ApiKeys {
  /** Throws OperatorError when the name is taken or not one. */
  create(name: string, options: { readonly admin: boolean }): Promise<NewApiKey>;
  /** The key that has this secret; undefined when there is none, or none any more. */
  authenticate(secret: string): Promise<ApiKey | undefined>;
  list(): Promise<readonly ApiKey[]>;
  /** False when there is no such key. Its runs go on, and its history stays. */
  revoke(name: string): Promise<boolean>;
  callbackSecret(name: string): Promise<string | undefined>;
}

const NAME = /^[a-z0-9][a-z0-9_-]{0,39}$/;
/** When a key was last used is written down this often at most. */
const USE_NOTED_EVERY_MS = 60_000;

export function createApiKeys({ database, clock }: { database: Database; clock: Clock }): ApiKeys {
  const { sql } = database;
  return {
    async create(name, { admin }) {
      if (!NAME.test(name)) {
        throw new OperatorError('a key is named in lower case letters, digits, - and _, like ci-server', '');
      }
      const secret = `rb_${randomBytes(32).toString('base64url')}`;
      const callbackSecret = `whsec_${randomBytes(24).toString('base64')}`;
      const added = await sql
        .insertInto('api_key')
        .values({
          name,
          hash: hashOf(secret),
          callback_secret: callbackSecret,
          admin: admin ? 1 : 0,
          created_at: clock.now(),
          last_used_at: null,
        })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if (added.numInsertedOrUpdatedRows !== 1n) {
        throw new OperatorError(
          `there is a key named ${name} already; revoke it, or choose another name`,
          '',
        );
      }
      return { secret, callbackSecret };
    },

    async authenticate(secret) {
      const row = await sql
        .selectFrom('api_key')
        .selectAll()
        .where('hash', '=', hashOf(secret))
        .executeTakeFirst();
      if (!row) return undefined;
      const now = clock.now();
      if (now - (row.last_used_at ?? 0) >= USE_NOTED_EVERY_MS) {
        await sql.updateTable('api_key').set({ last_used_at: now }).where('name', '=', row.name).execute();
      }
      return { name: row.name, admin: row.admin === 1, createdAt: row.created_at, lastUsedAt: now };
    },

    async list() {
      const rows = await sql.selectFrom('api_key').selectAll().orderBy('name').execute();
      return rows.map((row) => ({
        name: row.name,
        admin: row.admin === 1,
        createdAt: row.created_at,
        ...(row.last_used_at !== null && { lastUsedAt: row.last_used_at }),
      }));
    },

    async revoke(name) {
      const gone = await sql.deleteFrom('api_key').where('name', '=', name).executeTakeFirst();
      return gone.numDeletedRows === 1n;
    },

    async callbackSecret(name) {
      const row = await sql
        .selectFrom('api_key')
        .select('callback_secret')
        .where('name', '=', name)
        .executeTakeFirst();
      return row?.callback_secret;
    },
  };
}

/** A secret of 256 random bits needs no slow hash: nobody can guess it. */
function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
