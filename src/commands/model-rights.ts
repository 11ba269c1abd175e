/** `/models allow` and `/models deny`: which models everybody may run by name. */

import type { AllowedModels } from '../core/allowed-models.ts';
import { type Command, defineInstantCommand } from '../core/command.ts';
import type { Config } from '../core/config/config.ts';
import { UserError } from '../core/errors.ts';
import type { SearchModels } from '../core/models/search.ts';
import { actorOf } from './budget/scope-options.ts';
import { describePrice, shortRef } from './describe-price.ts';
import { payableModel } from './run-model.ts';

export interface ModelRightsOptions {
  readonly config: Pick<Config, 'models' | 'run'>;
  readonly allowed: AllowedModels;
  readonly search: SearchModels;
}

const LONGEST_REF = 300;

export function createModelsAllow({ config, allowed, search }: ModelRightsOptions): Command {
  return defineInstantCommand({
    name: 'models allow',
    description: 'Let everybody run a model with /run, in its newest version',
    access: 'admins',
    options: {
      model: {
        type: 'string',
        description: 'owner/name, or owner/name:version',
        required: true,
        maxLength: LONGEST_REF,
        suggest: search,
      },
    },
    async run({ model }, context) {
      const { name, ref } = await allowed.allow(model, actorOf(context));
      const payable = payableModel(config, ref);
      const cost = payable
        ? `It costs ${describePrice(payable.price)}.`
        : 'It is not run before its price is known: state it under `models:`, or what unknown models run on under `commands: run:`, in the configuration.';
      return { text: `Everybody may now run \`${shortRef(ref)}\`: \`/run ${name}\`. ${cost}` };
    },
  });
}

export function createModelsDeny({ allowed }: Pick<ModelRightsOptions, 'allowed'>): Command {
  return defineInstantCommand({
    name: 'models deny',
    description: 'Leave a model to admins again',
    access: 'admins',
    options: {
      model: {
        type: 'string',
        description: 'owner/name',
        required: true,
        maxLength: LONGEST_REF,
        suggest: async (typed) =>
          (await allowed.list())
            .filter(({ name }) => name.includes(typed.trim().toLowerCase()))
            .map(({ name }) => ({ name, value: name })),
      },
    },
    async run({ model }, context) {
      const denied = await allowed.deny(model, actorOf(context));
      if (!denied) throw new UserError(`\`${model}\` was not allowed. \`/models list\` shows what is.`);
      return { text: `Only admins may run \`${denied.name}\` from now on.` };
    },
  });
}
