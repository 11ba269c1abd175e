/** Server-sent events, read from whatever pieces they arrive in. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEventParser, type ServerSentEvent } from '../../../src/core/models/server-sent-events.ts';

const encoder = new TextEncoder();

function parse(bytes: Uint8Array, cuts: readonly number[] = []): ServerSentEvent[] {
  const parser = createEventParser();
  const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
  return edges.slice(1).flatMap((edge, index) => parser.push(bytes.subarray(edges[index], edge)));
}

const read = (text: string) => parse(encoder.encode(text));

test('reads name, data, id and retry of an event', () => {
  expect(read('event: output\ndata: Hello\nid: 7\nretry: 250\n\n')).toEqual([
    { event: 'output', data: 'Hello', id: '7', retryMs: 250 },
  ]);
});

test('joins several data lines by line feeds and keeps their spaces beyond the first', () => {
  expect(read('data:  a \ndata:b\ndata\n\n')).toEqual([{ event: 'message', data: ' a \nb\n' }]);
});

test('tells an empty data line from no data at all', () => {
  expect(read('data:\n\nevent: done\n\ndata: x\n\n')).toEqual([
    { event: 'message', data: '' },
    { event: 'message', data: 'x' },
  ]);
});

test('ends lines at CR, LF and CRLF', () => {
  expect(read('data: a\rdata: b\r\ndata: c\n\r\ndata: d\r\r').map((event) => event.data)).toEqual([
    'a\nb\nc',
    'd',
  ]);
});

test('skips a byte order mark, comments, unknown fields, ids with NUL and retries that are no number', () => {
  expect(read('\uFEFF: hi\ncolour: red\nid: a\0b\nretry: 1s\ndata: x\n\n')).toEqual([
    { event: 'message', data: 'x' },
  ]);
});

test('does not return an event whose blank line never came', () => {
  expect(read('data: whole\n\ndata: half\n')).toEqual([{ event: 'message', data: 'whole' }]);
});

test('does not give an event the id of an earlier one', () => {
  expect(read('id: 1\ndata: a\n\ndata: b\n\n')[1]).toEqual({ event: 'message', data: 'b' });
});

test('reads the same events however the bytes are cut', () => {
  const piece = fc.constantFrom(
    'data',
    'event',
    'id',
    'retry',
    ':',
    ' ',
    '\n',
    '\r',
    '\r\n',
    '\n\n',
    'ü',
    '😀',
    '\uFEFF',
    'x',
    '12',
    '\0',
  );
  const text = fc.array(piece, { maxLength: 60 }).map((pieces) => encoder.encode(pieces.join('')));
  fc.assert(
    fc.property(text, fc.array(fc.nat(300), { maxLength: 40 }), (bytes, cuts) => {
      const inside = cuts.map((cut) => Math.min(cut, bytes.length));
      expect(parse(bytes, inside)).toEqual(parse(bytes));
    }),
    { numRuns: 500 },
  );
});
