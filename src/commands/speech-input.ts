/** What is to be done with a recording, as one particular model takes it. */

import { UserError } from '../core/errors.ts';
import type { InputValues } from '../core/models/input-values.ts';
import type { ModelInput, ResolvedModel } from '../core/models/prediction.ts';
import { fileInput, inputNamed } from './model-inputs.ts';

export interface SpeechInput {
  /** The model's input for the recording. */
  readonly recording: string;
  readonly given: InputValues;
  readonly translate: boolean;
  /** Sentences about what the model can't do. */
  readonly notes: readonly string[];
}

const AUDIO_INPUTS = [
  'audio',
  'audio_file',
  'file',
  'audio_input',
  'input_audio',
  'audio_url',
  'audio_path',
  'media',
  'file_url',
  'url',
];
const TRANSLATION_FLAGS = ['translate', 'translate_to_english'];
/** In which a transcript is shown. */
export const FORMATS = ['text', 'srt', 'vtt'] as const;
const SHOWN_LANGUAGES = 30;

/** Throws a UserError when the model does not know the language. */
export function speechInput(
  model: ResolvedModel,
  label: string,
  { language, translate }: { readonly language: string | undefined; readonly translate: boolean },
): SpeechInput {
  const notes: string[] = [];
  const taker = fileInput(model, AUDIO_INPUTS, /audio|media|file|video|sound|speech/i);
  const recording = (taker ?? inputNamed(model, AUDIO_INPUTS))?.name ?? 'audio';
  const translation = translate ? translationInput(model) : {};
  if (translate && Object.keys(translation).length === 0)
    notes.push(`${label} does not translate, so \`translate\` had no effect.`);
  return {
    recording,
    given: { ...(language !== undefined && languageInput(language)), ...translation },
    translate: Object.keys(translation).length > 0,
    notes,
  };

  function languageInput(spoken: string): InputValues {
    const input = inputNamed(model, ['language', 'language_code', 'source_language', 'lang']);
    if (input) return { [input.name]: readLanguage(input, label, spoken) };
    notes.push(`${label} finds out the language itself, so \`language\` had no effect.`);
    return {};
  }
}

/** All whisper-like models translate into English only. */
function translationInput(model: ResolvedModel): InputValues {
  const flag = inputNamed(model, TRANSLATION_FLAGS);
  if (flag?.type === 'boolean') return { [flag.name]: true };
  const task = inputNamed(model, ['task']);
  return task?.enum?.includes('translate') ? { [task.name]: 'translate' } : {};
}

/** What an input that somebody set by its own names asks of a transcript. */
export function transcriptWishes(input: InputValues): {
  readonly format: string;
  readonly translate: boolean;
} {
  const named = Object.values(input).find((value) => FORMATS.some((format) => format === value));
  return {
    format: typeof named === 'string' ? named : 'text',
    translate: input.task === 'translate' || TRANSLATION_FLAGS.some((flag) => input[flag] === true),
  };
}

/** `de`, `German` and `german` are the same; models list codes or names. */
function readLanguage(input: ModelInput, label: string, spoken: string): unknown {
  if (!input.enum) return spoken;
  const wanted = namesOf(spoken);
  const value = input.enum.find((listed) => namesOf(String(listed)).some((name) => wanted.includes(name)));
  if (value !== undefined) return value;
  const some = input.enum.slice(0, SHOWN_LANGUAGES).join(', ');
  const more = input.enum.length > SHOWN_LANGUAGES ? ' and more' : '';
  throw new UserError(`${label} does not know the language "${spoken}". It knows ${some}${more}.`);
}

/** The text itself, and as a code its name in English. */
function namesOf(language: string): readonly string[] {
  const text = language.trim().toLowerCase();
  if (!/^[a-z]{2,3}(-[a-z0-9]+)*$/.test(text)) return [text];
  const name = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' }).of(text);
  return name === undefined ? [text] : [text, name.toLowerCase()];
}
