/** `/transcribe`: speech from a recording, a video or a link, as text or subtitles. */

import { describeUnfit } from '../core/arguments.ts';
import type { Attachment } from '../core/chat.ts';
import { type Command, type CommandContext, defineModelCommand, type MediaKind } from '../core/command.ts';
import type { Config } from '../core/config/config.ts';
import { UserError } from '../core/errors.ts';
import { askForFile } from '../core/option-form.ts';
import { suggestModels } from './choose-model.ts';
import type { ModelRuns } from './model-run.ts';
import { FORMATS, speechInput } from './speech-input.ts';

const LONGEST_LINK = 2000;
const LONGEST_LANGUAGE = 40;
const HEARD: readonly MediaKind[] = ['audio', 'video'];

export interface TranscribeOptions {
  readonly config: Config['transcribe'];
  readonly modelRuns: ModelRuns;
}

export function createTranscribe({ config, modelRuns }: TranscribeOptions): Command {
  const [standard] = config.models;
  return defineModelCommand({
    name: 'transcribe',
    description: 'Write down what is said in a recording or video',
    access: 'everyone',
    onMessage: { label: 'Transcribe this' },
    options: {
      file: { type: 'attachment', description: 'The recording or video', accept: HEARD },
      link: { type: 'string', description: 'Or a link to it', maxLength: LONGEST_LINK },
      language: {
        type: 'string',
        description: 'What is spoken, like en or German',
        maxLength: LONGEST_LANGUAGE,
      },
      format: {
        type: 'choice',
        description: 'Text, or subtitles with times',
        choices: FORMATS,
        default: 'text',
      },
      translate: { type: 'boolean', description: 'Translate it into English' },
      model: {
        type: 'string',
        description: `Which model listens; ${standard.name} by default`,
        suggest: suggestModels(config.models),
      },
    },

    /** A slash command on Slack brings no file with it; a program can't fill in a form. */
    async askBack(args, { place, about, fields, attachments }) {
      const { file, link } = args;
      if (file || link !== undefined || about || fields || place.surface === 'api') return undefined;
      return askForFile('transcribe', args, describeNothing(attachments));
    },

    async plan(
      { file, link, model: name, language, format, translate = false },
      { place, about, attachments },
    ) {
      const chosen = await modelRuns.choose(config.models, name, place);
      const { model, resolved } = chosen;
      const speech = speechInput(resolved, model.name, { language, translate });
      const source = sourceOf(file, link, about, attachments);
      const { plan, files } = await modelRuns.plan({
        ...chosen,
        given: speech.given,
        files: new Map([[speech.recording, [source]]]),
        accept: new Map([[speech.recording, HEARD]]),
        mapping: { command: 'transcribe', options: { [speech.recording]: 'file' } },
      });
      const { translate: translated } = speech;
      const notes = [
        ...speech.notes,
        ...describeOthers(source, [...attachments, ...(about?.attachments ?? [])]),
      ];
      const recording = files[0]?.name.replace(/\.[a-z0-9]+$/, '');
      return {
        ...plan,
        presenter: 'transcript',
        presenterOptions: { format: format ?? 'text', name: recording, translate: translated, notes },
      };
    },
  });
}

function sourceOf(
  file: Attachment | undefined,
  link: string | undefined,
  about: CommandContext['about'],
  attachments: readonly Attachment[],
): Attachment | string {
  const source = file ?? link ?? /https?:\/\/[^\s<>|]+/.exec(about?.text ?? '')?.[0];
  if (source !== undefined) return source;
  throw new UserError(describeNothing([...attachments, ...(about?.attachments ?? [])]));
}

/** `unfit` are the files that there are. */
function describeNothing(unfit: readonly Attachment[]): string {
  const reason = describeUnfit(unfit, HEARD);
  if (reason !== '') return `${reason}Attach one, or give a link to it.`;
  return 'There is nothing to transcribe: attach a recording or video, or give a link to one.';
}

/** The recordings that were left out, for a note. */
function describeOthers(source: Attachment | string, files: readonly Attachment[]): readonly string[] {
  const others = files.filter((file) => file !== source && describeUnfit([file], HEARD) === '');
  if (others.length === 0) return [];
  const names = others.map(({ name }) => `“${name}”`).join(', ');
  return [`Only one recording is written down at a time, so this is without ${names}.`];
}
