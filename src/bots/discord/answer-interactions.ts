/** Answers interactions within Discord's 3 seconds and hands them to the core: commands, buttons, suggestions. */

import { randomUUID } from 'node:crypto';
import {
  type AutocompleteInteraction,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  DiscordAPIError,
  type Interaction,
  MessageFlags,
  RESTJSONErrorCodes,
} from 'discord.js';
import type { Choice, Handler } from '../../core/chat.ts';
import type { Clock } from '../../core/clock.ts';
import type { Command } from '../../core/command.ts';
import { describeError, type Log } from '../../core/log.ts';
import { menuLimit } from './commands.ts';
import { isRefused, toCoreError } from './failures.ts';
import { createDiscordReply } from './reply.ts';
import { tokenLivesMs } from './reply-ref.ts';
import { fullName, readPerson, readPlace, readTypedRequest } from './typed-request.ts';

const deferTries = 3;

export interface InteractionParts {
  readonly commands: readonly Command[];
  readonly handler: Handler;
  readonly clock: Clock;
  readonly log: Log;
}

/** Resolves when the interaction is in the core's hands. Never rejects for what Discord refuses: that is logged. */
export async function answerInteraction(interaction: Interaction, parts: InteractionParts): Promise<void> {
  if (interaction.isChatInputCommand()) return answerCommand(interaction, parts);
  if (interaction.isButton()) return answerButton(interaction, parts);
  if (interaction.isAutocomplete()) return answerAutocomplete(interaction, parts);
}

async function answerCommand(
  interaction: ChatInputCommandInteraction,
  parts: InteractionParts,
): Promise<void> {
  const arrivedAt = parts.clock.now();
  const command = parts.commands.find((each) => each.name === fullName(interaction));
  const ephemeral = command?.private === true || interaction.options.data.some(isPrivate);
  if (!(await defer(interaction, ephemeral, parts.log))) return;
  const reply = createDiscordReply({
    rest: interaction.client.rest,
    clock: parts.clock,
    reopened: false,
    ref: {
      surface: 'discord',
      kind: 'interaction',
      replyId: randomUUID().slice(0, 18),
      channelId: interaction.channelId,
      userId: interaction.user.id,
      // The deferred answer is there already, as "thinking".
      pages: [{ id: '@original', via: 'interaction' }],
      interaction: {
        id: interaction.id,
        applicationId: interaction.applicationId,
        token: interaction.token,
        expiresAt: arrivedAt + tokenLivesMs,
        ephemeral,
      },
    },
  });
  await parts.handler.handle(readTypedRequest(interaction), reply);
}

function isPrivate(option: {
  readonly name: string;
  readonly value?: unknown;
  readonly options?: readonly unknown[];
}): boolean {
  return option.name === 'private' && option.value === true;
}

/**
 * Whether the interaction is ours to answer. A failure on the way is tried again at once, for there are 3 seconds; then
 * "already acknowledged" means that our first try had arrived. Without one it means another process was quicker.
 */
async function defer(
  interaction: ChatInputCommandInteraction | ButtonInteraction,
  ephemeral: boolean,
  log: Log,
): Promise<boolean> {
  for (let tried = 1; ; tried++) {
    try {
      await interaction.deferReply(ephemeral ? { flags: MessageFlags.Ephemeral } : {});
      return true;
    } catch (error) {
      const acknowledged =
        error instanceof DiscordAPIError &&
        error.code === RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged;
      if (acknowledged && tried > 1) return true;
      if (isRefused(error) || tried === deferTries) {
        log.warn(
          { interaction: interaction.id, error: toCoreError(error).message },
          'an interaction could not be answered',
        );
        return false;
      }
    }
  }
}

async function answerButton(interaction: ButtonInteraction, parts: InteractionParts): Promise<void> {
  if (!(await defer(interaction, true, parts.log))) return;
  const person = readPerson(interaction);
  const sentence = await parts.handler.press({
    id: interaction.customId,
    person,
    place: readPlace(interaction),
  });
  try {
    if (sentence === '') await interaction.deleteReply();
    else await interaction.editReply({ content: sentence });
  } catch (error) {
    parts.log.warn({ error: toCoreError(error).message }, 'a button press could not be answered');
  }
}

async function answerAutocomplete(
  interaction: AutocompleteInteraction,
  parts: InteractionParts,
): Promise<void> {
  const focused = interaction.options.getFocused(true);
  const name = fullName(interaction);
  const option = parts.commands.find((each) => each.name === name)?.options[focused.name];
  const choices =
    option?.type === 'choice'
      ? matching(option.choices, focused.value)
      : parts.handler.suggest(name, focused.name, focused.value);
  const fitting = choices.filter((choice) => choice.value.length <= 100).slice(0, menuLimit);
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
