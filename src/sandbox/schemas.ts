/** The input and output schemas of the sandbox's models, in the JSON Schema dialect Replicate publishes. */

/** One input; `x-order` is its place in the list. */
export interface InputProperty {
  readonly title: string;
  readonly type?: 'string' | 'integer' | 'number' | 'boolean';
  readonly format?: 'uri';
  readonly description?: string;
  readonly default?: string | number | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly allOf?: readonly { readonly $ref: string }[];
  readonly 'x-order'?: number;
}

export interface InputSchema {
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, InputProperty>>;
  /** The named enumerations that `allOf: [{$ref}]` points to. */
  readonly enums: Readonly<Record<string, readonly string[]>>;
}

type Field = Omit<InputProperty, 'title' | 'x-order'>;

const titled = (name: string): string =>
  name
    .split('_')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join(' ');

function inputSchema(
  required: readonly string[],
  fields: Readonly<Record<string, Field>>,
  enums: InputSchema['enums'] = {},
): InputSchema {
  const properties = Object.entries(fields).map(
    ([name, field], index) => [name, { ...field, title: titled(name), 'x-order': index }] as const,
  );
  return { required, properties: Object.fromEntries(properties), enums };
}

const oneOf = (name: string): Pick<Field, 'allOf'> => ({ allOf: [{ $ref: `#/components/schemas/${name}` }] });

export const textInput = inputSchema(['prompt'], {
  prompt: { type: 'string', description: 'Prompt' },
  system_prompt: {
    type: 'string',
    default: 'You are a helpful assistant.',
    description: 'System prompt to send to the model.',
  },
  max_tokens: {
    type: 'integer',
    default: 512,
    minimum: 1,
    maximum: 4096,
    description: 'The maximum number of tokens the model should generate as output.',
  },
  min_tokens: { type: 'integer', default: 0, minimum: 0, description: 'The minimum number of tokens.' },
  temperature: { type: 'number', default: 0.6, minimum: 0, maximum: 5 },
  top_p: { type: 'number', default: 0.9, minimum: 0, maximum: 1 },
  top_k: { type: 'integer', default: 50, minimum: -1 },
  stop_sequences: {
    type: 'string',
    default: '',
    description: 'A comma-separated list of sequences to stop generation at.',
  },
  presence_penalty: { type: 'number', default: 0 },
  frequency_penalty: { type: 'number', default: 0 },
  seed: { type: 'integer', description: 'Random seed. Leave blank to randomize the seed.' },
});

export const pictureInput = inputSchema(
  [],
  {
    prompt: { type: 'string', default: 'An astronaut riding a rainbow unicorn', description: 'Input prompt' },
    negative_prompt: { type: 'string', default: '', description: 'Input Negative Prompt' },
    image: { type: 'string', format: 'uri', description: 'Input image for img2img or inpaint mode' },
    width: {
      type: 'integer',
      default: 1024,
      minimum: 64,
      maximum: 2048,
      description: 'Width of output image',
    },
    height: {
      type: 'integer',
      default: 1024,
      minimum: 64,
      maximum: 2048,
      description: 'Height of output image',
    },
    num_outputs: {
      type: 'integer',
      default: 1,
      minimum: 1,
      maximum: 4,
      description: 'Number of images to output.',
    },
    scheduler: { ...oneOf('scheduler'), default: 'K_EULER', description: 'scheduler' },
    num_inference_steps: {
      type: 'integer',
      default: 50,
      minimum: 1,
      maximum: 500,
      description: 'Number of denoising steps',
    },
    guidance_scale: {
      type: 'number',
      default: 7.5,
      minimum: 1,
      maximum: 50,
      description: 'Scale for classifier-free guidance',
    },
    prompt_strength: { type: 'number', default: 0.8, minimum: 0, maximum: 1 },
    seed: { type: 'integer', description: 'Random seed. Leave blank to randomize the seed' },
    refine: { ...oneOf('refine'), default: 'no_refiner' },
    apply_watermark: { type: 'boolean', default: true },
    disable_safety_checker: { type: 'boolean', default: false },
  },
  {
    scheduler: [
      'DDIM',
      'DPMSolverMultistep',
      'HeunDiscrete',
      'KarrasDPM',
      'K_EULER_ANCESTRAL',
      'K_EULER',
      'PNDM',
    ],
    refine: ['no_refiner', 'expert_ensemble_refiner', 'base_image_refiner'],
  },
);

export const audioInput = inputSchema(
  ['audio'],
  {
    audio: { type: 'string', format: 'uri', description: 'Audio file' },
    model: { ...oneOf('model'), default: 'large-v3', description: 'Whisper model size.' },
    transcription: { ...oneOf('transcription'), default: 'plain text' },
    translate: { type: 'boolean', default: false, description: 'Translate the text to English' },
    language: { ...oneOf('language'), default: 'auto', description: 'Language spoken in the audio' },
    temperature: { type: 'number', default: 0 },
    suppress_tokens: { type: 'string', default: '-1' },
    initial_prompt: { type: 'string' },
    condition_on_previous_text: { type: 'boolean', default: true },
    temperature_increment_on_fallback: { type: 'number', default: 0.2 },
    compression_ratio_threshold: { type: 'number', default: 2.4 },
    logprob_threshold: { type: 'number', default: -1 },
    no_speech_threshold: { type: 'number', default: 0.6 },
  },
  {
    model: ['large-v3'],
    transcription: ['plain text', 'srt', 'vtt'],
    language: [
      'auto',
      'ar',
      'de',
      'en',
      'es',
      'fr',
      'hi',
      'it',
      'ja',
      'ko',
      'nl',
      'pl',
      'pt',
      'ru',
      'tr',
      'uk',
      'zh',
    ],
  },
);

export const textOutput = {
  type: 'array',
  items: { type: 'string' },
  title: 'Output',
  'x-cog-array-type': 'iterator',
  'x-cog-array-display': 'concatenate',
} as const;

export const pictureOutput = {
  type: 'array',
  items: { type: 'string', format: 'uri' },
  title: 'Output',
} as const;

export const audioOutput = {
  type: 'object',
  title: 'ModelOutput',
  required: ['detected_language', 'transcription'],
  properties: {
    segments: { title: 'Segments' },
    srt_file: { type: 'string', format: 'uri', title: 'Srt File' },
    txt_file: { type: 'string', format: 'uri', title: 'Txt File' },
    translation: { type: 'string', title: 'Translation' },
    transcription: { type: 'string', title: 'Transcription' },
    detected_language: { type: 'string', title: 'Detected Language' },
  },
} as const;
