/** The routes of the HTTP endpoint: ask, look, follow, cancel. */

import { createHash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ApiKeys } from '../../core/api-keys.ts';
import type { Clock } from '../../core/clock.ts';
import { UserError } from '../../core/errors.ts';
import { checkPublicUrl } from '../../core/files/public-network.ts';
import type { Log } from '../../core/log.ts';
import type { Models } from '../../core/models/prediction.ts';
import type { Requests } from '../../core/requests.ts';
import type { Run } from '../../core/runs/run.ts';
import { createRunId } from '../../core/runs/run-id.ts';
import type { Runner } from '../../core/runs/runner.ts';
import type { RunStore } from '../../core/runs/store.ts';
import { type ApiReplyRef, createApiReply, isApiReplyRef } from './api-reply.ts';
import { type ApiEnvironment, createAuthenticate } from './authenticate.ts';
import { toInvocation } from './invocation.ts';
import { openApiDocument } from './openapi.ts';
import { problem, problemOf } from './problems.ts';
import { describeRun, isOver } from './run-body.ts';
import { streamRun } from './run-events.ts';
import { type InferRequest, inferRequest, type RunBody } from './schemas.ts';
import { createWaitFor } from './wait-for.ts';

export interface ApiAppOptions {
  readonly requests: Requests;
  readonly runner: Pick<Runner, 'cancel'>;
  readonly runs: Pick<RunStore, 'get' | 'ofEvent'>;
  readonly models: Models;
  readonly keys: ApiKeys;
  readonly clock: Clock;
  readonly log: Log;
  readonly notify: (ref: ApiReplyRef) => Promise<void>;
  /** No new requests from now on. */
  readonly draining: () => boolean;
  /** Ends what is waiting. */
  readonly signal: AbortSignal;
}

/** A prediction's id is waited for this long: a create takes well under a second. */
const SUBMISSION_MS = 5000;
/** Files come as links. */
const MAX_BODY_BYTES = 1024 * 1024;
/** As Replicate's own `Prefer: wait`. */
const LONGEST_WAIT_SECONDS = 60;

export function createApiApp(options: ApiAppOptions): Hono<ApiEnvironment> {
  const { requests, runner, runs, models, clock, log, signal } = options;
  const waitFor = createWaitFor({ get: (id) => runs.get(id), clock });
  const app = new Hono<ApiEnvironment>();

  app.onError((error, context) => problemOf(error, context, log));
  app.notFound((context) =>
    problem(context, 404, 'There is no such address; GET /v1/openapi.json lists them.'),
  );
  app.get('/v1/openapi.json', (context) => context.json(openApiDocument()));
  app.use(createAuthenticate(options.keys));
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: (context) => problem(context, 413, `A body may have ${MAX_BODY_BYTES} bytes at most.`),
    }),
  );

  app.post('/v1/infer', async (context) => {
    if (options.draining()) return problem(context, 503, 'The bot is restarting. Try again in a moment.');
    const text = await context.req.text();
    const body = readBody(text);
    const keyName = context.get('keyName');
    const idempotencyKey = context.req.header('idempotency-key');
    if (idempotencyKey !== undefined && !/^[\x21-\x7e]{1,255}$/.test(idempotencyKey)) {
      return problem(context, 400, 'Idempotency-Key must be 1 to 255 visible ASCII characters.');
    }
    const eventId = `api:${keyName}/${idempotencyKey ?? createRunId(clock.now())}`;
    const bodyHash = createHash('sha256').update(text).digest('base64url');
    const ref: ApiReplyRef = {
      surface: 'api',
      eventId,
      keyName,
      bodyHash,
      ...(body.callback !== undefined && { callback: body.callback }),
    };
    const invocation = toInvocation(body, { eventId, person: context.get('person') }, requests.commands);
    const accepted = await requests.accept(
      invocation,
      createApiReply(ref, options.notify),
      // What only looks something up may be asked again.
      async () => true,
    );
    switch (accepted.type) {
      case 'message':
        return context.json({ text: accepted.message.text });
      case 'run':
        return answerWith(context, accepted.run);
      case 'duplicate': {
        const run = await runs.ofEvent(eventId);
        if (run && isApiReplyRef(run.replyRef) && run.replyRef.bodyHash === bodyHash)
          return answerWith(context, run);
        return problem(context, 409, 'This Idempotency-Key was used for another request.');
      }
    }
  });

  app.get('/v1/runs/:id', async (context) => {
    const run = await ownRun(context);
    return run ? context.json(await describeRun(run, models)) : noSuchRun(context);
  });

  app.get('/v1/runs/:id/events', async (context) => {
    const run = await ownRun(context);
    return run ? streamRun(context, run, { models, waitFor, clock, log, signal }) : noSuchRun(context);
  });

  app.post('/v1/runs/:id/cancel', async (context) => {
    const run = await ownRun(context);
    if (!run) return noSuchRun(context);
    if (!isOver(run)) await runner.cancel(run, context.get('person').id);
    return context.json(await describeRun((await runs.get(run.id)) ?? run, models), 202);
  });

  return app;

  /** 200 when it has ended within the time that the caller wanted to wait, else 202. */
  async function answerWith(context: Context<ApiEnvironment>, run: Run): Promise<Response> {
    const waitMs = preferredWaitMs(context.req.header('prefer'));
    const arrived = (now: Run) => isOver(now) || (waitMs === 0 && now.predictionId !== undefined);
    const newest = await waitFor.atMost(run, arrived, waitMs || SUBMISSION_MS, signal);
    const described: RunBody = await describeRun(newest, models);
    context.header('Location', described.urls.get);
    return context.json(described, isOver(newest) ? 200 : 202);
  }

  async function ownRun(context: Context<ApiEnvironment>): Promise<Run | undefined> {
    const run = await runs.get(context.req.param('id') ?? '');
    const person = context.get('person');
    return run && (run.personId === person.id || requests.isAdmin(person)) ? run : undefined;
  }
}

function noSuchRun(context: Context): Response {
  return problem(context, 404, 'There is no such run, or it is not yours.');
}

function readBody(text: string): InferRequest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UserError('The body must be JSON.');
  }
  const checked = inferRequest.safeParse(json);
  if (checked.success) {
    const { callback } = checked.data;
    if (callback !== undefined) checkPublicUrl(new URL(callback));
    return checked.data;
  }
  throw new UserError(
    checked.error.issues.map(({ path, message }) => [...path, message].join(': ')).join('; '),
  );
}

/** `Prefer: wait=10` (RFC 7240); in milliseconds, 0 when nothing is said of waiting. */
function preferredWaitMs(prefer: string | undefined): number {
  const match = /(?:^|[,;\s])wait(?:=(\d+))?(?=$|[,;\s])/i.exec(prefer ?? '');
  if (!match) return 0;
  return Math.min(Number(match[1] ?? LONGEST_WAIT_SECONDS), LONGEST_WAIT_SECONDS) * 1000;
}
