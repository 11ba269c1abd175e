/** Search as you type: Replicate is asked once for the same words within some minutes, and not for every letter. */

import type { Choice } from '../chat.ts';
import type { Clock } from '../clock.ts';
import { describeError, type Log } from '../log.ts';
import { cleanText } from './failures.ts';
import type { FoundModel, Models } from './prediction.ts';

/** What is needed of Keyv. `ttl` in milliseconds. */
export interface SearchStore {
  get(key: string): Promise<readonly FoundModel[] | undefined>;
  set(key: string, value: readonly FoundModel[], ttl: number): Promise<unknown>;
}

/** Suggestions for what was typed so far, best first; none, and never an error, when Replicate cannot be asked. */
export type SearchModels = (typed: string) => Promise<readonly Choice[]>;

const KEPT_MS = 10 * 60_000;
/** Discord wants suggestions within 3 s (interaction tokens, Discord's documentation); the way there takes time too. */
const PATIENCE_MS = 2000;
const SHORTEST_QUERY = 2;
const LONGEST_QUERY = 100;
/** Together, whoever types: far below Replicate's 3,000 a minute, which answers need. */
const SEARCHES_PER_MINUTE = 60;
/** Discord's limit for a suggestion's name. */
const LONGEST_NAME = 100;

export function createModelSearch(options: {
  readonly models: Pick<Models, 'search'>;
  readonly store: SearchStore;
  readonly clock: Clock;
  readonly log: Log;
}): SearchModels {
  const { models, store, clock, log } = options;
  const running = new Map<string, Promise<readonly FoundModel[]>>();
  let recent: number[] = [];

  async function ask(words: string, key: string): Promise<readonly FoundModel[]> {
    recent = recent.filter((at) => at > clock.now() - 60_000);
    if (recent.length >= SEARCHES_PER_MINUTE) return [];
    recent.push(clock.now());
    const found = await models.search(words, AbortSignal.timeout(PATIENCE_MS));
    await store.set(key, found, KEPT_MS);
    return found;
  }

  return async (typed) => {
    const words = typed.trim().toLowerCase().replace(/\s+/g, ' ').slice(0, LONGEST_QUERY);
    if (words.length < SHORTEST_QUERY) return [];
    const key = `search:${words}`;
    const known = await store.get(key);
    if (known) return known.map(describe);
    const asking = running.get(key) ?? ask(words, key).finally(() => running.delete(key));
    running.set(key, asking);
    try {
      return (await asking).map(describe);
    } catch (error) {
      log.warn({ reason: describeError(error) }, 'models could not be searched for');
      return [];
    }
  };
}

function describe({ ref, description }: FoundModel): Choice {
  const words = cleanText(description, Math.max(1, LONGEST_NAME - ref.length - 2));
  return { name: (words === '' ? ref : `${ref}: ${words}`).slice(0, LONGEST_NAME), value: ref };
}
