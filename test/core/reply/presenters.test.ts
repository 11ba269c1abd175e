/** What people see of a prediction, from its events alone. */

import { describe, expect, it } from 'vitest';
import type { Prediction, PredictionEvent, TerminalStatus } from '../../../src/core/models/prediction.ts';
import type { Presenter } from '../../../src/core/presenter.ts';
import { createPresenter, type PresenterOptions } from '../../../src/core/reply/presenters.ts';

function ended(output: unknown, over: Partial<Prediction> = {}): PredictionEvent {
  const status: TerminalStatus = over.status === 'failed' ? 'failed' : 'succeeded';
  const prediction: Prediction = {
    id: 'p1',
    output,
    logs: '',
    metrics: {},
    dataRemoved: false,
    createdAt: 0,
    ...over,
    status,
  };
  return { type: 'end', status, prediction };
}

function feed(name: string, options: PresenterOptions, events: readonly PredictionEvent[]): Presenter {
  const presenter = createPresenter(name, options);
  for (const event of events) presenter.push(event);
  return presenter;
}

const show = (...events: PredictionEvent[]) => feed('text', {}, events).text();
const file = (url: string): PredictionEvent => ({ type: 'file', url });
const log = (text: string): PredictionEvent => ({ type: 'log', text });

describe('the text presenter', () => {
  it('adds up the text as it streams, and starts over when it was reset', () => {
    const start: PredictionEvent = { type: 'start', startedAt: 1 };
    expect(show(start, { type: 'text-delta', text: 'Hel' }, { type: 'text-delta', text: 'lo' })).toBe(
      'Hello',
    );
    const reset: PredictionEvent = { type: 'text-reset', text: 'Good ' };
    expect(show({ type: 'text-delta', text: 'Bad' }, reset, { type: 'text-delta', text: 'day' })).toBe(
      'Good day',
    );
  });

  it('does not repeat the streamed text when the prediction ends', () => {
    expect(show({ type: 'text-delta', text: 'Hello' }, ended(['Hel', 'lo']))).toBe('Hello');
  });

  it('attaches files beside the text, each once, and does not list their addresses', () => {
    const url = 'https://replicate.delivery/a.png';
    const presenter = feed('text', {}, [
      { type: 'text-delta', text: 'Look:' },
      file(url),
      file(url),
      ended(null),
    ]);
    expect(presenter.text()).toBe('Look:');
    expect(presenter.files?.()).toEqual([{ from: 'url', url, name: 'file-1' }]);
    expect(show(file(url), ended(url))).toBe('');
    expect(show(file(url), ended([url]))).toBe('');
  });

  it('shows data as JSON in a fence that nothing inside can close', () => {
    expect(show(ended('plain'))).toBe('plain');
    expect(show(ended(['a', 'b']))).toBe('ab');
    expect(show(ended({ score: 1 }))).toBe('```json\n{\n  "score": 1\n}\n```');
    expect(show(ended({ code: '```' }))).toContain('````json');
    expect(show(ended(null))).toBe('');
  });
});

describe('progress', () => {
  const status = (...logs: string[]) => feed('text', {}, logs.map(log)).status?.();

  it.each([
    ['Using seed: 42\n 24%|██▍       | 12/50 [00:01<00:04,  8.3it/s]', 'Step 12 of 50'],
    ['Step 3 of 28', 'Step 3 of 28'],
    ['step 3/28: loss 0.1', 'Step 3 of 28'],
    ['[12/50] denoising', 'Step 12 of 50'],
    ['progress: 40%', '40 %'],
    ['Encoding 99.5 %', '99 %'],
  ])('is read from %j', (line, expected) => {
    expect(status(line)).toBe(expected);
  });

  it('is the newest line’s, also where a bar is redrawn in place or a line comes in pieces', () => {
    expect(status(' 10%|█| 5/50\r 20%|██| 10/50\r')).toBe('Step 10 of 50');
    expect(status('Step 1', '2 of 50\n')).toBe('Step 12 of 50');
    expect(status('50%', '\nloading weights\n')).toBe('50 %');
  });

  it.each(['Using seed: 42', 'https://example.com/1/2', '2026/11/20', '120%', '50/12', ''])(
    'is not read into %j',
    (line) => {
      expect(status(line)).toBeUndefined();
    },
  );

  it('makes way for the text', () => {
    const presenter = feed('text', {}, [log('50%'), { type: 'text-delta', text: 'Hello' }]);
    expect(presenter.status?.()).toBeUndefined();
  });
});

