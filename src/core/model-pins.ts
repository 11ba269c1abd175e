/** Models by the names people write, always in the version of their first use, so that the same words mean the same later. */

import type { Clock } from './clock.ts';
import type { ModelRef, Models, ResolvedModel } from './models/prediction.ts';
import { parseReference } from './models/reference.ts';
import type { Database } from './storage/database.ts';

export interface PinnedModel {
  /** Short enough for a button: `owner/name`, `owner/name:<first digits>` or `deployments/owner/name`. */
  readonly name: string;
  /** As it runs. */
  readonly model: ResolvedModel;
}

export interface ModelPins {
  /** UserError when there is no such model. */
  resolve(written: string): Promise<PinnedModel>;
}

/** Enough of a version's 64 digits to tell it from all others of the model. */
const VERSION_DIGITS = 12;

export function createModelPins(options: {
  readonly database: Database;
  readonly models: Pick<Models, 'resolve'>;
  readonly clock: Clock;
}): ModelPins {
  const { database, models, clock } = options;

  async function find(name: string): Promise<ModelRef | undefined> {
    const row = await database.sql
      .selectFrom('model_pin')
      .select('ref')
      .where('name', '=', name)
      .executeTakeFirst();
    return row?.ref;
  }

  return {
    async resolve(written) {
      const name = shortName(written.trim());
      const pinned = await find(name);
      if (pinned !== undefined) return { name, model: await models.resolve(pinned) };
      parseReference(written.trim());
      const model = await models.resolve(written.trim());
      if (!model.ref.includes(':')) return { name, model };
      await database.sql
        .insertInto('model_pin')
        .values({ name, ref: model.ref, pinned_at: clock.now() })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute();
      // Another process may have been first.
      const kept = (await find(name)) ?? model.ref;
      return { name, model: kept === model.ref ? model : await models.resolve(kept) };
    },
  };
}

/** With at most the first digits of a version. */
function shortName(ref: string): string {
  const [name = '', version] = ref.split(':');
  return version === undefined ? name : `${name}:${version.slice(0, VERSION_DIGITS)}`;
}
