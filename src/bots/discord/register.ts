/** Registers the commands with Discord, only when what Discord has differs: it allows 200 creations a day. */

import { type REST, Routes } from 'discord.js';
import { z } from 'zod';
import type { DiscordCommand } from './commands.ts';

const list = z.array(z.record(z.string(), z.unknown()));

/** Makes the global commands exactly these. Resolves with whether anything had to be written. */
export async function registerCommands(
  rest: REST,
  applicationId: string,
  commands: readonly DiscordCommand[],
): Promise<boolean> {
  if (!(await differsFromRegistered(rest, applicationId, commands))) return false;
  await rest.put(Routes.applicationCommands(applicationId), { body: commands });
  return true;
}

/** Whether what Discord has is something else. */
export async function differsFromRegistered(
  rest: REST,
  applicationId: string,
  commands: readonly DiscordCommand[],
): Promise<boolean> {
  const current = list.parse(await rest.get(Routes.applicationCommands(applicationId)));
  return canonical(current) !== canonical(list.parse(commands));
}

/** The same text for two lists that mean the same, whatever Discord added, left out or ordered differently. */
function canonical(commands: readonly Record<string, unknown>[]): string {
  const lines = commands.map((command) =>
    JSON.stringify({
      ...common(command),
      permissions: command.default_member_permissions ?? null,
      integrations: sorted(command.integration_types),
      contexts: sorted(command.contexts),
    }),
  );
  return lines.sort().join('\n');
}

function common(thing: Record<string, unknown>): object {
  const options = list.parse(thing.options ?? []);
  const choices = list.parse(thing.choices ?? []);
  return {
    type: thing.type ?? 1,
    name: thing.name,
    description: thing.description ?? '',
    required: thing.required ?? false,
    autocomplete: thing.autocomplete ?? false,
    minimum: thing.min_value ?? null,
    maximum: thing.max_value ?? null,
    longest: thing.max_length ?? null,
    channels: sorted(thing.channel_types),
    files: z.array(z.string()).parse(thing.file_types ?? []),
    choices: choices.map((choice) => [choice.name, choice.value]),
    options: options.map(common),
  };
}

function sorted(numbers: unknown): readonly number[] {
  return z
    .array(z.number())
    .parse(numbers ?? [])
    .sort((a, b) => a - b);
}
