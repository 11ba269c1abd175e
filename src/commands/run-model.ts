/** The model that somebody wants to run by name: in which version, whether they may, and what it can cost. */

import type { AllowedModel, AllowedModels } from '../core/allowed-models.ts';
import type { CommandContext } from '../core/command.ts';
import type { Config } from '../core/config/config.ts';
import { UserError } from '../core/errors.ts';
import type { ModelPins, PinnedModel } from '../core/model-pins.ts';
import { knownPrice } from '../core/models/model-prices.ts';
import { parseReference } from '../core/models/reference.ts';
import { chooseModel } from './choose-model.ts';
import { shortRef } from './describe-price.ts';
import type { PayableModel } from './run-cost.ts';

export interface RunnableModel extends PinnedModel {
  readonly payable: PayableModel;
}

export type FindRunnable = (
  written: string,
  context: Pick<CommandContext, 'admin' | 'place'>,
) => Promise<RunnableModel>;

export interface RunnableOptions {
  readonly config: Pick<Config, 'models' | 'run'>;
  readonly pins: ModelPins;
  readonly allowed: AllowedModels;
}

/** What a model of unknown speed usually takes. */
const TYPICAL_SECONDS = 30;
const MOST_SECONDS = 300;
const MOST_OUTPUT_TOKENS = 1024;

/** Throws UserError when there is no such model, it is not open to this person or place, or its cost is not bounded. */
export function createFindRunnable({ config, pins, allowed }: RunnableOptions): FindRunnable {
  return async (written, { admin, place }) => {
    // The name of an allowed model means the version that was allowed.
    const pinned = await pins.resolve(admin ? written : (await permitted(written)).name);
    const payable = payableModel(config, pinned.model.ref);
    if (!payable) {
      throw new UserError(
        `Nobody has said what \`${pinned.name}\` costs, so it is not run. An admin can state its price under \`models:\`, or what unknown models run on under \`commands: run:\`, in the configuration.`,
      );
    }
    const known = configured(config, pinned.model.ref);
    // Where it is configured to answer in some places only, that holds under this command too.
    if (known) chooseModel([known], undefined, place);
    return { ...pinned, payable };
  };

  /** Without asking Replicate about every name that anybody types. */
  async function permitted(written: string): Promise<AllowedModel> {
    const model = await allowed.find(written);
    if (model) return model;
    parseReference(written);
    const open = (await allowed.list()).map(({ name }) => `\`${name}\``).join(', ');
    const instead = open === '' ? '' : ` You can run ${open}.`;
    throw new UserError(
      `\`${written}\` is for admins, until one of them opens it with \`/models allow ${written}\`.${instead}`,
      'forbidden',
    );
  }
}

/**
 * With what the configuration says of it, or the list of prices, or the configuration of models it does not know; undefined
 * when nothing bounds its cost.
 */
export function payableModel(config: Pick<Config, 'models' | 'run'>, ref: string): PayableModel | undefined {
  const name = shortRef(ref);
  const stated = configured(config, ref);
  if (stated) return { ...stated, name, ref };
  const { fallback } = config.run;
  const price = knownPrice(ref)?.price ?? fallback?.price;
  const maxSeconds = fallback?.maxSeconds ?? MOST_SECONDS;
  return (
    price && {
      name,
      ref,
      price,
      maxSeconds,
      typicalSeconds: Math.min(TYPICAL_SECONDS, maxSeconds),
      maxOutputTokens: MOST_OUTPUT_TOKENS,
    }
  );
}

/** Its versions run on the same hardware. */
function configured({ models }: Pick<Config, 'models'>, ref: string) {
  const name = ref.split(':')[0];
  return [...models.values()].find((model) => model.ref === ref || model.ref.split(':')[0] === name);
}
