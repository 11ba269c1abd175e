/** Connecting a surface whose platform is away, slow, or refuses us. */

import { describe, expect, it } from 'vitest';
import { OperatorError } from '../../src/core/errors.ts';
import type { Log } from '../../src/core/log.ts';
import { startSurface } from '../../src/core/start-surface.ts';
import type { Surface } from '../../src/core/surface.ts';
import { createFakeClock } from '../fake-clock.ts';

/** A platform that answers each attempt as the script says, and never any more when that is over. */
function createScene(script: readonly ('connects' | 'fails' | 'refuses')[]) {
  const clock = createFakeClock();
  const attempts: number[] = [];
  const lines: string[] = [];
  const note = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: note, info: note, warn: note, error: note };
  const stopping = new AbortController();
  const from = clock.now();
  const surface: Surface = {
    name: 'discord',
    async start() {
      const outcome = script[attempts.length];
      attempts.push((clock.now() - from) / 1000);
      if (outcome === 'fails') throw new Error('connection refused');
      if (outcome === 'refuses') throw new OperatorError('the token is not valid', '');
      if (outcome === undefined) await new Promise(() => undefined);
    },
    drain: async () => undefined,
    stop: async () => undefined,
    ready: false,
    reopen: () => {
      throw new Error('there are no replies');
    },
  };
  let started: unknown = 'waiting';
  void startSurface(surface, { clock, log, signal: stopping.signal }).then(
    () => (started = 'started'),
    (error: unknown) => (started = error),
  );
  return { clock, attempts, lines, stopping, started: () => started };
}

describe('a platform', () => {
  it('that cannot be reached is tried again after 1, 2, 4 … and at most 60 seconds, and the log says so', async () => {
    const scene = createScene([...Array(9).fill('fails'), 'connects']);
    await scene.clock.advance(0);
    expect(scene.started()).toBe('started');
    await scene.clock.advance(600_000);
    expect(scene.attempts).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243]);
    expect(scene.lines[2]).toMatch(
      /cannot be reached; trying again .*"reason":"Error: connection refused","nextInMs":4000/,
    );
    expect(scene.lines).toHaveLength(9);
  });

  it('that does not answer holds nobody up for more than five seconds', async () => {
    const scene = createScene([]);
    await scene.clock.advance(4_999);
    expect(scene.started()).toBe('waiting');
    await scene.clock.advance(1);
    expect(scene.started()).toBe('started');
  });

  it('that refuses us at once ends the start', async () => {
    const scene = createScene(['refuses']);
    await scene.clock.advance(0);
    expect(scene.started()).toBeInstanceOf(OperatorError);
  });

  it('that refuses us later is given up, with the reason in the log', async () => {
    const scene = createScene(['fails', 'refuses']);
    await scene.clock.advance(600_000);
    expect(scene.attempts).toEqual([0, 1]);
    expect(scene.lines.at(-1)).toMatch(/given up.*the token is not valid/);
  });

  it('is not tried again once the bot stops', async () => {
    const scene = createScene(['fails', 'fails', 'fails']);
    await scene.clock.advance(1_000);
    scene.stopping.abort();
    await scene.clock.advance(600_000);
    expect(scene.attempts).toEqual([0, 1]);
  });
});
