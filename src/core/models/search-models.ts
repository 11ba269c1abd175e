/** Replicate's search for public models. */

import type Replicate from 'replicate';
import { z } from 'zod';
import type { FoundModel } from './prediction.ts';

/** As many as a menu can show (Discord); Replicate gives 20 unless asked, and 50 at most. */
const MOST = 25;

/** `GET /search` (replicate.com/changelog/2025-09-16-new-search-api), in beta; what we don't read may change. */
const answer = z.object({
  models: z.array(
    z.object({
      model: z.object({ owner: z.string(), name: z.string(), description: z.string().nullish() }),
    }),
  ),
});

export async function searchModels(
  client: Replicate,
  query: string,
  signal?: AbortSignal,
): Promise<readonly FoundModel[]> {
  const path = `/search?${new URLSearchParams({ query, limit: String(MOST) })}`;
  const response = await client.request(path, { ...(signal && { signal }) });
  const { models } = answer.parse(await response.json());
  return models.slice(0, MOST).map(({ model }) => ({
    ref: `${model.owner}/${model.name}`,
    description: model.description ?? '',
  }));
}
