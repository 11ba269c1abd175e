/** Writes a prediction's events as server-sent events, from wherever the reader left off, as broken as the faults ask. */
import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { type Faults, strike } from './faults.ts';
import type { PredictionRecord, StreamEvent } from './record.ts';

export interface StreamOptions {
  readonly record: PredictionRecord;
  readonly watch: (listener: () => void) => () => void;
  readonly faults: Faults;
  readonly lastEventId: string | undefined;
  readonly response: ServerResponse;
}

/** Resolves when the stream is over: everything is written, the reader is gone, or a fault has cut it. */
export async function writeStream({
  record,
  watch,
  faults,
  lastEventId,
  response,
}: StreamOptions): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.flushHeaders();
  const write = createPen(response, faults);
  let wake = (): void => undefined;
  const onChange = (): void => wake();
  const unwatch = watch(onChange);
  response.once('close', onChange);
  try {
    let next = faults.streamIds ? positionAfter(record, lastEventId) : 0;
    while (!response.destroyed && !response.writableEnded) {
      const event = record.events[next];
      if (event) {
        if (!(await write(format(event, faults.streamIds ? `${record.createdAt}:${next}` : undefined))))
          return;
        if (event.event === 'done') break;
        next += 1;
        continue;
      }
      let timer: NodeJS.Timeout | undefined;
      const idle = await new Promise<boolean>((resolve) => {
        wake = () => resolve(false);
        timer = setTimeout(() => resolve(true), faults.heartbeatMs);
        // Something may have come between the look at the list and this moment.
        if (record.events.length > next || response.destroyed) resolve(false);
      });
      clearTimeout(timer);
      if (idle && !(await write(': hi\n\n'))) return;
    }
    response.end();
  } finally {
    unwatch();
    response.off('close', onChange);
  }
}

function positionAfter(record: PredictionRecord, lastEventId: string | undefined): number {
  const [created, index] = lastEventId?.split(':') ?? [];
  return Number(created) === record.createdAt && /^\d+$/.test(index ?? '') ? Number(index) + 1 : 0;
}

function format({ event, data }: StreamEvent, id: string | undefined): string {
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
  return `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}${lines.join('')}\n`;
}

/** Returns false once the stream is cut. */
function createPen(response: ServerResponse, faults: Faults): (text: string) => Promise<boolean> {
  const cut = strike(faults, 'cutStream');
  let written = 0;

  async function put(bytes: Buffer): Promise<void> {
    const size = faults.chunkBytes ?? (bytes.length || 1);
    for (let from = 0; from < bytes.length && !response.destroyed; from += size) {
      await new Promise<void>((resolve) => {
        response.once('close', resolve);
        response.write(bytes.subarray(from, from + size), () => {
          response.off('close', resolve);
          resolve();
        });
      });
      // Lets the piece leave on its own instead of together with the next.
      if (faults.chunkBytes !== null) await turn();
    }
  }

  return async (text) => {
    const bytes = Buffer.from(text);
    const room = cut ? cut.afterBytes - written : bytes.length;
    await put(bytes.subarray(0, Math.max(0, room)));
    written += bytes.length;
    if (!cut || bytes.length <= room) return !response.destroyed;
    if (cut.how === 'end') response.end();
    else response.destroy();
    return false;
  };
}
