/** `/imagine`: pictures from words, and from pictures that were made before. */

import type { Place } from '../core/chat.ts';
import type { Clock } from '../core/clock.ts';
import { type Command, type CommandContext, defineModelCommand } from '../core/command.ts';
import type { Config } from '../core/config/config.ts';
import { UserError } from '../core/errors.ts';
import type { Models } from '../core/models/prediction.ts';
import type { Plan } from '../core/plan.ts';
import type { Run } from '../core/runs/run.ts';
import type { RunStore } from '../core/runs/store.ts';
import { suggestModels } from './choose-model.ts';
import { askedBy } from './follow-ups.ts';
import { createMadePictures, fromPictures, whichOf } from './made-pictures.ts';
import { withNewSeed } from './model-inputs.ts';
import type { ChosenModel, ModelRun, ModelRuns } from './model-run.ts';
import { type PictureInput, pictureInput, withPicture, withPrompt } from './picture-input.ts';

const LONGEST_PROMPT = 4000;
const MOST_PICTURES = 4;
const ASPECTS = ['1:1', '4:3', '3:4', '3:2', '2:3', '16:9', '9:16', '21:9'];
const HIGHEST_SEED = 2 ** 31 - 1;

export interface ImagineOptions {
  readonly config: Config['imagine'];
  readonly modelRuns: ModelRuns;
  readonly models: Pick<Models, 'get'>;
  readonly runs: RunStore;
  readonly clock: Clock;
  /** 0 to 1, for new seeds. */
  readonly random?: () => number;
}

export function createImagine(options: ImagineOptions): Command {
  const { config, modelRuns, runs, clock, random = Math.random } = options;
  const made = createMadePictures(options);
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

    async plan({ model: name, spoiler, ...wishes }, context) {
      const { place, fields } = context;
      if (fields?.argument !== undefined) {
        const run = await seenRun(fields.argument, context);
        return fromPicture(run, place, String(fields.values.picture ?? 1), wishes.prompt);
      }
      const chosen = await modelRuns.choose(config.models, name, place);
      const drawn = pictureInput(chosen.resolved, chosen.model.name, wishes);
      return planOf(chosen, drawn, { prompt: wishes.prompt, spoiler });
    },

    async followUp(name, run, { place }) {
      if (name === 'again') {
        const { chosen, drawn, shown } = await remembered(run, place);
        const { given, ...kept } = askedBy(run, clock);
        const input = withNewSeed(chosen.resolved, given, random());
        return planOf(chosen, { ...drawn, input }, shown, kept);
      }
      const [, number] = /^vary-?(\d?)$/.exec(name) ?? [];
      if (number === undefined) throw new UserError('This button no longer does anything.');
      return fromPicture(run, place, number || '1');
    },

    async form(argument, context) {
      const run = await seenRun(argument, context);
      const pictures = await made.of(run);
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
          ...(pictures.length > 1 ? [whichOf(pictures.length)] : []),
        ],
      };
    },
  });

  /** The run, if its pictures are theirs or stand where they can see them. */
  async function seenRun(id: string, { person, place, admin }: Omit<CommandContext, 'fields'>): Promise<Run> {
    const run = await runs.get(id);
    const seen = run && (admin || run.personId === person.id || run.place.channel === place.channel);
    if (seen && run.command === 'imagine') return run;
    throw new UserError('That picture is not known here.');
  }

  async function planOf(
    chosen: ChosenModel,
    { input, options: names = {}, count, notes }: PictureInput,
    shown: Shown,
    kept: Pick<ModelRun, 'keptUntil'> = {},
  ): Promise<Plan> {
    const mapping = { command: 'imagine', options: names };
    const { plan } = await modelRuns.plan({ ...chosen, ...kept, given: input, mapping });
    const canBegin = withPicture(chosen.resolved, input, '') !== undefined;
    return {
      ...plan,
      presenter: 'pictures',
      presenterOptions: { ...shown, count, notes },
      followUps: [{ name: 'again', label: 'Again' }, ...(canBegin ? fromPictures(count) : [])],
    };
  }

  /** What a run was asked, for its model as it is configured now. */
  async function remembered(run: Run, place: Place) {
    const { label, input, uncut, presenterOptions = {} } = run.plan;
    if (!config.models.some((model) => model.name === label))
      throw new UserError(`${label} is no longer offered here. Ask with \`/imagine\` anew.`);
    const chosen = await modelRuns.choose(config.models, label, place);
    const { prompt, spoiler, count } = presenterOptions;
    const drawn: PictureInput = { input: { ...input, ...uncut }, count: Number(count), notes: [] };
    return { chosen, drawn, shown: { prompt: String(prompt), spoiler: spoiler === true } };
  }

  /** A picture from the run's pictures, of which the first has the number 1: like it, or as other words say. */
  async function fromPicture(run: Run, place: Place, number: string, prompt?: string): Promise<Plan> {
    const { chosen, drawn, shown } = await remembered(run, place);
    const { model, resolved } = chosen;
    const { url, keptUntil } = await made.pick(run, number);
    const begun = withPicture(resolved, drawn.input, url);
    if (!begun) throw new UserError(`${model.name} begins from words alone.`);
    const said = prompt === undefined ? begun : withPrompt(resolved, begun, prompt);
    return planOf(
      chosen,
      { ...drawn, input: withNewSeed(resolved, said, random()) },
      { ...shown, ...(prompt !== undefined && { prompt }) },
      { keptUntil },
    );
  }
}

interface Shown {
  readonly prompt: string;
  readonly spoiler: boolean | undefined;
}
