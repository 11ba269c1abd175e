/** What the browser may do for the page: load our own files, talk to us, and nothing else. */

import type { MiddlewareHandler } from 'hono';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "media-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

export const pageHeaders: MiddlewareHandler = async (context, next) => {
  context.header('Content-Security-Policy', POLICY);
  context.header('Cache-Control', 'no-store');
  context.header('Permissions-Policy', 'camera=(), geolocation=(), microphone=()');
  context.header('Referrer-Policy', 'no-referrer');
  context.header('X-Content-Type-Options', 'nosniff');
  context.header('X-Frame-Options', 'DENY');
  await next();
};
