/** The routes that create, show, list, cancel and stream predictions. */
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import { draftPrediction, parseCreateBody } from './create-request.ts';
import { parsePreferWait } from './durations.ts';
import { type Faults, strike } from './faults.ts';
import { deployments, findModel, findVersion, type SandboxModel } from './models.ts';
import type { Predictions } from './predictions.ts';
import { invalidVersion, notFound, problemOf } from './problems.ts';
import { isTerminal, type PredictionRecord, showPrediction, streamIdOf } from './record.ts';
import { writeStream } from './stream.ts';

export type Env = { Bindings: HttpBindings };

export interface PredictionRoutesOptions {
  readonly predictions: Predictions;
  readonly faults: Faults;
  readonly origin: () => string;
}

const pageSize = 100;

export function predictionRoutes({ predictions, faults, origin }: PredictionRoutesOptions): Hono<Env> {
  const show = (record: PredictionRecord): object => showPrediction(record, origin());

  const find = (id: string): PredictionRecord => {
    const failing = strike(faults, 'failGets');
    if (failing) throw problemOf(failing.status, failing.retryAfterSeconds ?? 1);
    const record = predictions.find(id);
    if (!record) throw notFound();
    return record;
  };

  async function create(
    c: Context<Env>,
    modelOf: (version: string) => SandboxModel,
    more: { versioned: boolean; deployment?: string },
  ): Promise<Response> {
    const failing = strike(faults, 'failCreates');
    if (failing) throw problemOf(failing.status, failing.retryAfterSeconds ?? 1);
    const drop = strike(faults, 'dropCreates');
    const text = await c.req.text();
    if (drop?.when === 'before') return hangUp(c);
    const body = parseCreateBody(text, more.versioned);
    const model = modelOf(body.version ?? '');
    const record = predictions.create(draftPrediction(model, body, c.req.raw.headers, more.deployment));
    if (drop?.when === 'after') return hangUp(c);
    const waitSeconds = parsePreferWait(c.req.header('prefer'));
    if (waitSeconds === undefined) return c.json(show(record), 201);
    await predictions.ended(record, waitSeconds * 1000);
    return c.json(show(record), isTerminal(record.status) ? 201 : 202);
  }

  return new Hono<Env>()
    .post('/predictions', (c) =>
      create(
        c,
        (version) => {
          const model = findVersion(version);
          if (!model) throw invalidVersion();
          return model;
        },
        { versioned: true },
      ),
    )
    .post('/models/:owner/:name/predictions', (c) => {
      const model = findModel(c.req.param('owner'), c.req.param('name'));
      if (!model?.official) throw notFound();
      return create(c, () => model, { versioned: false });
    })
    .post('/deployments/:owner/:name/predictions', (c) => {
      const { owner, name } = c.req.param();
      const deployment = deployments.find((each) => each.owner === owner && each.name === name);
      if (!deployment) throw notFound();
      return create(c, () => deployment.model, { versioned: false, deployment: `${owner}/${name}` });
    })
    .get('/predictions', (c) => {
      const failing = strike(faults, 'failGets');
      if (failing) throw problemOf(failing.status, failing.retryAfterSeconds ?? 1);
      const newestFirst = predictions.all.map((_, index, all) => all[all.length - 1 - index]?.id ?? '');
      const cursor = c.req.query('cursor');
      const from = cursor === undefined ? 0 : newestFirst.indexOf(cursor);
      if (from < 0) throw notFound();
      const link = (at: number): string | null =>
        newestFirst[at] === undefined ? null : `${origin()}/v1/predictions?cursor=${newestFirst[at]}`;
      const page = newestFirst.slice(from, from + pageSize).flatMap((id) => predictions.find(id) ?? []);
      return c.json({
        next: link(from + pageSize),
        previous: from > 0 ? link(Math.max(0, from - pageSize)) : null,
        results: page.map(show),
      });
    })
    .get('/predictions/:id', (c) => c.json(show(find(c.req.param('id')))))
    .post('/predictions/:id/cancel', async (c) => {
      const record = predictions.find(c.req.param('id'));
      if (!record) throw notFound();
      predictions.cancel(record);
      // The stop takes effect a turn later; the answer already shows it, as Replicate's does.
      if (!faults.ignoreCancel) await predictions.ended(record, 1000);
      return c.json(show(record));
    });
}

/** The streams; they ask for no token, since their name is the secret. Other ids under /files go on to the API. */
export function streamRoutes({ predictions, faults }: PredictionRoutesOptions): Hono<Env> {
  const stream = async (c: Context<Env>, next: () => Promise<void>): Promise<Response | undefined> => {
    const record = predictions.all.find((each) => each.streamed && streamIdOf(each) === c.req.param('id'));
    if (!record) {
      await next();
      return undefined;
    }
    const failing = strike(faults, 'failStreams');
    if (failing) throw problemOf(failing.status, 1);
    if (predictions.find(record.id)?.dataRemoved) throw notFound();
    await writeStream({
      record,
      watch: (listener) => predictions.watch(record, listener),
      faults,
      lastEventId: c.req.header('last-event-id'),
      response: c.env.outgoing,
    });
    return RESPONSE_ALREADY_SENT;
  };
  return new Hono<Env>().get('/streams/:id', stream).get('/files/:id', stream);
}

function hangUp(c: Context<Env>): Response {
  c.env.outgoing.destroy();
  return RESPONSE_ALREADY_SENT;
}
