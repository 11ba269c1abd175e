/** The transcripts of the sandbox's speech model: a labelled sample, in the shape openai/whisper returns. */

const sentences: Readonly<Record<string, readonly string[]>> = {
  en: [
    'This is a sample transcript from the sandbox.',
    'No model listened to the recording.',
    'With a Replicate token, the real words would stand here.',
    'Every sentence is one segment with its own time.',
  ],
  de: [
    'Dies ist eine Beispielabschrift aus der Sandbox.',
    'Kein Modell hat die Aufnahme gehört.',
    'Mit einem Replicate-Token stünden hier die wirklichen Worte.',
    'Jeder Satz ist ein Abschnitt mit eigener Zeit.',
  ],
};
const names: Readonly<Record<string, string>> = { en: 'english', de: 'german' };
const files: Readonly<Record<string, string>> = { en: 'The file', de: 'Die Datei' };
const segmentSeconds = 3.5;

interface Segment {
  readonly id: number;
  readonly seek: number;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly tokens: readonly number[];
  readonly temperature: number;
  readonly avg_logprob: number;
  readonly compression_ratio: number;
  readonly no_speech_prob: number;
}

export interface Transcript {
  readonly segments: readonly Segment[];
  readonly transcription: string;
  readonly translation: string | null;
  readonly detected_language: string;
  readonly txt_file: null;
  readonly srt_file: null;
}

/**
 * The sample in the language asked for (English where there is none), as plain text, SRT or WebVTT. It says which file was
 * heard, and is as long as the recording where that is known.
 */
export function transcribe(
  input: Readonly<Record<string, unknown>>,
  heard: string,
  seconds: number | undefined,
): Transcript {
  const language = typeof input.language === 'string' && input.language in sentences ? input.language : 'en';
  const sample = [...(sentences[language] ?? []), `${files[language]}: ${heard}.`];
  const count = Math.max(sample.length, Math.ceil((seconds ?? 0) / segmentSeconds));
  const length = seconds === undefined ? segmentSeconds : seconds / count;
  const segments = Array.from({ length: count }, (_, id) => ({
    id,
    seek: 0,
    start: id * length,
    end: (id + 1) * length,
    text: ` ${sample[id % sample.length]}`,
    tokens: [],
    temperature: 0,
    avg_logprob: -0.2,
    compression_ratio: 1.4,
    no_speech_prob: 0.01,
  }));
  return {
    segments,
    transcription: render(segments, input.transcription),
    translation:
      input.translate === true ? (sentences.en ?? []).map((sentence) => ` ${sentence}`).join('') : null,
    detected_language: names[language] ?? 'english',
    txt_file: null,
    srt_file: null,
  };
}

function render(segments: readonly Segment[], format: unknown): string {
  if (format === 'srt') {
    return segments
      .map(
        ({ id, start, end, text }) =>
          `${id + 1}\n${stamp(start, ',')} --> ${stamp(end, ',')}\n${text.trim()}\n`,
      )
      .join('\n');
  }
  if (format === 'vtt') {
    const cues = segments.map(
      ({ start, end, text }) => `${stamp(start, '.')} --> ${stamp(end, '.')}\n${text.trim()}\n`,
    );
    return `WEBVTT\n\n${cues.join('\n')}`;
  }
  return segments.map(({ text }) => text).join('');
}

const stamp = (seconds: number, separator: string): string => {
  const milliseconds = Math.round(seconds * 1000);
  const pad = (value: number, width = 2) => String(Math.floor(value)).padStart(width, '0');
  return `${pad(milliseconds / 3_600_000)}:${pad((milliseconds / 60_000) % 60)}:${pad((milliseconds / 1000) % 60)}${separator}${pad(milliseconds % 1000, 3)}`;
};
