/** Which of a command's models answers: the first, or the one that is named; and where it may. */

import type { Choice, Place } from '../core/chat.ts';
import type { ModelConfig } from '../core/config/config.ts';
import { UserError } from '../core/errors.ts';

export type ModelChoice = readonly [ModelConfig, ...ModelConfig[]];

/** Throws a UserError when there is no such model, or when it does not answer in this place. */
export function chooseModel(models: ModelChoice, name: string | undefined, place: Place): ModelConfig {
  const [standard] = models;
  const model =
    name === undefined ? standard : models.find((candidate) => candidate.name === name.toLowerCase());
  if (!model) {
    throw new UserError(
      `There is no model "${name}" here. There is ${models.map((known) => known.name).join(', ')}.`,
    );
  }
  if (model.nsfw && place.surface === 'discord' && !place.ageRestricted) {
    throw new UserError(
      `${model.name} answers in age-restricted channels only. An admin can mark a channel as such in its settings.`,
    );
  }
  return model;
}

/** What fits what was typed, by name or reference. */
export function suggestModels(models: ModelChoice): (typed: string) => readonly Choice[] {
  return (typed) =>
    models
      .filter((model) => `${model.name} ${model.ref}`.toLowerCase().includes(typed.toLowerCase()))
      .map((model) => ({
        name: `${model.name} (${model.ref.split(':')[0]})`.slice(0, 100),
        value: model.name,
      }));
}
