/** Answers interactions within Discord's 3 seconds and hands them to the core: commands, buttons, forms, suggestions. */

import { type ChatInputCommandInteraction, type Interaction, MessageFlags } from 'discord.js';
import { acknowledge } from './acknowledge.ts';
import { answerAutocomplete } from './answer-autocomplete.ts';
import { answerButton } from './answer-button.ts';
import { answerForm } from './answer-form.ts';
import { answerMessageCommand } from './answer-message-command.ts';
import type { InteractionParts } from './interaction-parts.ts';
import { fullName, readTypedRequest } from './typed-request.ts';

/** Resolves when the interaction is in the core's hands. Never rejects for what Discord refuses: that is logged. */
export async function answerInteraction(interaction: Interaction, parts: InteractionParts): Promise<void> {
  if (interaction.isChatInputCommand()) return answerCommand(interaction, parts);
  if (interaction.isMessageContextMenuCommand()) return answerMessageCommand(interaction, parts);
  if (interaction.isButton()) return answerButton(interaction, parts);
  if (interaction.isModalSubmit()) return answerForm(interaction, parts);
  if (interaction.isAutocomplete()) return answerAutocomplete(interaction, parts);
}

async function answerCommand(
  interaction: ChatInputCommandInteraction,
  parts: InteractionParts,
): Promise<void> {
  const invocation = readTypedRequest(interaction);
  const command = parts.commands.find((each) => each.name === fullName(interaction));
  const { args } = invocation;
  const hidden = command?.private === true || (args.form === 'typed' && args.values.private === true);
  const reply = parts.replies.toInteraction(interaction, { hidden, deferred: true });
  const defer = () => interaction.deferReply(hidden ? { flags: MessageFlags.Ephemeral } : {});
  if (!(await acknowledge(interaction.id, parts.log, defer))) return;
  await parts.handler.handle(invocation, reply);
}
