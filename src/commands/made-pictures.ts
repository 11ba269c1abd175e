/** The pictures of an earlier run, to begin new ones from: Replicate keeps them for an hour. */

import type { Clock } from '../core/clock.ts';
import { UserError } from '../core/errors.ts';
import { KEPT_FOR_MS } from '../core/files/answer-files.ts';
import type { FormField } from '../core/form.ts';
import { filesOf } from '../core/models/output.ts';
import type { Models } from '../core/models/prediction.ts';
import type { FollowUp } from '../core/plan.ts';
import type { Run } from '../core/runs/run.ts';

export interface MadePictures {
  /** Where Replicate has them; at least one. Throws UserError when there is none any more, or never was. */
  of(run: Run): Promise<readonly string[]>;
  /** The `number`th of them, of which the first is 1, and the time until which it is kept. Throws like `of`. */
  pick(run: Run, number: string): Promise<{ readonly url: string; readonly keptUntil: number }>;
}

export function createMadePictures({
  models,
  clock,
}: {
  readonly models: Pick<Models, 'get'>;
  readonly clock: Clock;
}): MadePictures {
  const of: MadePictures['of'] = async (run) => {
    const gone = new UserError(
      'Replicate keeps pictures for an hour, and this one is gone. Press Again for a new one, or ask with `/imagine`.',
    );
    if (run.predictionId === undefined || clock.now() > keptUntil(run)) throw gone;
    const { output, dataRemoved } = await models.get(run.predictionId);
    if (dataRemoved) throw gone;
    const pictures = filesOf(output);
    if (pictures.length > 0) return pictures;
    throw new UserError('No picture was finished here. Press Again for a new one.');
  };

  return {
    of,
    async pick(run, number) {
      const pictures = await of(run);
      const url = pictures[Number(number) - 1];
      if (url !== undefined) return { url, keptUntil: keptUntil(run) };
      const there = pictures.length === 1 ? 'is one picture' : `are ${pictures.length} pictures`;
      throw new UserError(`There ${there}, and no number ${number}.`);
    },
  };
}

function keptUntil({ endedAt = 0 }: Run): number {
  return endedAt + KEPT_FOR_MS;
}

/** The buttons that begin from these. */
export function fromPictures(count: number): readonly FollowUp[] {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  return [
    ...(count === 1
      ? [{ name: 'vary', label: 'Vary', files: 1 }]
      : numbers.map((number) => ({
          name: `vary-${number}`,
          label: `Vary ${number}`,
          files: number,
        }))),
    { name: 'use', label: 'Use as input', form: true, files: 1 },
  ];
}

/** Asks which of them to begin from. */
export function whichOf(count: number): FormField {
  const numbers = Array.from({ length: count }, (_, index) => String(index + 1));
  return {
    name: 'picture',
    label: 'Which picture',
    required: true,
    type: 'choice',
    choices: numbers.map((value) => ({ name: value, value })),
    value: '1',
  };
}
