/** Models that people name instead of the configuration: found by search, pinned by their first use, allowed by admins. */

import { type AllowedModels, createAllowedModels } from './allowed-models.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import { createModelPins, type ModelPins } from './model-pins.ts';
import type { Models } from './models/prediction.ts';
import { createModelSearch, type SearchModels, type SearchStore } from './models/search.ts';
import type { Database } from './storage/database.ts';

export interface NamedModels {
  readonly pins: ModelPins;
  readonly allowed: AllowedModels;
  readonly search: SearchModels;
}

export function createNamedModels(options: {
  readonly database: Database;
  readonly models: Pick<Models, 'resolve' | 'search'>;
  readonly store: SearchStore;
  readonly clock: Clock;
  readonly log: Log;
}): NamedModels {
  return {
    pins: createModelPins(options),
    allowed: createAllowedModels(options),
    search: createModelSearch(options),
  };
}
