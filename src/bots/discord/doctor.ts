/** Asks Discord whether the bot could start: its token, its gateway connections, its commands. */

import { DiscordAPIError, REST, Routes } from 'discord.js';
import { z } from 'zod';
import type { Command } from '../../core/command.ts';
import { type Finding, ok, problem, warning } from '../../core/finding.ts';
import { describeError } from '../../core/log.ts';
import { restOptions } from './client.ts';
import { toDiscordCommands } from './commands.ts';
import { differsFromRegistered, registerCommands } from './register.ts';

export interface DiscordCheckOptions {
  readonly token: string;
  readonly apiUrl?: string;
  readonly commands: readonly Command[];
}

const application = z.object({ id: z.string(), name: z.string() });
const gateway = z.object({ session_start_limit: z.object({ remaining: z.number(), total: z.number() }) });

/** Starting needs one for each shard; Discord gives 1,000 a day. */
const FEW_STARTS = 50;

/** Changes nothing. Never throws. */
export async function checkDiscord(options: DiscordCheckOptions): Promise<Finding[]> {
  const rest = createRest(options);
  const findings: Finding[] = [];
  try {
    const { id, name } = application.parse(await rest.get(Routes.currentApplication()));
    findings.push(ok(`Discord knows the token: it is ${name}'s.`));
    const { remaining, total } = gateway.parse(await rest.get(Routes.gatewayBot())).session_start_limit;
    const starts = `${remaining} of ${total} connections are left today`;
    if (remaining === 0) findings.push(problem(`Discord lets the bot connect no more: ${starts}.`));
    else
      findings.push(remaining < FEW_STARTS ? warning(`Discord: only ${starts}.`) : ok(`Discord: ${starts}.`));
    const differs = await differsFromRegistered(rest, id, toDiscordCommands(options.commands));
    findings.push(
      differs
        ? warning(
            "Discord's list of commands is an older one; the next start, or `register`, brings it up to date.",
          )
        : ok("Discord's list of commands is up to date."),
    );
  } catch (error) {
    findings.push(problem(explain(error)));
  }
  return findings;
}

/** Makes Discord's list of commands exactly these; resolves with whether it had to change. Throws an Error to be read by the operator. */
export async function registerNow(options: DiscordCheckOptions): Promise<boolean> {
  const rest = createRest(options);
  try {
    const { id } = application.parse(await rest.get(Routes.currentApplication()));
    return await registerCommands(rest, id, toDiscordCommands(options.commands));
  } catch (error) {
    throw new Error(explain(error));
  }
}

function createRest({ token, apiUrl }: DiscordCheckOptions): REST {
  return new REST(restOptions(apiUrl)).setToken(token);
}

/** The error itself may hold the token. */
function explain(error: unknown): string {
  if (error instanceof DiscordAPIError && error.status === 401)
    return 'Discord refuses DISCORD_TOKEN (401 Unauthorized).';
  if (error instanceof DiscordAPIError) return `Discord refuses with ${error.status}, code ${error.code}.`;
  return `Discord cannot be asked: ${describeError(error)}`;
}
