/** The files that come with a question: pictures for a model that can see, texts to stand before it. */

import type { Attachment } from '../core/chat.ts';
import type { CommandContext } from '../core/command.ts';
import type { ModelConfig } from '../core/config/config.ts';
import { UserError } from '../core/errors.ts';
import type { Intake } from '../core/files/intake.ts';
import { mediaKind } from '../core/media-kind.ts';
import type { ModelInput, Models, ResolvedModel } from '../core/models/prediction.ts';
import type { ModelChoice } from './choose-model.ts';
import { fileInput, fileValue } from './model-inputs.ts';

export interface QuestionFiles {
  /** What goes into the model's input for pictures. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly pictures: number;
  /** What stands before the question; empty when there is nothing. */
  readonly context: string;
}

const IMAGE_INPUTS = ['image', 'images', 'image_input', 'input_image', 'input_images', 'image_inputs', 'img'];
const MAX_TEXT_BYTES = 200_000;

export interface QuestionFilesOptions {
  readonly choice: ModelChoice;
  readonly models: Models;
  readonly intake: Intake;
}

/** Reads what was attached and what is asked about. Throws a UserError for files that the model can't use. */
export async function readQuestionFiles(
  { choice, models, intake }: QuestionFilesOptions,
  model: ModelConfig,
  resolved: ResolvedModel,
  file: Attachment | undefined,
  { attachments, about }: Pick<CommandContext, 'attachments' | 'about'>,
): Promise<QuestionFiles> {
  const all = [...new Set([...(file ? [file] : []), ...attachments, ...(about?.attachments ?? [])])];
  const pictures = all.filter((attachment) => mediaKind(attachment) === 'image');
  const texts = all.filter((attachment) => !pictures.includes(attachment));
  for (const { name, ...type } of texts) {
    const kind = mediaKind({ name, ...type });
    if (kind === 'audio' || kind === 'video')
      throw new UserError(
        `“${name}” is to be heard; \`/transcribe\` makes text of it. I can look at pictures and texts.`,
      );
  }
  const input = pictures.length > 0 ? pictureInput(await takerOf(), pictures.length) : undefined;
  const seen = await Promise.all(pictures.map((picture) => intake.forModel(picture, ['image'])));
  const read = await Promise.all(
    texts.map(async (text) => quote(text.name, await intake.readText(text, MAX_TEXT_BYTES))),
  );
  const message = about?.text ? [quote('The message', about.text)] : [];
  return {
    input: input
      ? {
          [input.name]: fileValue(
            input,
            seen.map(({ url }) => url),
          ),
        }
      : {},
    pictures: seen.length,
    context: [...message, ...read].join('\n\n'),
  };

  async function takerOf(): Promise<ModelInput> {
    const taker = pictureTaker(resolved);
    if (taker) return taker;
    const others = await Promise.all(
      choice.map(async ({ name, ref }) => (pictureTaker(await models.resolve(ref)) ? name : [])),
    );
    const able = others.flat();
    const advice = able.length > 0 ? ` ${able.join(' and ')} can: name it as \`model\`.` : '';
    throw new UserError(`${model.name} can’t see pictures.${advice}`);
  }

  function pictureInput(taker: ModelInput, count: number): ModelInput {
    const most = taker.type === 'array' ? (taker.maxLength ?? count) : 1;
    if (count <= most) return taker;
    throw new UserError(
      `${model.name} looks at ${most === 1 ? 'one picture' : `${most} pictures`} at a time; there are ${count}.`,
    );
  }
}

function pictureTaker(model: ResolvedModel): ModelInput | undefined {
  return fileInput(model, IMAGE_INPUTS, /image/i);
}

/** In a fence that is longer than any inside. */
function quote(name: string, text: string): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), (run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  return `${name}:\n${fence}\n${text.trimEnd()}\n${fence}`;
}
