/** Inputs of the models that read: language models with and without eyes, the judge, the counter. */
import { inputSchema, type OutputSchema, oneOf } from './schemas.ts';

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

const temperature = { type: 'number', default: 0.2, minimum: 0, maximum: 2 } as const;

/** A community model that looks at one picture. */
export const lookingInput = inputSchema(['image', 'prompt'], {
  image: { type: 'string', format: 'uri', description: 'Input image' },
  prompt: { type: 'string', description: 'Prompt to use for text generation' },
  top_p: { type: 'number', default: 1, minimum: 0, maximum: 1 },
  temperature,
  max_tokens: { type: 'integer', default: 1024, minimum: 0, description: 'Maximum number of tokens.' },
});

/** An official model that looks at any number of pictures, and at none. */
export const seeingInput = inputSchema(
  ['prompt'],
  {
    prompt: { type: 'string', description: 'The prompt to send to the model.' },
    system_prompt: { type: 'string', description: "System prompt to set the assistant's behavior" },
    image_input: {
      type: 'array',
      items: { type: 'string', format: 'uri' },
      default: [],
      description: 'List of images to send to the model',
    },
    temperature: { ...temperature, default: 1 },
    max_completion_tokens: {
      type: 'integer',
      default: 4096,
      minimum: 1,
      description: 'Maximum number of completion tokens to generate',
    },
    verbosity: { ...oneOf('verbosity'), default: 'medium' },
  },
  { verbosity: ['low', 'medium', 'high'] },
);

export const judgeInput = inputSchema(['prompt'], {
  prompt: { type: 'string', description: 'User message to moderate' },
  assistant: { type: 'string', description: 'Assistant response to classify' },
});

export const countingInput = inputSchema(
  ['text'],
  {
    text: { type: 'string', description: 'The text whose words are counted' },
    most: { type: 'integer', default: 5, minimum: 1, maximum: 50, description: 'How many words to list' },
    min_share: { type: 'number', default: 0, minimum: 0, maximum: 1, description: 'Leave out rarer words' },
    case_sensitive: { type: 'boolean', default: false, description: 'Tell capitals from small letters' },
    order: { ...oneOf('order'), default: 'frequent', description: 'Which words come first' },
    ignore: { type: 'array', items: { type: 'string' }, description: 'Words that are not counted' },
  },
  { order: ['frequent', 'rare', 'alphabetical'] },
);

export const countingOutput = {
  type: 'object',
  title: 'Output',
  required: ['made_by', 'words', 'most'],
  properties: {
    made_by: { type: 'string', title: 'Made By' },
    words: { type: 'integer', title: 'Words' },
    most: { type: 'array', title: 'Most', items: { type: 'object' } },
  },
} as const satisfies OutputSchema;
