/** The login cookie: signed with a key made from the admin token, so it survives restarts and ends when the token changes. */

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { getSignedCookie, setSignedCookie } from 'hono/cookie';
import type { Clock } from '../../core/clock.ts';

const COOKIE = 'replibot_session';
const SESSION_SECONDS = 7 * 24 * 60 * 60;

export interface Sessions {
  /** Compares in constant time. */
  tokenIsRight(token: string): boolean;
  open(context: Context): Promise<void>;
  isOpen(context: Context): Promise<boolean>;
}

export function createSessions(adminToken: string, clock: Clock): Sessions {
  const digest = (text: string) => createHmac('sha256', 'replibot login').update(text).digest();
  const secret = createHmac('sha256', adminToken).update('replibot web session').digest('hex');

  return {
    tokenIsRight: (token) => timingSafeEqual(digest(token), digest(adminToken)),
    async open(context) {
      const encrypted =
        new URL(context.req.url).protocol === 'https:' || context.req.header('x-forwarded-proto') === 'https';
      const expiresAt = clock.now() + SESSION_SECONDS * 1000;
      await setSignedCookie(context, COOKIE, String(expiresAt), secret, {
        httpOnly: true,
        sameSite: 'Strict',
        secure: encrypted,
        path: '/',
        maxAge: SESSION_SECONDS,
      });
    },
    async isOpen(context) {
      const expiresAt = await getSignedCookie(context, secret, COOKIE);
      return typeof expiresAt === 'string' && Number(expiresAt) > clock.now();
    },
  };
}