describe('the pictures presenter', () => {
  const urls = ['https://replicate.delivery/a/out-0.png', 'https://replicate.delivery/a/out-1.png'];
  const options = { prompt: 'A *red* fox\nin snow', count: 2, spoiler: true, notes: ['flux takes no seed.'] };

  it('shows nothing but progress until it has ended, then all pictures under their prompt', () => {
    const presenter = feed('pictures', options, [log('Step 1 of 4'), ...urls.map(file)]);
    expect(presenter.text()).toBe('');
    expect(presenter.status?.()).toBe('Step 1 of 4');
    presenter.push(ended(urls));
    expect(presenter.text()).toBe('> A *red* fox\n> in snow\n\nflux takes no seed.');
    expect(presenter.files?.()).toEqual([
      {
        from: 'url',
        url: urls[0],
        name: 'a-red-fox-in-snow-1',
        alt: 'A *red* fox\nin snow (1 of 2)',
        spoiler: true,
      },
      {
        from: 'url',
        url: urls[1],
        name: 'a-red-fox-in-snow-2',
        alt: 'A *red* fox\nin snow (2 of 2)',
        spoiler: true,
      },
    ]);
  });

  it('says so when fewer came than were asked for, none, or too late', () => {
    const text = (...events: PredictionEvent[]) => feed('pictures', options, events).text();
    expect(text(...urls.slice(1).map(file), ended(urls))).toContain('2 were asked for, 1 came.');
    expect(text(ended([]))).toContain('without a picture');
    expect(text(ended(null, { dataRemoved: true }))).toContain('for an hour');
    expect(text(ended(null, { status: 'failed' }))).toBe('> A *red* fox\n> in snow');
  });
});

describe('the transcript presenter', () => {
  const segments = [
    { id: 0, start: 0, end: 3.5, text: ' Hello there.' },
    { id: 1, start: 3661.0416, end: 3663, text: ' Tom & <b>Jerry</b> --> end.' },
  ];
  const whisper = {
    segments,
    transcription: ' Hello there. Tom.',
    translation: null,
    detected_language: 'english',
  };
  const options = (over: PresenterOptions = {}) => ({ format: 'text', name: 'talk', ...over });
  const text = (over: PresenterOptions, output: unknown) =>
    feed('transcript', options(over), [ended(output)]).text();

  it('shows a short text as it is', () => {
    expect(text({}, whisper)).toBe('Hello there. Tom.');
    expect(text({}, ['Hello ', 'you'])).toBe('Hello you');
    expect(text({ notes: ['No times.'] }, 'Hi')).toBe('Hi\n\nNo times.');
  });

  it('writes SRT and WebVTT from the segments, also those of other models’ shape', () => {
    expect(text({ format: 'srt' }, whisper)).toBe(
      '```\n1\n00:00:00,000 --> 00:00:03,500\nHello there.\n\n2\n01:01:01,042 --> 01:01:03,000\nTom & <b>Jerry</b> → end.\n\n```',
    );
    const chunks = [{ timestamp: [1, null], text: 'Tom & <b>' }];
    expect(text({ format: 'vtt' }, { text: 'Tom', chunks })).toBe(
      '```\nWEBVTT\n\n00:00:01.000 --> 00:00:01.000\nTom &amp; &lt;b>\n\n```',
    );
  });

  it('says that there are no times where the model tells none', () => {
    expect(text({ format: 'srt' }, 'Hello')).toMatch(
      /^Hello\n\nThe model told no times .* instead of SRT\.$/,
    );
  });

  it('prefers the translation when one was asked for', () => {
    expect(text({ translate: true }, { ...whisper, translation: ' Hallo.' })).toBe('Hallo.');
    expect(text({ translate: true }, whisper)).toBe('Hello there. Tom.');
  });

  it('shows a long one as an excerpt with times, and all of it as a file', () => {
    const many = Array.from({ length: 200 }, (_, index) => ({
      start: index * 5,
      end: index * 5 + 4,
      text: ` Sentence number ${index}.`,
    }));
    const whole = many.map((segment) => segment.text).join('');
    const presenter = feed('transcript', options({ format: 'vtt' }), [
      ended({ segments: many, transcription: whole }),
    ]);
    const [attached, ...others] = presenter.files?.() ?? [];
    expect(others).toEqual([]);
    expect(attached).toMatchObject({ from: 'text', name: 'talk.vtt' });
    expect(attached?.from === 'text' && attached.text.match(/-->/g)?.length).toBe(200);
    expect(presenter.text()).toMatch(/^`0:00` Sentence number 0\.\n`0:05` Sentence number 1\./);
    expect(presenter.text()).toMatch(/The whole transcript is in the file\.$/);
    expect(presenter.text().length).toBeLessThan(1000);

    const plain = feed('transcript', options(), [ended(whole)]);
    expect(plain.files?.()).toEqual([{ from: 'text', name: 'talk.txt', text: whole.trim() }]);
    expect(feed('transcript', options(), [ended(whisper)]).files?.()).toEqual([]);
  });

  it('says when there was no speech, and when the transcript was not fetched in time', () => {
    expect(text({}, { segments: [], transcription: '' })).toBe('No speech was found in this.');
    const late = feed('transcript', options(), [ended(null, { dataRemoved: true })]);
    expect(late.text()).toContain('for an hour');
  });
});

it('finds presenters by name only', () => {
  expect(() => createPresenter('toString')).toThrow(
    'there is no presenter "toString", only text, pictures, transcript',
  );
  expect(() => createPresenter('pictures')).toThrow();
});
