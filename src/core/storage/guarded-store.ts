/** A Keyv store that never makes anybody wait or fail: an error or a late answer is a miss. */

import { EventEmitter } from 'node:events';
import type { KeyvStoreAdapter, StoredData } from 'keyv';
import { describeError, type Log } from '../log.ts';

/** Resolves with the call's result, or with `otherwise` when it fails or takes longer than `timeoutMs`. */
export function guardStore(
  store: KeyvStoreAdapter,
  options: { readonly timeoutMs: number; readonly log?: Log },
): KeyvStoreAdapter {
  const { timeoutMs, log } = options;
  let failing = false;

  /** Only the first of a row of failures is logged: a cache that is down is asked many times a second. */
  function report(error: unknown): void {
    if (!failing)
      log?.warn({ error: describeError(error) }, 'the cache does not answer; going on without it');
    failing = true;
  }

  async function guard<T>(call: () => Promise<T>, otherwise: T): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    });
    try {
      const result = await Promise.race([call(), late]);
      if (failing) log?.info({}, 'the cache answers again');
      failing = false;
      return result;
    } catch (error) {
      report(error);
      return otherwise;
    } finally {
      clearTimeout(timer);
    }
  }

  // A store that reports an error and nobody listens would end the process.
  store.on('error', report);
  const guarded = {
    opts: {},
    get: <Value>(key: string) => guard<StoredData<Value> | undefined>(() => store.get<Value>(key), undefined),
    set: (key: string, value: unknown, ttl?: number) =>
      guard(async () => (await store.set(key, value, ttl)) !== false, false),
    delete: (key: string) => guard(() => store.delete(key), false),
    clear: () => guard(() => store.clear(), undefined),
    disconnect: () => guard(async () => store.disconnect?.(), undefined),
  };
  return Object.assign(new EventEmitter(), guarded);
}
