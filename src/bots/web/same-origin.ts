/** Refuses what another site's page sends in the reader's name, and what was addressed to a name that is not ours. */

import type { Context, MiddlewareHandler } from 'hono';

const JSON_TYPE = /^application\/json\s*(;|$)/i;
const BYTES_TYPE = /^application\/octet-stream$/i;

/**
 * Requests that change something must come from our own page (or from no page at all) and carry JSON, or bytes where a PATCH
 * brings a piece of a file: other sites' forms can send neither.
 */
export const sameOriginData: MiddlewareHandler = async (context, next) => {
  if (context.req.method === 'GET' || context.req.method === 'HEAD') return next();
  if (!isSameOrigin(context)) return context.json({ error: 'This request came from another site.' }, 403);
  const type = context.req.header('content-type') ?? '';
  const wanted = context.req.method === 'PATCH' ? BYTES_TYPE : JSON_TYPE;
  if (!wanted.test(type)) return context.json({ error: 'Send JSON, or bytes with a PATCH.' }, 415);
  return next();
};

/** Sec-Fetch-Site can't be forged by a page, but browsers send it to https and loopback only; Origin is always there. */
export function isSameOrigin(context: Context): boolean {
  const site = context.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const origin = context.req.header('origin');
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === context.req.header('host');
}

/**
 * Whether the request was addressed to this machine by a loopback name, directly. A site whose name was rebound to
 * 127.0.0.1 shows its own name here; a reverse proxy on this machine shows by what it adds. The port is not compared:
 * no other site can have a loopback name, and a tunnel (`ssh -L`) may well have another port.
 */
export function isDirectLoopback(context: Context): boolean {
  const { req } = context;
  const forwarded = [
    'forwarded',
    'via',
    'x-forwarded-for',
    'x-forwarded-host',
    'x-real-ip',
    'cf-connecting-ip',
  ];
  if (forwarded.some((name) => req.header(name) !== undefined)) return false;
  return /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i.test(req.header('host') ?? '');
}
