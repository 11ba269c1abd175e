/** Segments of speech with their times, read from what speech models return, and written as SRT or WebVTT. */

export interface Segment {
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly text: string;
}

export interface Speech {
  readonly text: string;
  readonly translation?: string;
  readonly language?: string;
  /** Empty when the model tells no times. */
  readonly segments: readonly Segment[];
}

/** Understands openai/whisper and its kin (`segments` with start and end, or `chunks` with `timestamp`), and plain text. */
export function readSpeech(output: unknown): Speech {
  if (typeof output === 'string') return { text: output.trim(), segments: [] };
  if (Array.isArray(output) && output.every((part) => typeof part === 'string'))
    return { text: output.join('').trim(), segments: [] };
  const fields = asObject(output);
  const segments = [fields.segments, fields.chunks].flatMap((list) =>
    Array.isArray(list) ? list.flatMap(readSegment) : [],
  );
  const whole = [fields.transcription, fields.text].find((text) => typeof text === 'string');
  const spoken = segments.map((segment) => segment.text).join(' ');
  const language = fields.detected_language ?? fields.language;
  return {
    text: typeof whole === 'string' && whole.trim() !== '' ? whole.trim() : spoken,
    segments,
    ...(typeof fields.translation === 'string' &&
      fields.translation.trim() !== '' && { translation: fields.translation.trim() }),
    ...(typeof language === 'string' && { language }),
  };
}

export function writeSrt(segments: readonly Segment[]): string {
  return segments
    .map((segment, index) => `${index + 1}\n${times(segment, ',')}\n${cue(segment.text)}\n`)
    .join('\n');
}

/** www.w3.org/TR/webvtt1 */
export function writeVtt(segments: readonly Segment[]): string {
  const cues = segments.map(
    (segment) =>
      `${times(segment, '.')}\n${cue(segment.text).replaceAll('&', '&amp;').replaceAll('<', '&lt;')}\n`,
  );
  return ['WEBVTT\n', ...cues].join('\n');
}

/** `0:07`, `1:02:03`. */
export function formatTime(seconds: number): string {
  const whole = Math.floor(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const end = `${String(rest).padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${end}` : `${minutes}:${end}`;
}

/** A cue ends at an empty line, and an arrow begins the next. */
function cue(text: string): string {
  return text
    .trim()
    .replace(/\s*\n\s*/g, '\n')
    .replaceAll('-->', '→');
}

function times({ startSeconds, endSeconds }: Segment, separator: string): string {
  return `${stamp(startSeconds, separator)} --> ${stamp(Math.max(startSeconds, endSeconds), separator)}`;
}

function stamp(seconds: number, separator: string): string {
  const ms = Math.round(seconds * 1000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}${separator}${String(ms % 1000).padStart(3, '0')}`;
}

function readSegment(value: unknown): Segment[] {
  const { start, end, timestamp, text } = asObject(value);
  const [from, to] = Array.isArray(timestamp) ? timestamp : [start, end];
  if (typeof from !== 'number' || typeof text !== 'string' || text.trim() === '') return [];
  // The last chunk of a recording may be open-ended.
  return [{ startSeconds: from, endSeconds: typeof to === 'number' ? to : from, text: text.trim() }];
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
