/** The sandbox's own routes, for tests in another process: what was created, what was uploaded, which faults are on. */
import { Readable } from 'node:stream';
import { Hono } from 'hono';
import { z } from 'zod';
import { type Faults, faultsSchema } from './faults.ts';
import type { Env } from './prediction-routes.ts';
import type { Predictions } from './predictions.ts';
import { notFound } from './problems.ts';
import type { Uploads } from './uploads.ts';

/**
 * `GET /predictions`: every prediction, oldest first. `GET /files/{id}`: an upload's bytes. `GET /faults`, `POST /faults`: a
 * part of the faults as JSON.
 */
export function controlRoutes(predictions: Predictions, uploads: Uploads, faults: Faults): Hono<Env> {
  return new Hono<Env>()
    .get('/predictions', (c) => c.json(predictions.all))
    .get('/files/:id', (c) => {
      const upload = uploads.open(c.req.param('id'));
      if (!upload) throw notFound();
      return c.body(Readable.toWeb(upload) as ReadableStream<Uint8Array>);
    })
    .get('/faults', (c) => c.json(faults))
    .post('/faults', async (c) => {
      const wanted = faultsSchema.partial().safeParse(await c.req.json());
      if (!wanted.success) return c.json({ detail: z.prettifyError(wanted.error) }, 422);
      return c.json(Object.assign(faults, wanted.data));
    });
}
