/** `replibot keys`: API keys for other programs. */

import { createApiKeys } from '../../core/api-keys.ts';
import { systemClock } from '../../core/clock.ts';
import { OperatorError } from '../../core/errors.ts';
import type { Task } from './task.ts';
import { withDatabase } from './with-database.ts';

export const createKey: Task<{ readonly name: string; readonly admin?: boolean }> = (
  config,
  print,
  options,
) =>
  withDatabase(config, async (database) => {
    const { name, admin = false } = options;
    const { secret, callbackSecret } = await createApiKeys({ database, clock: systemClock }).create(name, {
      admin,
    });
    await print(`API key ${name}: ${secret}`);
    await print(`Its callbacks are signed with: ${callbackSecret}`);
    await print('Neither is shown again.');
    return 0;
  });

export const listKeys: Task = (config, print) =>
  withDatabase(config, async (database) => {
    const keys = await createApiKeys({ database, clock: systemClock }).list();
    for (const { name, admin, createdAt, lastUsedAt } of keys) {
      const used = lastUsedAt === undefined ? 'never used' : `last used ${day(lastUsedAt)}`;
      await print(`${name}${admin ? ' (admin)' : ''}: made ${day(createdAt)}, ${used}`);
    }
    if (keys.length === 0) await print('There is no API key.');
    return 0;
  });

export const revokeKey: Task<{ readonly name: string }> = (config, print, { name }) =>
  withDatabase(config, async (database) => {
    const revoked = await createApiKeys({ database, clock: systemClock }).revoke(name);
    if (!revoked) throw new OperatorError(`there is no key named ${name}`, '');
    await print(`The key ${name} opens nothing any more.`);
    return 0;
  });

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
