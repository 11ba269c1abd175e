/** Presses on buttons: told to the core at once, or answered with the form that the button opens. */

import { type ButtonInteraction, MessageFlags } from 'discord.js';
import type { Form } from '../../core/form.ts';
import { acknowledge } from './acknowledge.ts';
import { toCoreError } from './failures.ts';
import { toModal } from './form-modal.ts';
import type { InteractionParts } from './interaction-parts.ts';
import { readPerson, readPlace } from './request-origin.ts';
import { within } from './within.ts';

/** A dialog must be the first response, within 3 seconds; the rest of them is for the way. */
const formPatienceMs = 2000;

export async function answerButton(interaction: ButtonInteraction, parts: InteractionParts): Promise<void> {
  if (interaction.customId.startsWith('form:')) return openForm(interaction, parts);
  // Not a reply that is deferred: the first follow-up would become it, and take over that only one person sees it.
  if (!(await acknowledge(interaction.id, parts.log, () => interaction.deferUpdate()))) return;
  const hidden = interaction.message.flags.has(MessageFlags.Ephemeral);
  const sentence = await parts.handler.press({
    eventId: `discord:${interaction.id}`,
    id: interaction.customId,
    person: readPerson(interaction),
    place: readPlace(interaction),
    reply: () => parts.replies.toInteraction(interaction, { hidden, deferred: false }),
  });
  if (sentence === '') return;
  try {
    await interaction.followUp({ content: sentence, flags: MessageFlags.Ephemeral });
  } catch (error) {
    parts.log.warn({ error: toCoreError(error).message }, 'a button press could not be answered');
  }
}

async function openForm(interaction: ButtonInteraction, parts: InteractionParts): Promise<void> {
  const { customId } = interaction;
  const opening = parts.handler.openForm(customId, readPerson(interaction), readPlace(interaction));
  const opened: Form | string =
    (await within(formPatienceMs, parts.clock, opening)) ??
    'The form was not ready in time. Please press again.';
  const respond =
    typeof opened === 'string'
      ? () => interaction.reply({ content: opened, flags: MessageFlags.Ephemeral })
      : () => interaction.showModal(toModal(opened));
  await acknowledge(interaction.id, parts.log, respond);
}
