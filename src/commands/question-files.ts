/** The files that come with a question: pictures for a model that can see, texts to stand before it. */

import type { Attachment } from '../core/chat.ts';
import type { CommandContext } from '../core/command.ts';
import { UserError } from '../core/errors.ts';
import type { Intake } from '../core/files/intake.ts';
import { mediaKind } from '../core/media-kind.ts';
import type { ModelInput, Models, ResolvedModel } from '../core/models/prediction.ts';
import type { ModelChoice } from './choose-model.ts';
import { fileInput } from './model-inputs.ts';
import type { ChosenModel } from './model-run.ts';

export interface QuestionFiles {
  readonly pictures: readonly Attachment[];
  /** The model's input for the pictures, when there are any. */
  readonly taker?: ModelInput;
  /** What stands before the question; empty when there is nothing. */
  readonly text: string;
}

/** Reads what was attached and what is asked about. Throws a UserError for files that the model can't use. */
export type ReadQuestionFiles = (
  choice: ModelChoice,
  chosen: ChosenModel,
  file: Attachment | undefined,
  context: Pick<CommandContext, 'attachments' | 'about'>,
) => Promise<QuestionFiles>;

const IMAGE_INPUTS = ['image', 'images', 'image_input', 'input_image', 'input_images', 'image_inputs', 'img'];
const MAX_TEXT_BYTES = 200_000;

export function createReadQuestionFiles(options: {
  readonly models: Pick<Models, 'resolve'>;
  readonly intake: Pick<Intake, 'readText'>;
}): ReadQuestionFiles {
  const { models, intake } = options;

  async function takerFor(
    count: number,
    choice: ModelChoice,
    { model, resolved }: ChosenModel,
  ): Promise<ModelInput> {
    const taker = pictureTaker(resolved);
    if (!taker) throw new UserError(`${model.name} can’t see pictures.${await adviceFrom(choice)}`);
    const most = taker.type === 'array' ? (taker.maxLength ?? count) : 1;
    if (count <= most) return taker;
    throw new UserError(
      `${model.name} looks at ${most === 1 ? 'one picture' : `${most} pictures`} at a time; there are ${count}.`,
    );
  }

  async function adviceFrom(choice: ModelChoice): Promise<string> {
    const able = await Promise.all(
      choice.map(async ({ name, ref }) => (pictureTaker(await models.resolve(ref)) ? name : [])),
    );
    const names = able.flat();
    return names.length > 0 ? ` ${names.join(' and ')} can: name it as \`model\`.` : '';
  }

  return async (choice, chosen, file, { attachments, about }) => {
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
    const taker = pictures.length > 0 ? await takerFor(pictures.length, choice, chosen) : undefined;
    const read = await Promise.all(
      texts.map(async (text) => quote(text.name, await intake.readText(text, MAX_TEXT_BYTES))),
    );
    const message = about?.text ? [quote('The message', about.text)] : [];
    return { pictures, ...(taker && { taker }), text: [...message, ...read].join('\n\n') };
  };
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
