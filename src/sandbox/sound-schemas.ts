/** Inputs and outputs of the models that listen. */
import { inputSchema, type OutputSchema, oneOf } from './schemas.ts';

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
} as const satisfies OutputSchema;

/** Takes a recording apart into files by name. */
export const splittingInput = inputSchema(
  ['audio'],
  {
    audio: { type: 'string', format: 'uri', description: 'Upload the file to be processed here.' },
    stem: { ...oneOf('stem'), default: 'none', description: 'Separate one part only.' },
  },
  { stem: ['none', 'vocals', 'drums', 'bass'] },
);

export const splittingOutput = {
  type: 'object',
  title: 'ModelOutput',
  properties: Object.fromEntries(
    ['vocals', 'drums', 'bass'].map((name) => [name, { type: 'string', format: 'uri', title: name }]),
  ),
} satisfies OutputSchema;
