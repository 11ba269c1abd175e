/** Looks in Replicate's list for predictions whose create was never answered. */

import { isDeepStrictEqual } from 'node:util';
import type Replicate from 'replicate';
import type { Prediction as ApiPrediction, Page } from 'replicate';
import type { PredictionRequest } from './prediction.ts';
import { parseReference } from './reference.ts';

/** Replicate's clock and ours may differ by this much. */
const CLOCK_SKEW_MS = 5000;

/** All that were created from exactly this request since then (ms), oldest first. Reads pages until they get too old. */
export async function findPredictions(
  client: Replicate,
  request: PredictionRequest,
  since: number,
  signal?: AbortSignal,
): Promise<ApiPrediction[]> {
  const found: ApiPrediction[] = [];
  // As it went over the wire: without undefined members.
  const input: unknown = JSON.parse(JSON.stringify(request.input));
  for await (const listed of listNewestFirst(client, signal)) {
    if (Date.parse(listed.created_at) < since - CLOCK_SKEW_MS) break;
    if (!mayMatch(listed, request)) continue;
    // The list does not promise inputs and deployments; the prediction itself has them.
    const whole = hasEverything(listed, request)
      ? listed
      : await client.predictions.get(listed.id, signal ? { signal } : {});
    if (matches(whole, request) && isDeepStrictEqual(whole.input, input)) found.push(whole);
  }
  return found.reverse();
}

async function* listNewestFirst(
  client: Replicate,
  signal: AbortSignal | undefined,
): AsyncGenerator<ApiPrediction> {
  let query: string | undefined = '';
  while (query !== undefined) {
    const response: Response = await client.request(`/predictions${query}`, { ...(signal && { signal }) });
    const page = (await response.json()) as Page<ApiPrediction>;
    yield* page.results;
    // Only the query is taken from `next`: its host would get our token, and behind a gateway it is another one.
    query = page.next ? new URL(page.next, 'http://next').search : undefined;
    if (query === '') return;
  }
}

function hasEverything(listed: ApiPrediction, request: PredictionRequest): boolean {
  const isDeployment = parseReference(request.model).kind === 'deployment';
  return (
    listed.input !== undefined && listed.input !== null && (!isDeployment || listed.deployment !== undefined)
  );
}

/** By what the list says for certain. */
function mayMatch(listed: ApiPrediction, request: PredictionRequest): boolean {
  const parsed = parseReference(request.model);
  return parsed.kind === 'deployment'
    ? listed.deployment === undefined || matches(listed, request)
    : matches(listed, request);
}

/** Official predictions report their version as `hidden`, so the model decides; otherwise the version does. */
function matches(prediction: ApiPrediction, request: PredictionRequest): boolean {
  const parsed = parseReference(request.model);
  switch (parsed.kind) {
    case 'model':
      return prediction.model === request.model;
    case 'version':
      return prediction.version === parsed.version;
    case 'deployment':
      return (
        prediction.deployment === `${parsed.owner}/${parsed.name}` || prediction.deployment === request.model
      );
  }
}
