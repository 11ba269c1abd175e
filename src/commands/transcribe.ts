/** `/transcribe`: speech from a recording, a video or a link, as text or subtitles. */

import { planCost } from '../core/budget/plan-cost.ts';
import type { Attachment } from '../core/chat.ts';
import { type Command, type CommandContext, defineModelCommand, type PlanCost } from '../core/command.ts';
import type { Config, ModelConfig } from '../core/config/config.ts';
import { UserError } from '../core/errors.ts';
import type { Intake } from '../core/files/intake.ts';
import { formatLength, type SoundLength } from '../core/files/sound-length.ts';
import type { FormField } from '../core/form.ts';
import type { Models } from '../core/models/prediction.ts';
import { chooseModel } from './choose-model.ts';
import { speechInput } from './speech-input.ts';

/** Speech models are about this many times faster than speech. */
const SPEED = 10;
const LONGEST_LINK = 2000;
const LONGEST_LANGUAGE = 40;
const FORMATS = ['text', 'srt', 'vtt'];
const NOTHING = 'There is nothing to transcribe: attach a recording or video, or give a link to one.';
const FORM_ID = 'form:transcribe:file';

const FORM_FIELDS: readonly FormField[] = [
  { name: 'file', label: 'Recording or video', required: false, type: 'file' },
  { name: 'link', label: 'Or a link to it', required: false, type: 'line', maxLength: LONGEST_LINK },
  {
    name: 'language',
    label: 'Language',
    description: 'Like en or German; found out when left empty',
    required: false,
    type: 'line',
    maxLength: LONGEST_LANGUAGE,
  },
  {
    name: 'format',
    label: 'Format',
    required: true,
    type: 'choice',
    choices: FORMATS.map((value) => ({ name: value, value })),
    value: 'text',
  },
  { name: 'translate', label: 'Translate into English', required: false, type: 'boolean' },
];

export function createTranscribe(options: {
  config: Config['transcribe'];
  models: Pick<Models, 'resolve'>;
  intake: Intake;
}): Command {
  const { config, models, intake } = options;
  return defineModelCommand({
    name: 'transcribe',
    description: 'Write down what is said in a recording or video',
    access: 'everyone',
    onMessage: { label: 'Transcribe this' },
    options: {
      file: { type: 'attachment', description: 'The recording or video', accept: ['audio', 'video'] },
      link: { type: 'string', description: 'Or a link to it', maxLength: LONGEST_LINK },
      language: {
        type: 'string',
        description: 'What is spoken, like en or German',
        maxLength: LONGEST_LANGUAGE,
      },
      format: { type: 'choice', description: 'Text, or subtitles with times', choices: FORMATS },
      translate: { type: 'boolean', description: 'Translate it into English' },
    },

    /** A slash command on Slack brings no file with it; a program can't fill in a form. */
    async askBack({ file, link }, { place, about, fields }) {
      if (file || link !== undefined || about || fields || place.surface === 'api') return undefined;
      return { text: NOTHING, buttons: [{ id: FORM_ID, label: 'Choose a file', style: 'primary' }] };
    },

    async form() {
      return { id: FORM_ID, title: 'Write down what is said', fields: FORM_FIELDS };
    },

    async plan({ file, link, language, format = 'text', translate = false }, { place, about }) {
      const model = chooseModel(config.models, undefined, place);
      const resolved = await models.resolve(model.ref);
      const recording = await intake.forModel(sourceOf(file, link, about), ['audio', 'video']);
      const speech = speechInput(resolved, model.name, { url: recording.url, language, translate });
      const { length } = recording;
      return {
        label: model.name,
        model: resolved.ref,
        input: speech.input,
        presenter: 'transcript',
        presenterOptions: {
          format,
          name: recording.name.replace(/\.[a-z0-9]+$/, ''),
          translate: speech.translate,
          notes: speech.notes,
        },
        cost: costOf(model, length),
        ...(length && length.seconds >= config.askAboveSeconds && { notice: describe(length) }),
      };
    },
  });
}

function sourceOf(
  file: Attachment | undefined,
  link: string | undefined,
  about: CommandContext['about'],
): Attachment | string {
  const source = file ?? link ?? /https?:\/\/[^\s<>|]+/.exec(about?.text ?? '')?.[0];
  if (source !== undefined) return source;
  throw new UserError(NOTHING);
}

function costOf(model: ModelConfig, length: SoundLength | undefined): PlanCost {
  if (model.price.by === 'audio-second' && !length)
    throw new UserError(
      'The length of that recording can’t be told, so its cost can’t either. Attach the file.',
    );
  const { maxSeconds, typicalSeconds } = model;
  return planCost(
    model.price,
    {
      deadlineSeconds: maxSeconds,
      typicalSeconds: Math.max(typicalSeconds, (length?.seconds ?? 0) / SPEED),
      ...(length && { audioSeconds: length.atMostSeconds }),
    },
    model.name,
  );
}

function describe({ seconds, measured }: SoundLength): string {
  return measured
    ? `The recording is ${formatLength(seconds)} long.`
    : `By its size, the recording is about ${formatLength(seconds)} long.`;
}
