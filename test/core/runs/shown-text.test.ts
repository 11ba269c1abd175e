/** What a reply shows of a model's text: thoughts folded away, and of a very long answer the start with the rest as a file. */

import { expect, it } from 'vitest';
import { createShownText, withoutReasoning } from '../../../src/core/runs/shown-text.ts';
import { startCore } from './running-core.ts';

const THOUGHT = '<think>\nThey want the sky.\n</think>\n\nRayleigh scattering.';

it('covers what the model thinks aloud on Discord and quotes it elsewhere', () => {
  const options = { pageLength: undefined, fileAfterPages: 2 };
  const shown = (surface: 'discord' | 'slack') =>
    createShownText({ surface, ...options })(THOUGHT, true).text;
  expect(shown('discord')).toBe('-# ||They want the sky.||\n\nRayleigh scattering.');
  expect(shown('slack')).toBe('> They want the sky.\n\nRayleigh scattering.');
});

it('says that the model still thinks as long as there is nothing but that to read', () => {
  const options = { pageLength: undefined, fileAfterPages: 2 };
  const shown = createShownText({ surface: 'discord', ...options });
  expect(shown('<think>\nThey want', false)).toEqual({ text: '', notice: 'Thinking…' });
  expect(shown('<think>\nThey want the sky.\nSo', false)).toEqual({
    text: '-# ||They want the sky.||',
    notice: 'Thinking…',
  });
  expect(shown(THOUGHT, false).notice).toBeUndefined();
  const unfinished = '<think>\nThey want the sky.';
  expect(createShownText({ surface: 'discord', ...options })(unfinished, true).notice).toBeUndefined();
});

it('is remembered without the thoughts', () => {
  expect(withoutReasoning(THOUGHT)).toBe('Rayleigh scattering.');
  expect(withoutReasoning('They want the sky.\n</think>\n\nRayleigh.')).toBe('Rayleigh.');
  expect(withoutReasoning('No thoughts at all.')).toBe('No thoughts at all.');
});

it('is the start of a very long answer; the whole of it comes as a file, once it has ended', async () => {
  const core = await startCore({
    pageLength: 200,
    fileLimits: { maxCount: 10, maxBytes: 1_000_000, maxTotalBytes: 1_000_000 },
  });
  const seen = await core.ask('Write a lot');
  const final = await seen.final();
  expect(final.text.length).toBeLessThan(600);
  expect(final.footnote).toMatch(/^This is the start\. All of it is in the file\. · /);
  const [file] = final.files ?? [];
  expect(file?.name).toBe('answer.md');
  const whole = [core.sandbox.predictions[0]?.output].flat().join('');
  expect(seen.uploads.get(file?.name ?? '')?.toString()).toBe(whole);
  const interim = seen.shown.filter(({ status }) => status?.startsWith('Still writing'));
  expect(interim.length).toBeGreaterThan(0);
  expect(interim.every(({ text }) => text.length <= 400)).toBe(true);
});
