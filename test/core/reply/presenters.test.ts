/** What people see of a prediction, from its events alone. */

import { describe, expect, it } from 'vitest';
import type { Prediction, PredictionEvent } from '../../../src/core/models/prediction.ts';
import { createPresenter } from '../../../src/core/reply/presenters.ts';

function ended(output: unknown): PredictionEvent {
  const prediction: Prediction = {
    id: 'p1',
    status: 'succeeded',
    output,
    logs: '',
    metrics: {},
    dataRemoved: false,
    createdAt: 0,
  };
  return { type: 'end', status: 'succeeded', prediction };
}

function present(...events: PredictionEvent[]): string {
  const presenter = createPresenter('text');
  for (const event of events) presenter.push(event);
  return presenter.text();
}

describe('the text presenter', () => {
  it('adds up the text as it streams, and starts over when it was reset', () => {
    const start: PredictionEvent = { type: 'start', startedAt: 1 };
    expect(present(start, { type: 'text-delta', text: 'Hel' }, { type: 'text-delta', text: 'lo' })).toBe(
      'Hello',
    );
    const reset: PredictionEvent = { type: 'text-reset', text: 'Good ' };
    expect(present({ type: 'text-delta', text: 'Bad' }, reset, { type: 'text-delta', text: 'day' })).toBe(
      'Good day',
    );
  });

  it('does not repeat the streamed text when the prediction ends', () => {
    expect(present({ type: 'text-delta', text: 'Hello' }, ended(['Hel', 'lo']))).toBe('Hello');
  });

  it('lists files below the text, each once', () => {
    const file: PredictionEvent = { type: 'file', url: 'https://replicate.delivery/a.png' };
    expect(present({ type: 'text-delta', text: 'Look:' }, file, file, ended(null))).toBe(
      'Look:\n\nhttps://replicate.delivery/a.png',
    );
  });

  it('shows output that came neither as text nor as files: addresses as lines, the rest as JSON in a fence', () => {
    expect(present(ended('plain'))).toBe('plain');
    expect(present(ended(['a', 'b']))).toBe('ab');
    expect(present(ended(['https://a.example/1', 'https://a.example/2']))).toBe(
      'https://a.example/1\nhttps://a.example/2',
    );
    expect(present(ended({ score: 1 }))).toBe('```json\n{\n  "score": 1\n}\n```');
    expect(present(ended({ code: '```' }))).toContain('````json');
    expect(present(ended(null))).toBe('');
  });

  it('is the only one: other names are refused', () => {
    expect(() => createPresenter('toString')).toThrow('there is no presenter "toString", only text');
  });
});
