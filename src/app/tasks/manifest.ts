/** `replibot manifest`: the Slack app manifest for exactly what this version handles. */

import { slackManifest } from '../../bots/slack/manifest.ts';
import { OperatorError } from '../../core/errors.ts';
import { QUIET } from '../../core/log.ts';
import { declareCommands } from '../declare-commands.ts';
import type { Task } from './task.ts';

export const manifest: Task<{ readonly http?: boolean }> = async (config, print, { http = false }) => {
  const { publicUrl } = config.http;
  if (http && !publicUrl) throw new OperatorError('--http needs PUBLIC_URL: Slack sends to it', '');
  const commands = await declareCommands(config, QUIET);
  const mode = http && publicUrl ? ({ mode: 'http', publicUrl } as const) : ({ mode: 'socket' } as const);
  await print(JSON.stringify(slackManifest(commands, mode), null, 2));
  return 0;
};
