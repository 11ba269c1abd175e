/** Submitted dialogs: forms go to the core as they are, questions about a message become the command's request. */

import { MessageFlags, type ModalSubmitInteraction } from 'discord.js';
import { acknowledge } from './acknowledge.ts';
import { aboutInvocation, readAboutId } from './answer-message-command.ts';
import { readFormFields } from './form-fields.ts';
import type { InteractionParts } from './interaction-parts.ts';
import { readPerson, readPlace } from './request-origin.ts';

export async function answerForm(
  interaction: ModalSubmitInteraction,
  parts: InteractionParts,
): Promise<void> {
  const question = readAboutId(interaction.customId);
  const name = question?.command ?? interaction.customId.split(':')[1];
  const command = parts.commands.find((each) => each.name === name);
  const hidden = command?.private === true || interaction.message?.flags.has(MessageFlags.Ephemeral) === true;
  const request = {
    eventId: `discord:${interaction.id}`,
    person: readPerson(interaction),
    place: readPlace(interaction),
  };
  const fields = readFormFields(interaction.fields);
  const about = question && parts.aboutMessages.find(question.interactionId);
  if (question && !(command && about)) {
    const content = 'The message is not known any more. Please choose the command on it again.';
    const refuse = () => interaction.reply({ content, flags: MessageFlags.Ephemeral });
    await acknowledge(interaction.id, parts.log, refuse);
    return;
  }
  const reply = parts.replies.toInteraction(interaction, { hidden, deferred: true });
  const defer = () => interaction.deferReply(hidden ? { flags: MessageFlags.Ephemeral } : {});
  if (!(await acknowledge(interaction.id, parts.log, defer))) return;
  if (command && about) {
    const invocation = { ...request, ...aboutInvocation(command, about, fields) };
    await parts.handler.handle(invocation, reply);
  } else {
    await parts.handler.submit({ ...request, id: interaction.customId, fields }, reply);
  }
}
