/** The models the sandbox plays. */
import { createHash } from 'node:crypto';
import { editingInput, enlargingInput, pictureInput, quickPictureInput } from './picture-schemas.ts';
import {
  fileOutput,
  filesOutput,
  type InputSchema,
  type OutputSchema,
  stringOutput,
  textOutput,
} from './schemas.ts';
import { audioInput, audioOutput, splittingInput, splittingOutput } from './sound-schemas.ts';
import {
  countingInput,
  countingOutput,
  judgeInput,
  lookingInput,
  seeingInput,
  textInput,
} from './text-schemas.ts';

/** What a model does: writes text, draws or enlarges pictures, writes down or takes apart sound, judges, counts. */
export type ModelKind = 'text' | 'picture' | 'upscale' | 'audio' | 'split' | 'judge' | 'count';

export interface SandboxModel {
  readonly owner: string;
  readonly name: string;
  readonly kind: ModelKind;
  readonly description: string;
  readonly input: InputSchema;
  readonly output: OutputSchema;
  readonly official: boolean;
  readonly visibility: 'public' | 'private';
  /** 64 hexadecimal digits. */
  readonly version: string;
  readonly streams: boolean;
  readonly runCount: number;
}

export interface SandboxDeployment {
  readonly owner: string;
  readonly name: string;
  readonly model: SandboxModel;
}

/** A made-up but lasting version for models whose real one does not matter. */
const versionOf = (name: string): string => createHash('sha256').update(name).digest('hex');

function model(
  path: string,
  kind: ModelKind,
  description: string,
  more: Pick<SandboxModel, 'input' | 'output'> & Partial<SandboxModel>,
): SandboxModel {
  const [owner = '', name = ''] = path.split('/');
  return {
    owner,
    name,
    kind,
    description,
    official: false,
    visibility: 'public',
    version: versionOf(path),
    streams: kind === 'text' || kind === 'picture',
    runCount: 1000,
    ...more,
  };
}

const writing = { input: textInput, output: textOutput };
const storyteller = model(
  'sandbox/storyteller',
  'text',
  'A community text model that exists only in the sandbox.',
  writing,
);

export const models: readonly SandboxModel[] = [
  model(
    'meta/meta-llama-3-70b-instruct',
    'text',
    'A 70 billion parameter language model from Meta, fine tuned for chat completions',
    { ...writing, official: true, runCount: 170_000_000 },
  ),
  model(
    'meta/meta-llama-3-8b-instruct',
    'text',
    'An 8 billion parameter language model from Meta, fine tuned for chat completions',
    { ...writing, official: true, runCount: 390_000_000 },
  ),
  model('openai/gpt-4o-mini', 'text', 'Low latency, low cost version of GPT-4o; sees pictures', {
    input: seeingInput,
    output: textOutput,
    official: true,
    runCount: 20_000_000,
  }),
  model('yorickvp/llava-13b', 'text', 'Visual instruction tuning: answers questions about a picture', {
    input: lookingInput,
    output: textOutput,
    version: '80537f9eead1a5bfa72d5ac6ea6414379be41d4d4f6679fd776e9535d1eb58bb',
    runCount: 30_000_000,
  }),
  model('stability-ai/sdxl', 'picture', 'A text-to-image generative AI model that creates beautiful images', {
    input: pictureInput,
    output: filesOutput,
    version: '7762fd07cf82c948538e41f63f77d685e02b063e37e496e96eefd46c929f9bdc',
    runCount: 83_000_000,
  }),
  model('black-forest-labs/flux-schnell', 'picture', 'A fast image generation model, paid by the image', {
    input: quickPictureInput,
    output: filesOutput,
    official: true,
    runCount: 500_000_000,
  }),
  model('black-forest-labs/flux-kontext-pro', 'picture', 'Edits an image as a text says', {
    input: editingInput,
    output: fileOutput,
    official: true,
    runCount: 40_000_000,
  }),
  model('nightmareai/real-esrgan', 'upscale', 'Upscales images, with optional face correction', {
    input: enlargingInput,
    output: fileOutput,
    version: 'f121d640bd286e1fdc67f9799164c1d5be36ff74576ee11c803ae5b786dd2ee9',
    runCount: 80_000_000,
  }),
  model('openai/whisper', 'audio', 'Convert speech in audio to text', {
    input: audioInput,
    output: audioOutput,
    version: '4d50797290df275329f202e48c76360b3f22b08d28c196cbc54600319435f8d2',
    runCount: 130_000_000,
  }),
  model('meta/meta-llama-guard-2-8b', 'judge', 'Moderation: says whether a text is safe', {
    input: judgeInput,
    output: stringOutput,
    runCount: 700_000,
  }),
  storyteller,
  model('sandbox/quiet-poet', 'text', 'A text model without a stream; exists only in the sandbox.', {
    ...writing,
    streams: false,
  }),
  model('sandbox/private-notes', 'text', 'A private text model that exists only in the sandbox.', {
    ...writing,
    visibility: 'private',
  }),
  model('sandbox/word-counter', 'count', 'Counts words and answers as JSON; exists only in the sandbox.', {
    input: countingInput,
    output: countingOutput,
  }),
  model('sandbox/stem-splitter', 'split', 'Splits music into several files; exists only in the sandbox.', {
    input: splittingInput,
    output: splittingOutput,
  }),
];

export const deployments: readonly SandboxDeployment[] = [
  { owner: 'sandbox', name: 'stories', model: storyteller },
];

export const findModel = (owner: string, name: string): SandboxModel | undefined =>
  models.find((candidate) => candidate.owner === owner && candidate.name === name);

/** By what a create takes as `version`: `owner/name` (official only), `owner/name:<64 hex>`, `<64 hex>`. */
export function findVersion(reference: string): SandboxModel | undefined {
  const [path = '', pinned] = reference.split(':');
  if (/^[0-9a-f]{64}$/.test(path) && pinned === undefined) {
    return models.find((candidate) => candidate.version === path);
  }
  const [owner = '', name = '', ...rest] = path.split('/');
  const found = rest.length === 0 ? findModel(owner, name) : undefined;
  if (pinned === undefined) return found?.official ? found : undefined;
  return found?.version === pinned ? found : undefined;
}
