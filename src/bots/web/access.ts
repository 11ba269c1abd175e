/** Who may use the page: whoever sits at this machine when the server is bound to it, otherwise who knows the admin token. */

import type { Context, Hono, MiddlewareHandler } from 'hono';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Person } from '../../core/chat.ts';
import type { Clock } from '../../core/clock.ts';
import type { Assets } from './assets.ts';
import { isDirectLoopback, isSameOrigin } from './same-origin.ts';
import { createSessions } from './session.ts';

export interface AccessOptions {
  /** The server accepts connections from this machine only: those need no login. */
  readonly loopback: boolean;
  readonly adminToken?: string;
}

export interface WebEnvironment {
  Variables: { person: Person };
  Bindings: { incoming?: { socket: { remoteAddress?: string } } };
}

const LOCAL: Person = { id: 'web:local', name: 'local', platformAdmin: true };
const ADMIN: Person = { id: 'web:admin', name: 'admin', platformAdmin: true };

const LOGIN_ATTEMPTS = 5;
const LOGIN_WINDOW_SECONDS = 10 * 60;

/** Adds the login to `app` and returns the middleware that sets `person` or refuses. */
export function addAccess(
  app: Hono<WebEnvironment>,
  access: AccessOptions,
  assets: Assets,
  clock: Clock,
): MiddlewareHandler<WebEnvironment> {
  const sessions = access.adminToken === undefined ? undefined : createSessions(access.adminToken, clock);
  const attempts = new RateLimiterMemory({ points: LOGIN_ATTEMPTS, duration: LOGIN_WINDOW_SECONDS });

  const loginPage = (context: Context, status: 401 | 403 | 429, problem: string) => {
    const page = assets.text('login.html').replace('<!--problem-->', () => problem);
    return context.html(page, status);
  };

  app.post('/login', async (context) => {
    if (!sessions) return context.notFound();
    if (!isSameOrigin(context)) return loginPage(context, 403, 'This request came from another site.');
    const address = context.env?.incoming?.socket.remoteAddress ?? 'unknown';
    try {
      await attempts.consume(address);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      context.header('Retry-After', String(Math.ceil(refusal.msBeforeNext / 1000)));
      return loginPage(context, 429, 'Too many attempts. Try again in ten minutes.');
    }
    const { token } = await context.req.parseBody();
    if (typeof token !== 'string' || !sessions.tokenIsRight(token.trim())) {
      return loginPage(context, 401, 'That is not the admin token.');
    }
    await attempts.delete(address);
    await sessions.open(context);
    return context.redirect('/', 303);
  });

  return async (context, next) => {
    if (access.loopback && isDirectLoopback(context)) context.set('person', LOCAL);
    else if (await sessions?.isOpen(context)) context.set('person', ADMIN);
    else if (!sessions) {
      const refusal =
        'This page answers only on the machine it runs on. Set ADMIN_TOKEN to open it elsewhere.';
      return context.json({ error: refusal }, 403);
    } else if (context.req.path === '/') return loginPage(context, 401, '');
    else return context.json({ error: 'Log in first.' }, 401);
    return next();
  };
}
