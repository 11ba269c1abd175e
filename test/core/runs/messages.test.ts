/** What a run's last message says, and what stands below it. */

import { describe, expect, it } from 'vitest';
import { bootStatus, finalMessage } from '../../../src/core/runs/messages.ts';
import type { Run } from '../../../src/core/runs/run.ts';
import { SAMPLE_RUN } from './sample-run.ts';

const RUN: Run = { ...SAMPLE_RUN, startedAt: 0, endedAt: 2_000, outcome: 'succeeded' };
const CANCELLED: Run = { ...RUN, outcome: 'canceled', cancelledBy: 'web:ada', failure: 'Cancelled.' };

const last = (run: Run, text: string, more: { cut?: boolean; lines?: readonly string[] } = {}) =>
  finalMessage(run, { text, files: [], lines: [], cut: false, notice: undefined, ...more }, []);

describe('the last message of a run', () => {
  it.each([
    ['```py\nx = 1', '```py\nx = 1\n```'],
    ['1. Run:\n\n   ~~~~sh\n   ls', '1. Run:\n\n   ~~~~sh\n   ls\n   ~~~~'],
    ['This is **very imp', 'This is **very imp**'],
    ['| a | b', '| a | b'],
    ['So\n-', 'So\n-'],
  ])('closes what is open in %j before it says why it ends there', (text, closed) => {
    expect(last(CANCELLED, text).text).toBe(`${closed}\n\n**Cancelled.**`);
  });

  it('closes what is open before the lines about its files, too', () => {
    expect(last(RUN, '```\nx', { lines: ['answer.md is too large.'] }).text).toBe(
      '```\nx\n```\n\nanswer.md is too large.',
    );
  });

  it('leaves an answer as it is that came to its end', () => {
    for (const text of ['**Note', '2 * 3 *', 'done `']) expect(last(RUN, text).text).toBe(text);
  });

  it('says that a limit of length ended it', () => {
    expect(last(RUN, 'And then', { cut: true }).footnote).toMatch(/^Cut off at the length limit · llama/);
    expect(last(RUN, 'And then').footnote).not.toContain('Cut off');
    const stopped: Run = { ...RUN, outcome: 'canceled', failure: 'Stopped here.' };
    expect(last(stopped, 'And then', { cut: true }).footnote).not.toContain('Cut off');
  });

  it.each([
    [9_940, '9.9 s'],
    [9_960, '10 s'],
    [119_700, '2 min 0 s'],
    [179_700, '3 min 0 s'],
    [3_725_000, '62 min 5 s'],
  ])('tells of %i ms as %s', (ms, duration) => {
    expect(last({ ...RUN, endedAt: ms }, 'Yes.').footnote).toContain(` · ${duration} · `);
    expect(bootStatus(RUN, ms)).toBe(`llama is booting (${duration} so far)…`);
  });
});
