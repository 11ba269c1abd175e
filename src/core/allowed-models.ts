/** The models that everybody may run by name: what admins allow and deny, with the audit of it. */

import { writeAudit } from './budget/audit.ts';
import type { Actor, Scope } from './budget/budget.ts';
import type { Clock } from './clock.ts';
import type { ModelRef, Models } from './models/prediction.ts';
import type { Database } from './storage/database.ts';

export interface AllowedModel {
  /** `owner/name` or `deployments/owner/name`. */
  readonly name: string;
  /** In this version only, where it has any. */
  readonly ref: ModelRef;
  readonly allowedBy: string;
  readonly allowedAt: number;
}

export interface AllowedModels {
  /** By name. */
  list(): Promise<readonly AllowedModel[]>;
  /** The allowed model that somebody means by its name, or by its version or the first digits of that. */
  find(written: string): Promise<AllowedModel | undefined>;
  /** Opens a model to everybody, in the version named or else the newest, which is what its name means from now on. */
  allow(ref: ModelRef, by: Actor): Promise<AllowedModel>;
  /** Undefined when it was not allowed. */
  deny(ref: ModelRef, by: Actor): Promise<AllowedModel | undefined>;
}

/** Who gets the right or loses it. */
const EVERYBODY: Scope = { kind: 'everybody' };

export function createAllowedModels(options: {
  readonly database: Database;
  readonly models: Pick<Models, 'resolve'>;
  readonly clock: Clock;
}): AllowedModels {
  const { database, models, clock } = options;

  return {
    async list() {
      const rows = await database.sql.selectFrom('allowed_model').selectAll().orderBy('name').execute();
      return rows.map(read);
    },

    async find(given) {
      const written = given.trim();
      const row = await database.sql
        .selectFrom('allowed_model')
        .selectAll()
        .where('name', '=', baseName(written))
        .executeTakeFirst();
      return row && (written === row.name || row.ref.startsWith(written)) ? read(row) : undefined;
    },

    async allow(given, by) {
      const { ref } = await models.resolve(given.trim());
      const name = baseName(ref);
      const now = clock.now();
      const row = { name, ref, allowed_by: by.personId, allowed_at: now };
      await database.sql.transaction().execute(async (transaction) => {
        const before = await transaction
          .selectFrom('allowed_model')
          .select('ref')
          .where('name', '=', name)
          .executeTakeFirst();
        await transaction
          .insertInto('allowed_model')
          .values(row)
          .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
          .execute();
        if (ref !== name) {
          await transaction
            .insertInto('model_pin')
            .values({ name, ref, pinned_at: now })
            .onConflict((conflict) => conflict.column('name').doUpdateSet({ ref, pinned_at: now }))
            .execute();
        }
        await writeAudit(
          { transaction, scope: EVERYBODY, by, now },
          { action: 'allow', after: ref, ...(before && { before: before.ref }) },
        );
      });
      return read(row);
    },

    async deny(given, by) {
      const name = baseName(given.trim());
      return database.sql.transaction().execute(async (transaction) => {
        const row = await transaction
          .deleteFrom('allowed_model')
          .where('name', '=', name)
          .returningAll()
          .executeTakeFirst();
        if (!row) return undefined;
        await writeAudit(
          { transaction, scope: EVERYBODY, by, now: clock.now() },
          { action: 'deny', before: row.ref },
        );
        return read(row);
      });
    },
  };
}

function read(row: { name: string; ref: string; allowed_by: string; allowed_at: number }): AllowedModel {
  return { name: row.name, ref: row.ref, allowedBy: row.allowed_by, allowedAt: row.allowed_at };
}

/** Without a version. */
function baseName(ref: ModelRef): string {
  return ref.split(':')[0] ?? ref;
}
