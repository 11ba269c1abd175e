/**
 * Properties are tried on the same cases every time, so that a red suite speaks of the change and not of the draw.
 * `npm run test:random` draws new ones; a failure prints the seed that `PROPERTY_SEED` takes.
 */

import fc from 'fast-check';

const { PROPERTY_SEED } = process.env;
fc.configureGlobal({ seed: PROPERTY_SEED === 'random' ? Date.now() : Number(PROPERTY_SEED ?? 1) });
