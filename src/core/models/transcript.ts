/** What of a prediction has been told so far, so that streams, polls and the stored end add up to one text, told once. */

import { filesOf, isFileUrl, textOf } from './output.ts';
import type { Prediction, PredictionEvent, TerminalStatus } from './prediction.ts';

export interface Transcript {
  readonly started: boolean;
  /** A new connection begins; whatever it repeats from the beginning is not told again. */
  reconnected(): void;
  /** The next piece of streamed text; undefined when it does not fit what was told, which only polling can put right. */
  streamed(text: string): PredictionEvent[] | undefined;
  streamedLog(text: string): PredictionEvent[];
  /** What a status says beyond what was told. A status that lags behind the stream says nothing. */
  observe(prediction: Prediction): PredictionEvent[];
  /** Replicate has stored text that was never told: the stream is dead, or held up on its way. */
  isBehind(prediction: Prediction): boolean;
  /** The rest: text put right, files, logs, and `end`. */
  conclude(prediction: Prediction, status: TerminalStatus): PredictionEvent[];
}

/** `now` is asked when the model was seen at work before Replicate said since when. */
export function createTranscript(now: () => number): Transcript {
  let started = false;
  let text = '';
  let logs = '';
  /** How far into `text` the current connection has come: behind its end while a connection repeats what was told. */
  let position = 0;
  /** Links that a file model streams before its output is stored; told as files at the end. */
  let heldLinks = '';

  function begin(startedAt: number): PredictionEvent[] {
    if (started) return [];
    started = true;
    return [{ type: 'start', startedAt }];
  }

  function add(piece: string): PredictionEvent[] {
    if (piece === '') return [];
    text += piece;
    return [{ type: 'text-delta', text: piece }];
  }

  function growLogs(stored: string): PredictionEvent[] {
    if (stored.length <= logs.length || !stored.startsWith(logs)) return [];
    const rest = stored.slice(logs.length);
    logs = stored;
    return [{ type: 'log', text: rest }];
  }

  /** `stored` is what Replicate has; it may be older than what was streamed, except when it is final. */
  function growText(stored: string, final: boolean): PredictionEvent[] {
    if (stored.startsWith(text)) return add(stored.slice(text.length));
    if (!final && text.startsWith(stored)) return [];
    text = stored;
    return [{ type: 'text-reset', text: stored }];
  }

  return {
    get started() {
      return started;
    },

    reconnected() {
      position = 0;
    },

    streamed(piece) {
      const events = begin(now());
      if (text === '' && isFileUrl(piece)) {
        heldLinks += piece;
        return events;
      }
      const data = heldLinks + piece;
      heldLinks = '';
      const known = Math.min(data.length, text.length - position);
      if (known > 0 && text.slice(position, position + known) !== data.slice(0, known)) return undefined;
      position += data.length;
      return [...events, ...add(data.slice(known))];
    },

    streamedLog(piece) {
      logs += piece;
      return [{ type: 'log', text: piece }];
    },

    observe(prediction) {
      const running = prediction.status === 'processing' || prediction.startedAt !== undefined;
      return [
        ...(running ? begin(prediction.startedAt ?? now()) : []),
        ...growText(textOf(prediction.output), false),
        ...growLogs(prediction.logs),
      ];
    },

    isBehind(prediction) {
      const stored = textOf(prediction.output);
      return stored.length > text.length || prediction.logs.length > logs.length;
    },

    conclude(prediction, status) {
      const ran = status === 'succeeded' || prediction.startedAt !== undefined;
      const stored = textOf(prediction.output);
      // Removed data says nothing; nor does the missing end of a text whose model was stopped.
      const tellsText = !prediction.dataRemoved && (status === 'succeeded' || stored !== '');
      return [
        ...(ran ? begin(prediction.startedAt ?? prediction.completedAt ?? now()) : []),
        ...(tellsText ? growText(stored, status === 'succeeded') : []),
        ...growLogs(prediction.logs),
        ...filesOf(prediction.output).map((url): PredictionEvent => ({ type: 'file', url })),
        { type: 'end', status, prediction },
      ];
    },
  };
}
