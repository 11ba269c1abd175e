/** Commands used on a message ("Ask about this"), with their question asked in a dialog first. */

import { type MessageContextMenuCommandInteraction, MessageFlags } from 'discord.js';
import type { AboutMessage, Invocation } from '../../core/chat.ts';
import type { Command } from '../../core/command.ts';
import { type FormFields, firstFiles } from '../../core/form.ts';
import { readAbout } from './about-messages.ts';
import { acknowledge } from './acknowledge.ts';
import { toModal } from './form-modal.ts';
import type { InteractionParts } from './interaction-parts.ts';
import { readPerson, readPlace } from './request-origin.ts';

/** A dialog of ours, before a command runs on a message: `about:<command>:<interaction id>`. */
const aboutPrefix = 'about:';

export async function answerMessageCommand(
  interaction: MessageContextMenuCommandInteraction,
  parts: InteractionParts,
): Promise<void> {
  const command = parts.commands.find((each) => each.onMessage?.label === interaction.commandName);
  if (!command?.onMessage) return;
  const about = readAbout(interaction.targetMessage);
  const { asks, label } = command.onMessage;
  if (asks) {
    parts.aboutMessages.keep(interaction.id, about);
    const modal = toModal({
      id: `${aboutPrefix}${command.name}:${interaction.id}`,
      title: label,
      fields: [asks],
    });
    await acknowledge(interaction.id, parts.log, () => interaction.showModal(modal));
    return;
  }
  const hidden = command.private === true;
  const reply = parts.replies.toInteraction(interaction, { hidden, deferred: true });
  const defer = () => interaction.deferReply(hidden ? { flags: MessageFlags.Ephemeral } : {});
  if (!(await acknowledge(interaction.id, parts.log, defer))) return;
  await parts.handler.handle(
    {
      eventId: `discord:${interaction.id}`,
      person: readPerson(interaction),
      place: readPlace(interaction),
      ...aboutInvocation(command, about, { values: {}, files: {} }),
    },
    reply,
  );
}

/** The command and the interaction that a dialog belongs to, if it is one about a message. */
export function readAboutId(
  modalId: string,
): { readonly command: string; readonly interactionId: string } | undefined {
  if (!modalId.startsWith(aboutPrefix)) return undefined;
  const [, command = '', interactionId = ''] = modalId.split(':');
  return { command, interactionId };
}

/** What the command is asked about the message, with what was filled into its dialog. */
export function aboutInvocation(
  command: Command,
  about: AboutMessage,
  answer: FormFields,
): Pick<Invocation, 'command' | 'args' | 'attachments' | 'about'> {
  const { values, files } = answer;
  const args = { form: 'typed', values, files: firstFiles(files) } as const;
  return { command: command.name, args, attachments: [], about };
}
