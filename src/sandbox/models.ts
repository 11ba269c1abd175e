/** The models the sandbox plays, and how Replicate's API shows them. */
import { createHash } from 'node:crypto';
import {
  audioInput,
  audioOutput,
  type InputSchema,
  pictureInput,
  pictureOutput,
  textInput,
  textOutput,
} from './schemas.ts';

export type ModelKind = 'text' | 'picture' | 'audio';

export interface SandboxModel {
  readonly owner: string;
  readonly name: string;
  readonly kind: ModelKind;
  readonly description: string;
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
  more: Partial<SandboxModel> = {},
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
    streams: kind !== 'audio',
    runCount: 1000,
    ...more,
  };
}

const storyteller = model(
  'sandbox/storyteller',
  'text',
  'A community text model that exists only in the sandbox.',
);

export const models: readonly SandboxModel[] = [
  model(
    'meta/meta-llama-3-70b-instruct',
    'text',
    'A 70 billion parameter language model from Meta, fine tuned for chat completions',
    { official: true, runCount: 170_000_000 },
  ),
  model(
    'meta/meta-llama-3-8b-instruct',
    'text',
    'An 8 billion parameter language model from Meta, fine tuned for chat completions',
    { official: true, runCount: 390_000_000 },
  ),
  model('stability-ai/sdxl', 'picture', 'A text-to-image generative AI model that creates beautiful images', {
    version: '7762fd07cf82c948538e41f63f77d685e02b063e37e496e96eefd46c929f9bdc',
    runCount: 83_000_000,
  }),
  model('openai/whisper', 'audio', 'Convert speech in audio to text', {
    version: '4d50797290df275329f202e48c76360b3f22b08d28c196cbc54600319435f8d2',
    runCount: 130_000_000,
  }),
  storyteller,
  model('sandbox/quiet-poet', 'text', 'A text model without a stream; exists only in the sandbox.', {
    streams: false,
  }),
  model('sandbox/private-notes', 'text', 'A private text model that exists only in the sandbox.', {
    visibility: 'private',
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

export function inputSchemaOf(kind: ModelKind): InputSchema {
  switch (kind) {
    case 'text':
      return textInput;
    case 'picture':
      return pictureInput;
    case 'audio':
      return audioInput;
  }
}

function outputSchemaOf(kind: ModelKind): object {
  switch (kind) {
    case 'text':
      return textOutput;
    case 'picture':
      return pictureOutput;
    case 'audio':
      return audioOutput;
  }
}

/** A version as `GET /models/{owner}/{name}/versions/{id}` shows it. */
export function showVersion(model: SandboxModel): object {
  const { required, properties, enums } = inputSchemaOf(model.kind);
  const named = Object.entries(enums).map(([name, values]) => [
    name,
    { enum: values, type: 'string', title: name, description: 'An enumeration.' },
  ]);
  return {
    id: model.version,
    created_at: '2024-04-17T18:04:26.049832Z',
    cog_version: '0.9.6',
    openapi_schema: {
      openapi: '3.0.2',
      info: { title: 'Cog', version: '0.1.0' },
      paths: {},
      components: {
        schemas: {
          Input: {
            type: 'object',
            title: 'Input',
            ...(required.length > 0 ? { required } : {}),
            properties,
          },
          Output: outputSchemaOf(model.kind),
          ...Object.fromEntries(named),
        },
      },
    },
  };
}

/** A model as `GET /models/{owner}/{name}` shows it. */
export const showModel = (model: SandboxModel): object => ({
  url: `https://replicate.com/${model.owner}/${model.name}`,
  owner: model.owner,
  name: model.name,
  description: model.description,
  visibility: model.visibility,
  is_official: model.official,
  github_url: null,
  paper_url: null,
  license_url: null,
  run_count: model.runCount,
  cover_image_url: null,
  default_example: null,
  latest_version: showVersion(model),
});
