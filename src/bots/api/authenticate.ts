/** Who calls: the API key in the Authorization header, as a person. */

import type { MiddlewareHandler } from 'hono';
import type { ApiKeys } from '../../core/api-keys.ts';
import type { Person } from '../../core/chat.ts';
import { problem } from './problems.ts';

export interface ApiEnvironment {
  Variables: { person: Person; keyName: string };
}

export function createAuthenticate(keys: ApiKeys): MiddlewareHandler<ApiEnvironment> {
  return async (context, next) => {
    const secret = /^Bearer\s+(\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
    const key = secret === undefined ? undefined : await keys.authenticate(secret);
    if (!key) {
      context.header('WWW-Authenticate', 'Bearer');
      return problem(context, 401, 'Send an API key: Authorization: Bearer rb_…');
    }
    context.set('keyName', key.name);
    context.set('person', { id: `key:${key.name}`, name: key.name, platformAdmin: key.admin });
    return next();
  };
}
