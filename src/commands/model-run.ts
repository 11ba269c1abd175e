/** What every command that runs a model is made of: values and files for its inputs → a plan that says what it can cost. */

import type { Attachment, Place } from '../core/chat.ts';
import { OperatorError } from '../core/errors.ts';
import type { Intake, ModelFile } from '../core/files/intake.ts';
import type { FileKind } from '../core/files/sniff.ts';
import { formatLength } from '../core/files/sound-length.ts';
import { type InputValues, readInputValues } from '../core/models/input-values.ts';
import type { Models, ResolvedModel } from '../core/models/prediction.ts';
import type { Plan } from '../core/plan.ts';
import { chooseModel, type ModelChoice } from './choose-model.ts';
import { fileValue, inputNamed, LIMIT_INPUTS } from './model-inputs.ts';
import {
  type HiddenTokens,
  listeningSeconds,
  type PayableModel,
  runCost,
  type SoundOfFiles,
  soundOf,
} from './run-cost.ts';

export interface ChosenModel {
  readonly model: PayableModel;
  readonly resolved: ResolvedModel;
}

export interface ModelRun extends ChosenModel {
  /** By the inputs' names; texts are typed by the schema. */
  readonly given: InputValues;
  /** By the inputs' names: attachments, and links that somebody wrote. */
  readonly files?: ReadonlyMap<string, readonly (Attachment | string)[]>;
  /** What the files of an input may be; any kind that a model could open when absent. */
  readonly accept?: ReadonlyMap<string, readonly FileKind[]>;
  /** Absent: people give every input by its own name. */
  readonly mapping?: OptionMapping;
  readonly hiddenTokens?: HiddenTokens;
  /** When files are gone whose links are among what is given, in ms since the epoch. */
  readonly keptUntil?: number;
}

/** Which inputs people can give, and how. */
export interface OptionMapping {
  readonly command: string;
  /** The options by the inputs' names. */
  readonly options: Readonly<Record<string, string>>;
}

export interface PlannedRun {
  readonly plan: Pick<
    Plan,
    'label' | 'model' | 'input' | 'cost' | 'limitInput' | 'notice' | 'filesKeptUntil'
  >;
  readonly files: readonly ModelFile[];
}

export interface ModelRuns {
  /** The first of these models, or the named one. Throws UserError when there is none, or it does not answer in this place. */
  choose(models: ModelChoice, name: string | undefined, place: Place): Promise<ResolvedChoice>;
  /**
   * Checks everything before it uploads anything. Throws UserError that names every wrong input, and OperatorError when
   * options and model do not fit together.
   */
  plan(run: ModelRun): Promise<PlannedRun>;
}

export interface ResolvedChoice extends ChosenModel {
  readonly model: ModelChoice[number];
}

export interface ModelRunsOptions {
  readonly models: Pick<Models, 'resolve'>;
  readonly intake: Pick<Intake, 'forModel'>;
  /** The length of a longer recording is said, and its cost, before it runs. */
  readonly askAboveSeconds: number;
}

export const ANY_FILE: readonly FileKind[] = ['image', 'audio', 'video', 'text', 'document', 'unknown'];
/** What a chat template adds. */
const TEMPLATE: HiddenTokens = { template: 100 };

export function createModelRuns({ models, intake, askAboveSeconds }: ModelRunsOptions): ModelRuns {
  async function take(
    files: ModelRun['files'],
    accept: ModelRun['accept'],
  ): Promise<ReadonlyMap<string, readonly ModelFile[]>> {
    const taken = new Map<string, readonly ModelFile[]>();
    for (const [name, sources] of files ?? []) {
      const kinds = accept?.get(name) ?? ANY_FILE;
      taken.set(name, await Promise.all(sources.map((source) => intake.forModel(source, kinds))));
    }
    return taken;
  }

  function noticeOf(
    { name, maxSeconds }: PayableModel,
    sound: SoundOfFiles | undefined,
  ): Pick<Plan, 'notice'> {
    const mayBeCut = sound !== undefined && listeningSeconds(sound) > maxSeconds;
    if (!sound || (sound.seconds < askAboveSeconds && !mayBeCut)) return {};
    const cut = ` ${name} may run for ${formatLength(maxSeconds)} at most, which may be too short for that.`;
    return { notice: describe(sound) + (mayBeCut ? cut : '') };
  }

  return {
    async choose(choice, name, place) {
      const model = chooseModel(choice, name, place);
      return { model, resolved: await models.resolve(model.ref) };
    },

    async plan({ model, resolved, given, files, accept, mapping, hiddenTokens = TEMPLATE, keptUntil }) {
      if (mapping) checkMapping(mapping, resolved, [...Object.keys(given), ...(files?.keys() ?? [])]);
      const nameOf = (input: string) => mapping?.options[input] ?? input;
      const values = readInputValues(resolved.inputs, given, files, nameOf);
      const taken = await take(files, accept);
      const urls = [...taken].map(([name, list]) => [name, urlsFor(resolved, name, list)] as const);
      const all = [...taken.values()].flat();
      const sound = soundOf(all);
      const filled = { ...values, ...Object.fromEntries(urls) };
      const { cost, bounds } = runCost(model, resolved, filled, sound, hiddenTokens);
      const input = { ...filled, ...bounds };
      const limit = inputNamed(resolved, LIMIT_INPUTS)?.name;
      return {
        plan: {
          label: model.name,
          model: resolved.ref,
          input,
          cost,
          ...(limit !== undefined && input[limit] !== undefined && { limitInput: limit }),
          ...noticeOf(model, sound),
          ...keeping([keptUntil, ...all.map((file) => file.keptUntil)]),
        },
        files: all,
      };
    },
  };
}

/** A configuration and a model that do not fit together are nothing that a person could mend. */
function checkMapping(
  { command, options }: OptionMapping,
  { ref, inputs }: ResolvedModel,
  given: readonly string[],
): void {
  if (inputs.length === 0) return;
  const set = new Set([...Object.keys(options), ...given]);
  const unknown = [...set].filter((input) => !inputs.some((known) => known.name === input));
  const missing = inputs.filter(
    (input) => input.required && input.default === undefined && !set.has(input.name),
  );
  const reasons = [
    ...unknown.map(
      (input) => `${ref} has no input ${input}, only ${inputs.map((known) => known.name).join(', ')}`,
    ),
    ...missing.map((input) => `${ref} needs ${input.name}, which no option and no fixed input sets`),
  ];
  if (reasons.length === 0) return;
  throw new OperatorError(
    `commands.${command}: ${reasons.join('; ')}`,
    `\`/${command}\` is not set up correctly; an admin can see why in the bot’s log.`,
  );
}

/** Until the first of them is gone. */
function keeping(ends: readonly (number | undefined)[]): Pick<Plan, 'filesKeptUntil'> {
  const known = ends.filter((end) => end !== undefined);
  return known.length === 0 ? {} : { filesKeptUntil: Math.min(...known) };
}

function urlsFor({ inputs }: ResolvedModel, name: string, files: readonly ModelFile[]): unknown {
  const urls = files.map((file) => file.url);
  const input = inputs.find((known) => known.name === name);
  return input ? fileValue(input, urls) : urls[0];
}

function describe({ seconds, measured, files }: SoundOfFiles): string {
  const length = formatLength(seconds);
  if (files > 1) return `The recordings are ${measured ? '' : 'about '}${length} long together.`;
  return measured
    ? `The recording is ${length} long.`
    : `By its size, the recording is about ${length} long.`;
}
