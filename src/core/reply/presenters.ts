/** Presenters by name: each turns a prediction's events into what people see, and is found again after a restart. */

import type { Presenter } from '../presenter.ts';
import { createAnyPresenter } from './presenters/any.ts';
import { createPicturesPresenter } from './presenters/pictures.ts';
import { createTextPresenter } from './presenters/text.ts';
import { createTranscriptPresenter } from './presenters/transcript.ts';

export type PresenterOptions = Readonly<Record<string, unknown>>;

const PRESENTERS: Readonly<Record<string, (options: PresenterOptions) => Presenter>> = {
  text: createTextPresenter,
  pictures: createPicturesPresenter,
  transcript: createTranscriptPresenter,
  any: createAnyPresenter,
};

/**
 * A new presenter, to be fed from the prediction's beginning. Throws when there is none of that name, or when the options
 * are not its own.
 */
export function createPresenter(name: string, options: PresenterOptions = {}): Presenter {
  const create = Object.hasOwn(PRESENTERS, name) ? PRESENTERS[name] : undefined;
  if (!create) throw new Error(`there is no presenter "${name}", only ${Object.keys(PRESENTERS).join(', ')}`);
  return create(options);
}
