/** Pins model references and reads their schemas, remembered for a while. */

import type Replicate from 'replicate';
import type { Clock } from '../clock.ts';
import { UserError } from '../errors.ts';
import { explained } from './failures.ts';
import type { ModelRef, ResolvedModel } from './prediction.ts';
import { parseReference } from './reference.ts';
import { readInputs } from './schema.ts';

/** Where resolved models are remembered; a Keyv of ResolvedModel is one. What is lost is asked again. */
export interface ModelCache {
  get(key: string): Promise<ResolvedModel | undefined>;
  set(key: string, value: ResolvedModel, ttlMs: number): Promise<unknown>;
}

/** A new version of a community model is taken up within this time. */
const TTL_MS = 60 * 60 * 1000;

export type Resolve = (ref: ModelRef, signal?: AbortSignal) => Promise<ResolvedModel>;

export function createResolve(client: Replicate, cache: ModelCache): Resolve {
  async function ask(ref: ModelRef, signal: AbortSignal | undefined): Promise<ResolvedModel> {
    const parsed = parseReference(ref);
    const options = signal ? { signal } : {};
    const { owner, name } = parsed;
    switch (parsed.kind) {
      case 'version': {
        const version = await client.models.versions.get(owner, name, parsed.version, options);
        return { ref, official: false, inputs: readInputs(version.openapi_schema) };
      }
      case 'deployment': {
        const deployment = await client.deployments.get(owner, name, options);
        const { model, version } = deployment.current_release;
        const pinned = await ask(`${model}:${version}`, signal);
        return { ref, official: false, inputs: pinned.inputs };
      }
      case 'model': {
        const model = await client.models.get(owner, name, options);
        const inputs = readInputs(model.latest_version?.openapi_schema);
        if (model.is_official) return { ref, official: true, inputs };
        const version = model.latest_version?.id;
        if (!version) throw new UserError(`${ref} has no published version yet, so it can't be run.`);
        return { ref: `${ref}:${version}`, official: false, inputs };
      }
    }
  }

  return async (ref, signal) => {
    const key = `model:${ref}`;
    const known = await cache.get(key);
    if (known) return known;
    const resolved = await explained({ what: `The model ${ref}` }, () => ask(ref, signal));
    await cache.set(key, resolved, TTL_MS);
    return resolved;
  };
}

/** A cache in memory. Holds one entry per model that was asked for. */
export function createMemoryModelCache(clock: Clock): ModelCache {
  const entries = new Map<string, { value: ResolvedModel; expiresAt: number }>();
  return {
    async get(key) {
      const entry = entries.get(key);
      if (entry && entry.expiresAt > clock.now()) return entry.value;
      entries.delete(key);
      return undefined;
    },
    async set(key, value, ttlMs) {
      entries.set(key, { value, expiresAt: clock.now() + ttlMs });
    },
  };
}
