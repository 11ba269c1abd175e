/** The OpenAPI document, made from the schemas that requests are checked against. */

import { z } from 'zod';
import { inferRequest, messageBody, problemBody, runBody } from './schemas.ts';

const SCHEMAS = { InferRequest: inferRequest, Run: runBody, Message: messageBody, Problem: problemBody };

const reference = (name: keyof typeof SCHEMAS) => ({ $ref: `#/components/schemas/${name}` });
const json = (name: keyof typeof SCHEMAS, description: string) => ({
  description,
  content: { 'application/json': { schema: reference(name) } },
});

const PROBLEMS = {
  400: 'A header is not what it should be',
  401: 'No key, or one that is not known',
  402: 'Over budget',
  403: 'Not permitted with this key',
  404: 'There is no such command, model or run',
  409: 'The idempotency key was used for another request',
  413: 'The body is too large',
  422: 'The input is not accepted; the detail names what is allowed',
  429: 'Too many requests; Retry-After says when the next one may come, where that is known',
  500: 'A mistake in the bot; its log says which',
  502: "Replicate, or the bot's account there, is not available",
  503: 'The bot is restarting',
} as const;

function problems(...statuses: (keyof typeof PROBLEMS)[]) {
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      {
        description: PROBLEMS[status],
        content: { 'application/problem+json': { schema: reference('Problem') } },
      },
    ]),
  );
}

const header = (name: string, description: string) => ({
  name,
  in: 'header',
  required: false,
  description,
  schema: { type: 'string' },
});
const RUN_ID = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };

/** OpenAPI 3.1. */
export function openApiDocument() {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Replibot',
      version: '1',
      description: 'Runs models hosted on Replicate, within a budget.',
    },
    security: [{ key: [] }],
    paths: {
      '/v1/infer': {
        post: {
          operationId: 'infer',
          summary: 'Run a command or a model',
          parameters: [
            header('Idempotency-Key', 'The same request with the same key runs once'),
            header(
              'Prefer',
              'wait or wait=n: answer when it has ended, n seconds (60 at most) later at the latest',
            ),
          ],
          requestBody: {
            required: true,
            content: { 'application/json': { schema: reference('InferRequest') } },
          },
          responses: {
            200: {
              description: 'It has ended within the time waited; or a command that runs no model',
              content: {
                'application/json': { schema: { anyOf: [reference('Run'), reference('Message')] } },
              },
            },
            202: json('Run', 'It runs'),
            ...problems(400, 401, 402, 403, 404, 409, 413, 422, 429, 500, 502, 503),
          },
        },
      },
      '/v1/runs/{id}': {
        get: {
          operationId: 'getRun',
          summary: 'How a run stands',
          parameters: [RUN_ID],
          responses: { 200: json('Run', 'The run'), ...problems(401, 404, 500, 502) },
        },
      },
      '/v1/runs/{id}/events': {
        get: {
          operationId: 'followRun',
          summary: 'What a run does, as it does it',
          parameters: [RUN_ID, header('Last-Event-ID', 'Text up to there is not sent again')],
          responses: {
            200: {
              description:
                'Server-sent events: `status` {status}, `text` {text}, `reset` {text}, `file` {url}, `log` {text}, and last `end` with the run',
              content: { 'text/event-stream': { schema: { type: 'string' } } },
            },
            ...problems(401, 404, 500),
          },
        },
      },
      '/v1/runs/{id}/cancel': {
        post: {
          operationId: 'cancelRun',
          summary: 'Stop a run and its cost',
          parameters: [RUN_ID],
          responses: {
            202: json('Run', 'It is being stopped, or had ended'),
            ...problems(401, 404, 500, 502),
          },
        },
      },
    },
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
      schemas: Object.fromEntries(
        Object.entries(SCHEMAS).map(([name, schema]) => {
          const { $schema: _, ...rest } = z.toJSONSchema(schema, {
            io: name === 'InferRequest' ? 'input' : 'output',
          });
          return [name, rest];
        }),
      ),
    },
  };
}
