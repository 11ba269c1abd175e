/** The downloads of output files, whole or from a byte on. They ask for no token, as Replicate's don't. */
import { createHash } from 'node:crypto';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono } from 'hono';
import { type Faults, strike } from './faults.ts';
import type { Outputs } from './outputs.ts';
import type { Env } from './prediction-routes.ts';
import { notFound, problemOf } from './problems.ts';

const page = '<!doctype html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>';

export function outputRoutes(outputs: Outputs, faults: Faults): Hono<Env> {
  return new Hono<Env>().get('/:id/:name', async (c) => {
    const failing = strike(faults, 'failFiles');
    if (failing) throw problemOf(failing.status, 1);
    const redirect = strike(faults, 'redirectFiles');
    if (redirect) return c.redirect(redirect.to, 302);
    if (strike(faults, 'htmlFiles')) return c.html(page);
    const file = outputs.find(c.req.param('id'), c.req.param('name'));
    if (!file) throw notFound();
    const whole = file.bytes();
    const etag = `"${createHash('sha256').update(whole).digest('hex')}"`;
    const from = firstByte(c.req.header('range'), c.req.header('if-range'), etag);
    const bytes = whole.subarray(from);
    const status = from === undefined ? 200 : 206;
    const headers = {
      etag,
      'accept-ranges': 'bytes',
      'content-type': faults.fileContentType ?? file.contentType,
      'content-length': String(bytes.length),
      ...(from === undefined ? {} : { 'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}` }),
    };
    const cut = strike(faults, 'cutFiles');
    if (!cut) return c.body(new Uint8Array(bytes), status, headers);
    const response = c.env.outgoing;
    response.writeHead(status, headers);
    response.write(bytes.subarray(0, cut.afterBytes), () => response.destroy());
    return RESPONSE_ALREADY_SENT;
  });
}

/** Of `Range: bytes=100-`, as long as the file is still the one that `If-Range` names. */
function firstByte(range: string | undefined, ifRange: string | undefined, etag: string): number | undefined {
  const from = /^bytes=(\d+)-$/.exec(range ?? '')?.[1];
  return from === undefined || (ifRange !== undefined && ifRange !== etag) ? undefined : Number(from);
}
