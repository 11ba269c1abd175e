/** The sandbox's own routes, for tests in another process: what was created, and which faults are on. */
import { Hono } from 'hono';
import { z } from 'zod';
import { type Faults, faultsSchema } from './faults.ts';
import type { Env } from './prediction-routes.ts';
import type { Predictions } from './predictions.ts';

/** `GET /predictions`: every prediction, oldest first. `GET /faults`, `POST /faults`: a part of the faults as JSON. */
export function controlRoutes(predictions: Predictions, faults: Faults): Hono<Env> {
  return new Hono<Env>()
    .get('/predictions', (c) => c.json(predictions.all))
    .get('/faults', (c) => c.json(faults))
    .post('/faults', async (c) => {
      const wanted = faultsSchema.partial().safeParse(await c.req.json());
      if (!wanted.success) return c.json({ detail: z.prettifyError(wanted.error) }, 422);
      return c.json(Object.assign(faults, wanted.data));
    });
}
