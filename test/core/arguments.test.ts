import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../src/core/arguments.ts';
import type { Options } from '../../src/core/command.ts';

const options = {
  prompt: { type: 'string', description: 'What to ask', required: true, maxLength: 200 },
  model: { type: 'string', description: 'Which model' },
  private: { type: 'boolean', description: 'For you alone' },
  size: { type: 'choice', description: 'How large', choices: ['small', 'large'] },
  count: { type: 'integer', description: 'How many', min: 1, max: 4 },
  'top-2': { type: 'string', description: 'Of which two' },
} as const satisfies Options;

const read = (text: string) => parseArguments(options, { form: 'text', text });
const typed = (values: Record<string, string | number | boolean>) =>
  parseArguments(options, { form: 'typed', values });

describe('text', () => {
  it.each([
    ['a cat', { prompt: 'a cat' }],
    ['--model llama a cat', { prompt: 'a cat', model: 'llama' }],
    ['a cat --model=llama', { prompt: 'a cat', model: 'llama' }],
    ['a cat --model "two words" please', { prompt: 'a cat please', model: 'two words' }],
    ['--private a cat', { prompt: 'a cat', private: true }],
    ['--private no a cat', { prompt: 'a cat', private: false }],
    ['a cat --private', { prompt: 'a cat', private: true }],
    ['--private --model llama a cat', { prompt: 'a cat', model: 'llama', private: true }],
    ['a cat --count 3 --size LARGE', { prompt: 'a cat', count: 3, size: 'large' }],
    ['git commit --amend does what?', { prompt: 'git commit --amend does what?' }],
    ['what is --constructor here?', { prompt: 'what is --constructor here?' }],
    ['--prompt "a cat"', { prompt: 'a cat' }],
    ['well--model llama', { prompt: 'well--model llama' }],
    ['a cat --top-2 x --model llama', { prompt: 'a cat', 'top-2': 'x', model: 'llama' }],
    // As phones write it.
    ['a cat —model “two words” —private', { prompt: 'a cat', model: 'two words', private: true }],
    ['a cat — model of all', { prompt: 'a cat — model of all' }],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it('keeps line breaks and spacing as they were typed', () => {
    const code = 'explain:\n\n  if (a)  {\n\treturn;\n  }';
    expect(read(code).prompt).toBe(code);
    expect(read(`${code} --model llama`).prompt).toBe(code);
  });

  it('arrives unchanged apart from trimming when it holds no flag', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 150 }), (text) => {
        fc.pre(
          text.trim() !== '' &&
            text.length <= 200 &&
            !/(--|—)(prompt|model|private|size|count|top-2)/.test(text),
        );
        expect(read(text)).toEqual({ prompt: text.trim() });
      }),
    );
  });

  it('fills several required options word by word, the rest going to the last', () => {
    const two = {
      person: { type: 'person', description: 'Who', required: true },
      reason: { type: 'string', description: 'Why' },
    } as const satisfies Options;
    const parsed = parseArguments(two, { form: 'text', text: 'web:ada she is kind' });
    expect(parsed).toEqual({ person: 'web:ada', reason: 'she is kind' });
  });
});

describe('what is wrong is said with the option’s name', () => {
  it.each([
    ['', /give `prompt`: What to ask/],
    ['--model llama', /give `prompt`/],
    ['a --count 9', /`count` must be a whole number from 1 to 4; not "9"/],
    ['a --count many', /`count` must be a whole number from 1 to 4; not "many"/],
    ['a --count 1.5', /`count` must be a whole number/],
    ['a --size huge', /`size` can be small, large; not "huge"/],
    ['x'.repeat(201), /`prompt` may have 200 characters at most; yours has 201/],
  ])('%s', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it('for typed values too', () => {
    expect(typed({ prompt: 'a', count: 2, private: true })).toEqual({ prompt: 'a', count: 2, private: true });
    expect(() => typed({ prompt: '' })).toThrow(/give `prompt`/);
    expect(() => typed({ prompt: 'a', count: 5 })).toThrow(/from 1 to 4/);
    expect(() => typed({ prompt: 'a', private: 'perhaps' })).toThrow(/must be yes or no/);
  });
});

describe('files', () => {
  const file = (name: string, contentType?: string) => ({
    name,
    url: `https://files.example/${name}`,
    ...(contentType && { contentType }),
  });
  const withFile = {
    sound: { type: 'attachment', description: 'What to hear', required: true, accept: ['audio', 'video'] },
    language: { type: 'string', description: 'Which language' },
  } as const satisfies Options;

  it('are what the form says', () => {
    const speech = file('speech.ogg');
    const raw = { form: 'typed', values: {}, files: { sound: speech } } as const;
    expect(parseArguments(withFile, raw)).toEqual({ sound: speech, language: undefined });
  });

  it('are the first fitting ones that came with the text, which is all for the other options', () => {
    const [picture, speech] = [file('a.png', 'image/png'), file('b.bin', 'audio/ogg')];
    const parsed = parseArguments(withFile, { form: 'text', text: 'German' }, [picture, speech]);
    expect(parsed).toEqual({ sound: speech, language: 'German' });
  });

  it('go by the ending where nothing else is known, and fit where that says nothing', () => {
    const raw = { form: 'text', text: '' } as const;
    expect(parseArguments(withFile, raw, [file('a.PNG'), file('b.MP3')]).sound).toEqual(file('b.MP3'));
    expect(parseArguments(withFile, raw, [file('a.png'), file('upload')]).sound).toEqual(file('upload'));
  });

  it('that are missing are asked for', () => {
    const raw = { form: 'text', text: '' } as const;
    expect(() => parseArguments(withFile, raw, [file('a.png')])).toThrow(/give a file for `sound`/);
  });
});

describe('roles, channels and numbers', () => {
  const all = {
    role: { type: 'role', description: 'Which role' },
    channel: { type: 'channel', description: 'Which channel' },
    strength: { type: 'number', description: 'How much', min: 0, max: 1 },
  } as const satisfies Options;

  it('are read from their ids', () => {
    const text = '--role slack:T0/S0 --channel C0 --strength 0.5';
    expect(parseArguments(all, { form: 'text', text })).toEqual({
      role: 'slack:T0/S0',
      channel: 'C0',
      strength: 0.5,
    });
  });

  it.each([
    ['--role everybody', /`role` must be a role or user group/],
    ['--channel "two words"', /`channel` must be a channel/],
    ['--strength 1.5', /`strength` must be a number from 0 to 1; not "1.5"/],
    ['--strength NaN', /`strength` must be a number/],
  ])('%s is refused', (text, message) => {
    expect(() => parseArguments(all, { form: 'text', text })).toThrow(message);
  });
});
