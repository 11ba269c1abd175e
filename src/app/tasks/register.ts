/** `replibot register`: Discord's list of commands, brought up to date without starting the bot. */

import { registerNow } from '../../bots/discord/doctor.ts';
import { OperatorError } from '../../core/errors.ts';
import { QUIET } from '../../core/log.ts';
import { declareCommands } from '../declare-commands.ts';
import type { Task } from './task.ts';

export const register: Task = async (config, print) => {
  const { discord } = config;
  if (!discord) throw new OperatorError('register needs DISCORD_TOKEN', '');
  const commands = await declareCommands(config, QUIET);
  const changed = await registerNow({ ...discord, commands }).catch((error: unknown) => {
    throw new OperatorError(error instanceof Error ? error.message : 'unknown reason', '');
  });
  await print(
    changed ? 'Discord has the new list of commands.' : "Discord's list of commands was up to date.",
  );
  return 0;
};
