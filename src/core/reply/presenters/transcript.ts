/** A transcript: short ones as text, long ones and subtitles as a file with an excerpt. */

import { z } from 'zod';
import type { PresentedFile, Presenter } from '../../presenter.ts';
import type { PresenterOptions } from '../presenters.ts';
import { createReceived } from './received.ts';
import { formatTime, readSpeech, type Segment, type Speech, writeSrt, writeVtt } from './subtitles.ts';

const optionsSchema = z.object({
  format: z.enum(['text', 'srt', 'vtt']),
  /** The file's name, without its ending. */
  name: z.string(),
  translate: z.boolean().optional(),
  notes: z.array(z.string()).optional(),
});

interface Result {
  readonly content: string;
  readonly format: 'text' | 'srt' | 'vtt';
}

/** Fits into one message on every surface, with room for the small print. */
const LONGEST_TEXT = 1500;
const LONGEST_EXCERPT = 600;

export function createTranscriptPresenter(options: PresenterOptions): Presenter {
  const { format, name, translate = false, notes = [] } = optionsSchema.parse(options);
  let speech: Speech | undefined;
  let removed = false;
  const received = createReceived(({ status, prediction }) => {
    removed = prediction.dataRemoved;
    if (status === 'succeeded') speech = readSpeech(prediction.output ?? received.text);
  });

  /** The whole result in the format asked for; plain text where the model tells no times. */
  function result({ text, translation, segments }: Speech): Result {
    const timed = segments.length > 0 && !(translate && translation !== undefined);
    if (format === 'text' || !timed) return { content: (translate && translation) || text, format: 'text' };
    return { content: format === 'srt' ? writeSrt(segments) : writeVtt(segments), format };
  }

  function text(): string {
    if (!speech) return excerpt(received.text);
    const written = result(speech);
    if (written.content === '') return [describeSilence(), ...notes].join('\n\n');
    const parts = [describe(written)];
    if (written.format !== format)
      parts.push(`The model told no times for this, so it is plain text instead of ${format.toUpperCase()}.`);
    return [...parts, ...notes].join('\n\n');
  }

  function describe({ content, format: written }: Result): string {
    if (fits(content))
      return written === 'text' ? content : `\`\`\`\n${content.replaceAll('```', "'''")}\n\`\`\``;
    const segments = speech?.segments ?? [];
    const whole = (translate && speech?.translation) || speech?.text || '';
    const shown = segments.length > 0 && !translate ? timedExcerpt(segments) : excerpt(whole);
    return `${shown}\n\nThe whole transcript is in the file.`;
  }

  function describeSilence(): string {
    return removed
      ? 'Replicate keeps transcripts for an hour, and this one was not fetched in time. Please ask again.'
      : 'No speech was found in this.';
  }

  function files(): readonly PresentedFile[] {
    const written = speech && result(speech);
    if (!written || fits(written.content)) return [];
    const ending = written.format === 'text' ? 'txt' : written.format;
    return [{ from: 'text', name: `${name}.${ending}`, text: written.content }];
  }

  return {
    push: received.push,
    text,
    status: received.status,
    files,
  };
}

function fits(content: string): boolean {
  return content.length <= LONGEST_TEXT;
}

/** The beginning, up to the end of a word. */
function excerpt(text: string): string {
  if (text.length <= LONGEST_EXCERPT) return text;
  return `${text.slice(0, LONGEST_EXCERPT).replace(/\s+\S*$/, '')} …`;
}

/** The first segments, each with its time. */
function timedExcerpt(segments: readonly Segment[]): string {
  const lines: string[] = [];
  let length = 0;
  for (const { startSeconds, text } of segments) {
    const line = `\`${formatTime(startSeconds)}\` ${text}`;
    length += line.length + 1;
    if (length > LONGEST_EXCERPT && lines.length > 0) break;
    lines.push(line);
  }
  return `${lines.join('\n')}\n…`;
}
