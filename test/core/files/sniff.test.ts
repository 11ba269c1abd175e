/** What a file is, by its bytes and not by what anybody says. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isPublicAddress } from '../../../src/core/files/addresses.ts';
import { readDataUri } from '../../../src/core/files/data-uri.ts';
import { cleanFileName } from '../../../src/core/files/names.ts';
import { SNIFF_BYTES, sniff } from '../../../src/core/files/sniff.ts';
import { formatLength, type Recording, soundLength } from '../../../src/core/files/sound-length.ts';
import { recordFrames, recordSilence } from './recording.ts';

const latin = (text: string) => Buffer.from(text, 'latin1');

describe('the kind of a file', () => {
  it.each([
    ['\x89PNG\r\n\x1a\n....', 'image/png', 'image'],
    ['\xff\xd8\xff\xe0', 'image/jpeg', 'image'],
    ['RIFF\x10\0\0\0WEBPVP8 ', 'image/webp', 'image'],
    ['RIFF\x10\0\0\0WAVEfmt ', 'audio/wav', 'audio'],
    ['ID3\x04\0', 'audio/mpeg', 'audio'],
    ['\xff\xfb\x90\x64', 'audio/mpeg', 'audio'],
    ['\xff\xf1\x50\x80', 'audio/aac', 'audio'],
    ['OggS\0\x02', 'audio/ogg', 'audio'],
    ['\0\0\0\x20ftypM4A ', 'audio/mp4', 'audio'],
    ['\0\0\0\x20ftypisom', 'video/mp4', 'video'],
    ['\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm', 'video/webm', 'video'],
    ['%PDF-1.7', 'application/pdf', 'document'],
    ['PK\x03\x04\x14\0', 'application/zip', 'archive'],
    ['\x1f\x8b\x08\0', 'application/gzip', 'archive'],
    [`${'x'.repeat(257)}ustar\x0000`, 'application/x-tar', 'archive'],
    ['<!DOCTYPE html><title>Sign in', 'text/html', 'html'],
    ['\xef\xbb\xbf <!-- hi -->\n<HTML lang="en">', 'text/html', 'html'],
    ['<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">', 'image/svg+xml', 'image'],
    ['{"a": 1}', 'text/plain', 'text'],
    ['# Notes\n<b>bold</b>', 'text/plain', 'text'],
    ['MZ\x90\0\x03', 'application/octet-stream', 'unknown'],
    ['caf\xe9', 'application/octet-stream', 'unknown'],
    ['', 'application/octet-stream', 'unknown'],
  ])('of %j is %s', (bytes, contentType, kind) => {
    expect(sniff(latin(bytes))).toMatchObject({ contentType, kind });
  });

  it('is text also when the last character is cut off where we stop looking', () => {
    const text = Buffer.from('ä'.repeat(SNIFF_BYTES));
    expect(sniff(text.subarray(0, SNIFF_BYTES)).kind).toBe('text');
    expect(sniff(Buffer.concat([Buffer.from('x'), text]).subarray(0, SNIFF_BYTES)).kind).toBe('text');
  });
});

describe('a file name', () => {
  it.each([
    ['../../etc/passwd', undefined, 'passwd'],
    ['C:\\Windows\\system.ini', undefined, 'system.ini'],
    ['photo.png.exe', 'png', 'photo.png.png'],
    ['gpj.\u202Eexe.png', 'png', 'gpj.exe.png'],
    ['a\0b\r\nc.txt', 'txt', 'abc.txt'],
    ['.htaccess', undefined, 'htaccess'],
    ['CON.png', 'png', 'CON-file.png'],
    ['', 'wav', 'file.wav'],
    ['talk', 'mp3', 'talk.mp3'],
    ['"><script>', 'png', 'script.png'],
    ['Ärger über 日本.mp3', 'mp3', 'Ärger über 日本.mp3'],
  ])('of %j is made harmless', (name, extension, clean) => {
    expect(cleanFileName(name, extension)).toBe(clean);
  });

  it('is short, ends as its bytes say and has neither path nor invisible characters, whatever was given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        const clean = cleanFileName(name, 'png');
        expect(clean).toMatch(/^[^/\\\p{Cc}\p{Cf}]+\.png$/u);
        expect(clean.startsWith('.')).toBe(false);
        expect(Buffer.byteLength(clean)).toBeLessThanOrEqual(255);
      }),
    );
  });
});

describe('a public address', () => {
  it.each(['93.184.216.34', '8.8.8.8', '2606:4700::1111', '2a00:1450:4001:80e::200e'])('is %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    '127.0.0.1',
    '127.8.9.1',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:93.184.216.34',
    '64:ff9b::7f00:1',
    'fe80::1',
    'fc00::1',
    'fd12:3456::1',
    'ff02::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'localhost',
    '',
  ])('is not %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('a file that is its own address', () => {
  it('is decoded, and its type is not believed', () => {
    expect(readDataUri('data:image/png;base64,aGVsbG8=')?.toString()).toBe('hello');
    expect(readDataUri('data:text/plain;charset=utf-8,a%20b')?.toString()).toBe('a b');
    expect(readDataUri('data:,100%')?.toString()).toBe('100%');
    expect(readDataUri('https://example.com/data:')).toBeUndefined();
  });
});

describe('the length of a recording', () => {
  const lengthOf = (bytes: Buffer, over: Partial<Recording> = {}) => {
    const head = bytes.subarray(0, SNIFF_BYTES);
    return soundLength({ type: sniff(head), content: { head }, sizeBytes: bytes.length, ...over });
  };

  it('is what the platform says, else what the header says, also of a beginning alone', async () => {
    const wav = recordSilence(90);
    expect(await lengthOf(wav)).toEqual({ seconds: 90, atMostSeconds: 91, measured: true });
    expect(await lengthOf(wav, { durationSeconds: 12.5 })).toEqual({
      seconds: 12.5,
      atMostSeconds: 13,
      measured: true,
    });
    const mp3 = recordFrames(2000);
    expect((await lengthOf(mp3))?.seconds).toBeCloseTo(52.1, 0);
  });

  it('is read from the whole file where there is one', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'replibot-test-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const path = join(directory, 'file');
    const bytes = recordFrames(2000);
    await writeFile(path, bytes);
    const length = await lengthOf(bytes, { content: { path } });
    expect(length?.seconds).toBeCloseTo(52.24, 1);
    expect(length?.measured).toBe(true);
  });

  it('is guessed from the size where nobody says, and the bound is not what a header claims', async () => {
    const head = latin('ID3\x04junk');
    expect(await lengthOf(head, { sizeBytes: 1_200_000 })).toEqual({
      seconds: 100,
      atMostSeconds: 800,
      measured: false,
    });
    const lying = recordSilence(90);
    lying.writeUInt32LE(100, 40);
    expect((await lengthOf(lying))?.atMostSeconds).toBe(91);
    expect((await lengthOf(recordFrames(2000)))?.atMostSeconds).toBe(556);
    expect(await soundLength({ type: sniff(head), content: { head } })).toBeUndefined();
  });

  it('reads well', () => {
    expect([40, 89, 600, 4320].map(formatLength)).toEqual(['40 s', '89 s', '10 min', '1 h 12 min']);
  });
});
