/** `/imagine`: pictures from words, and from pictures that were made before. */

import { planCost } from '../core/budget/plan-cost.ts';
import type { Place } from '../core/chat.ts';
import type { Clock } from '../core/clock.ts';
import { type Command, type CommandContext, defineModelCommand, type Plan } from '../core/command.ts';
import type { Config, ModelConfig } from '../core/config/config.ts';
import { UserError } from '../core/errors.ts';
import { KEPT_FOR_MS } from '../core/files/answer-files.ts';
import { filesOf } from '../core/models/output.ts';
import type { Models, ResolvedModel } from '../core/models/prediction.ts';
import type { Run } from '../core/runs/run.ts';
import type { RunStore } from '../core/runs/store.ts';
import { chooseModel, suggestModels } from './choose-model.ts';
import { type PictureInput, pictureInput, withNewSeed, withPicture, withPrompt } from './picture-input.ts';

const LONGEST_PROMPT = 4000;
const MOST_PICTURES = 4;
const ASPECTS = ['1:1', '4:3', '3:4', '3:2', '2:3', '16:9', '9:16', '21:9'];
const HIGHEST_SEED = 2 ** 31 - 1;

export interface ImagineOptions {
  readonly config: Config['imagine'];
  readonly models: Models;
  readonly runs: RunStore;
  readonly clock: Clock;
  /** 0 to 1, for new seeds. */
  readonly random?: () => number;
}

export function createImagine({
  config,
  models,
  runs,
  clock,
  random = Math.random,
}: ImagineOptions): Command {
  const [standard] = config.models;
  return defineModelCommand({
    name: 'imagine',
    description: 'Make a picture from words',
    access: 'everyone',
    options: {
      prompt: {
        type: 'string',
        description: 'What you want to see',
        required: true,
        maxLength: LONGEST_PROMPT,
      },
      model: {
        type: 'string',
        description: `Which model draws; ${standard.name} by default`,
        suggest: suggestModels(config.models),
      },
      aspect: { type: 'choice', description: 'Width to height', choices: ASPECTS },
      count: { type: 'integer', description: 'How many pictures', min: 1, max: MOST_PICTURES },
      negative: { type: 'string', description: 'What you do not want to see', maxLength: LONGEST_PROMPT },
      seed: {
        type: 'integer',
        description: 'The same seed makes the same picture again',
        min: 0,
        max: HIGHEST_SEED,
      },
      spoiler: { type: 'boolean', description: 'Cover the pictures until somebody wants to see them' },
    },

    async plan({ model: name, spoiler, ...wishes }, { person, place, admin, fields }) {
      if (fields?.argument !== undefined) {
        const run = await runs.get(fields.argument);
        const theirs = run && (admin || run.personId === person.id || run.place.channel === place.channel);
        if (!theirs || run.command !== 'imagine') throw new UserError('That picture is not known here.');
        return fromPicture(run, place, wishes.prompt);
      }
      const model = chooseModel(config.models, name, place);
      const resolved = await models.resolve(model.ref);
      const drawn = pictureInput(resolved, model.name, wishes);
      return planOf(model, resolved, drawn, { prompt: wishes.prompt, spoiler });
    },

    async followUp(name, run, { place }: CommandContext) {
      switch (name) {
        case 'again': {
          const { model, resolved, drawn, shown } = await remembered(run, place);
          return planOf(
            model,
            resolved,
            { ...drawn, input: withNewSeed(resolved, drawn.input, random()) },
            shown,
          );
        }
        case 'vary':
          return fromPicture(run, place);
        default:
          throw new UserError('This button no longer does anything.');
      }
    },

    async form(argument) {
      const run = await runs.get(argument);
      if (run?.command !== 'imagine') throw new UserError('That picture is no longer known here.');
      await pictureOf(run);
      return {
        id: `form:imagine:${run.id}`,
        title: 'Use this picture',
        fields: [
          {
            name: 'prompt',
            label: 'What should become of it?',
            required: true,
            type: 'text',
            value: String(run.plan.presenterOptions?.prompt ?? ''),
            maxLength: LONGEST_PROMPT,
          },
        ],
      };
    },
  });

  function planOf(
    model: ModelConfig,
    resolved: ResolvedModel,
    { input, count, countInput, notes }: PictureInput,
    shown: { readonly prompt: string; readonly spoiler: boolean | undefined },
  ): Plan {
    const canBegin = withPicture(resolved, input, '') !== undefined;
    return {
      label: model.name,
      model: resolved.ref,
      input,
      presenter: 'pictures',
      presenterOptions: { ...shown, count, countInput, notes },
      followUps: [
        { name: 'again', label: 'Again' },
        ...(canBegin
          ? [
              { name: 'vary', label: 'Vary' },
              { name: 'use', label: 'Use as input', form: true },
            ]
          : []),
      ],
      cost: planCost(
        model.price,
        {
          deadlineSeconds: model.maxSeconds,
          typicalSeconds: model.typicalSeconds,
          pictures: { count, ...(countInput !== undefined && { countInput }) },
        },
        model.name,
      ),
    };
  }

  /** What a run was asked, for its model as it is configured now. */
  async function remembered(run: Run, place: Place) {
    const { label, input, presenterOptions = {} } = run.plan;
    if (!config.models.some((model) => model.name === label))
      throw new UserError(`${label} is no longer offered here. Ask with \`/imagine\` anew.`);
    const model = chooseModel(config.models, label, place);
    const resolved = await models.resolve(model.ref);
    const { prompt, spoiler, count, countInput } = presenterOptions;
    const drawn: PictureInput = {
      // A smaller budget may have cut the number then.
      input: typeof countInput === 'string' ? { ...input, [countInput]: count } : input,
      count: Number(count),
      ...(typeof countInput === 'string' && { countInput }),
      notes: [],
    };
    return { model, resolved, drawn, shown: { prompt: String(prompt), spoiler: spoiler === true } };
  }

  /** A picture from the run's first one: like it, or as other words say. */
  async function fromPicture(run: Run, place: Place, prompt?: string): Promise<Plan> {
    const { model, resolved, drawn, shown } = await remembered(run, place);
    const begun = withPicture(resolved, drawn.input, await pictureOf(run));
    if (!begun) throw new UserError(`${model.name} begins from words alone.`);
    const said = prompt === undefined ? begun : withPrompt(resolved, begun, prompt);
    return planOf(
      model,
      resolved,
      { ...drawn, input: withNewSeed(resolved, said, random()) },
      { ...shown, ...(prompt !== undefined && { prompt }) },
    );
  }

  /** Where Replicate still has it. */
  async function pictureOf(run: Run): Promise<string> {
    const gone = new UserError(
      'Replicate keeps pictures for an hour, and this one is gone. Press Again for a new one, or ask with `/imagine`.',
    );
    if (run.predictionId === undefined || clock.now() > (run.endedAt ?? 0) + KEPT_FOR_MS) throw gone;
    const { output, dataRemoved } = await models.get(run.predictionId);
    const [picture] = filesOf(output);
    if (dataRemoved || picture === undefined) throw gone;
    return picture;
  }
}
