/** Reads a create: the body and headers of `POST …/predictions`, into what the prediction is made of. */
import { z } from 'zod';
import { parseDuration } from './durations.ts';
import { checkInput } from './input-check.ts';
import type { Draft } from './life.ts';
import type { SandboxModel } from './models.ts';
import { invalidInput, Problem } from './problems.ts';
import type { WebhookEvent } from './record.ts';

const webhookEvents = z.array(z.enum(['start', 'output', 'logs', 'completed']));
const bodySchema = z.strictObject({
  version: z.string().optional(),
  input: z.record(z.string(), z.unknown()),
  webhook: z.url().optional(),
  webhook_events_filter: webhookEvents.optional(),
  /** Deprecated there and without effect. */
  stream: z.boolean().optional(),
});

export type CreateBody = z.infer<typeof bodySchema>;

/** The kept `Authorization` would be somebody's token. */
const secretHeaders = new Set(['authorization', 'cookie']);
const defaultEvents: readonly WebhookEvent[] = ['output', 'completed'];
const minDeadlineSeconds = 5;

/** Throws the 422 that names every unknown, missing or wrong key. `versioned`: a version is needed, else refused. */
export function parseCreateBody(text: string, versioned: boolean): CreateBody {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Problem(400, {
      title: 'Bad request',
      detail: 'The request body is not valid JSON',
      status: 400,
    });
  }
  const parsed = bodySchema.safeParse(json);
  const invalid = parsed.success
    ? []
    : parsed.error.issues.flatMap((issue) =>
        issue.code === 'unrecognized_keys'
          ? issue.keys.map((key) => additional(key))
          : [{ type: issue.code, field: issue.path.join('.') || 'body', description: issue.message }],
      );
  if (parsed.success && versioned && parsed.data.version === undefined) {
    invalid.push({ type: 'required', field: 'body', description: 'version is required' });
  }
  if (parsed.success && !versioned && parsed.data.version !== undefined) invalid.push(additional('version'));
  if (!parsed.success || invalid.length > 0) throw invalidInput(invalid);
  return parsed.data;
}

const additional = (key: string) => ({
  type: 'additional_property_not_allowed',
  field: 'body',
  description: `Additional property ${key} is not allowed`,
});

export function draftPrediction(
  model: SandboxModel,
  body: CreateBody,
  headers: Headers,
  deployment: string | undefined,
): Draft {
  const cancelAfter = headers.get('cancel-after');
  return {
    model: `${model.owner}/${model.name}`,
    kind: model.kind,
    official: model.official,
    version: model.official ? 'hidden' : model.version,
    ...(deployment === undefined ? {} : { deployment }),
    input: body.input,
    fullInput: checkInput(model, body.input),
    headers: Object.fromEntries([...headers].filter(([name]) => !secretHeaders.has(name))),
    ...(body.webhook === undefined ? {} : { webhook: body.webhook }),
    webhookEvents: body.webhook_events_filter ?? defaultEvents,
    streams: model.streams,
    listed: model.output.type === 'array',
    deadlineSeconds: cancelAfter === null ? undefined : readDeadline(cancelAfter),
  };
}

function readDeadline(text: string): number {
  const seconds = parseDuration(text);
  if (seconds !== undefined && seconds >= minDeadlineSeconds) return seconds;
  throw new Problem(422, {
    title: 'Invalid Cancel-After header',
    detail:
      seconds === undefined
        ? `Cancel-After: ${JSON.stringify(text)} is not a duration like 30s, 5m or 1h30m45s`
        : `Cancel-After must be at least ${minDeadlineSeconds} seconds`,
    status: 422,
  });
}
