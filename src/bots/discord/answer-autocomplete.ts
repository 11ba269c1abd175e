/** Offers values for an option while it is typed. */

import type { AutocompleteInteraction } from 'discord.js';
import type { Choice } from '../../core/chat.ts';
import { describeError } from '../../core/log.ts';
import { menuLimit } from './command-options.ts';
import { toCoreError } from './failures.ts';
import type { InteractionParts } from './interaction-parts.ts';
import { fullName } from './typed-request.ts';
import { within } from './within.ts';

/** Discord gives up after 3 seconds; an empty list until then is better than its error. */
const patienceMs = 2300;

export async function answerAutocomplete(
  interaction: AutocompleteInteraction,
  parts: InteractionParts,
): Promise<void> {
  const focused = interaction.options.getFocused(true);
  const name = fullName(interaction);
  const option = parts.commands.find((each) => each.name === name)?.options[focused.name];
  const choices =
    option?.type === 'choice'
      ? matching(option.choices, focused.value)
      : await within(patienceMs, parts.clock, parts.handler.suggest(name, focused.name, focused.value));
  const fitting = (choices ?? []).filter(isShort).slice(0, menuLimit);
  try {
    await interaction.respond(
      fitting.map((choice) => ({ name: choice.name.slice(0, 100), value: choice.value })),
    );
  } catch (error) {
    parts.log.debug({ error: describeError(toCoreError(error)) }, 'suggestions came too late');
  }
}

/** For menus too long for Discord. */
function matching(choices: readonly string[], typed: string): readonly Choice[] {
  return choices
    .filter((choice) => choice.toLowerCase().includes(typed.toLowerCase()))
    .map((choice) => ({ name: choice, value: choice }));
}

function isShort({ name, value }: Choice): boolean {
  return name !== '' && value !== '' && value.length <= 100;
}
