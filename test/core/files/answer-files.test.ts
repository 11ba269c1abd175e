/** The files of an answer, as a surface with limits gets them. */

import { randomBytes } from 'node:crypto';
import { access, mkdtemp, readdir, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { PNG } from 'pngjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FileLimits } from '../../../src/core/chat.ts';
import { collectAnswerFiles } from '../../../src/core/files/answer-files.ts';
import { createFilesDirectory, createRunFiles, type RunFiles } from '../../../src/core/files/run-files.ts';
import type { PresentedFile } from '../../../src/core/presenter.ts';
import { createSkippingClock, silent } from '../models/replicate-server.ts';
import { type FileServer, startFileServer } from './file-server.ts';

const ROOMY: FileLimits = { maxCount: 10, maxBytes: 10_000_000, maxTotalBytes: 25_000_000 };
const SIGNAL = new AbortController().signal;

interface Stage {
  readonly server: FileServer;
  readonly directory: string;
  readonly files: RunFiles;
  collect(presented: readonly PresentedFile[], limits?: FileLimits): ReturnType<typeof collectAnswerFiles>;
}

async function setUp(): Promise<Stage> {
  const server = await startFileServer();
  const directory = await mkdtemp(join(tmpdir(), 'replibot-test-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const hosts = { domains: [], baseUrls: [server.url] };
  const files = createRunFiles({ directory, hosts, clock: createSkippingClock(), log: silent });
  return {
    server,
    directory,
    files,
    collect: (presented, limits) =>
      collectAnswerFiles(presented, {
        runId: 'run-1',
        files,
        limits,
        expiresAt: Date.UTC(2026, 10, 21, 17, 20),
        signal: SIGNAL,
      }),
  };
}

/** Noise, which no compression makes smaller. */
function drawNoise(side: number): Buffer {
  const png = new PNG({ width: side, height: side });
  randomBytes(side * side * 4).copy(png.data);
  for (let at = 3; at < png.data.length; at += 4) png.data[at] = 255;
  return PNG.sync.write(png, { deflateLevel: 1 });
}

async function reencode(png: Buffer, format: 'png' | 'jpeg' | 'webp'): Promise<Buffer> {
  const image = await loadImage(png);
  const canvas = createCanvas(image.width, image.height);
  canvas.getContext('2d').drawImage(image, 0, 0);
  if (format === 'png') return png;
  return format === 'jpeg' ? canvas.encode('jpeg', 100) : canvas.encode('webp', 100);
}

const picture = (
  url: string,
  over: { name?: string; alt?: string; spoiler?: boolean } = {},
): PresentedFile => ({
  from: 'url',
  url,
  name: 'fox',
  ...over,
});

describe('files that fit', () => {
  it('are attached with their bytes, named by what they are, in their order', async () => {
    const { server, collect } = await setUp();
    const [png, jpeg] = [drawNoise(40), Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), randomBytes(900)])];
    const { files, lines } = await collect(
      [
        picture(server.host('/out-0', { bytes: png, contentType: 'text/html' }), {
          alt: 'A fox',
          spoiler: true,
        }),
        picture(server.host('/out-1.png', { bytes: jpeg }), { name: 'CON' }),
        { from: 'text', name: 'talk.srt', text: '1\n…' },
      ],
      ROOMY,
    );
    expect(lines).toEqual([]);
    expect(
      files.map(({ id, name, contentType, alt, spoiler }) => ({ id, name, contentType, alt, spoiler })),
    ).toEqual([
      { id: 'run-1/0', name: 'fox.png', contentType: 'image/png', alt: 'A fox', spoiler: true },
      { id: 'run-1/1', name: 'CON-file.jpg', contentType: 'image/jpeg', alt: undefined, spoiler: undefined },
      { id: 'run-1/2', name: 'talk.srt', contentType: 'text/plain', alt: undefined, spoiler: undefined },
    ]);
    const [first, second] = await Promise.all(files.map((file) => readFile(file.path)));
    expect(first?.equals(png)).toBe(true);
    expect(second?.equals(jpeg)).toBe(true);
  });

  it('are fetched once, from the moment they are known, and deleted with their run', async () => {
    const { server, files, collect, directory } = await setUp();
    const url = server.host('/out', { bytes: drawNoise(40) });
    files.begin('run-1', url, SIGNAL);
    await collect([picture(url)], ROOMY);
    const attached = await collect([picture(url)], ROOMY);
    expect(server.seen).toEqual(['/out']);
    await files.drop('run-1');
    await expect(access(attached.files[0]?.path ?? '')).rejects.toThrow();
    expect(await readdir(directory)).toEqual([]);
  });

  it('carry their public address and its end, for a surface that cannot upload them after all', async () => {
    const { server, collect } = await setUp();
    const bytes = drawNoise(20);
    const url = server.host('/out', { bytes });
    const { files } = await collect(
      [
        picture(url),
        picture(`data:image/png;base64,${bytes.toString('base64')}`),
        { from: 'text', name: 'talk.srt', text: '1\n…' },
      ],
      ROOMY,
    );
    expect(files.map(({ link }) => link)).toEqual([
      { url, expiresAt: Date.UTC(2026, 10, 21, 17, 20) },
      undefined,
      undefined,
    ]);
  });

  it('may be their own address', async () => {
    const { collect } = await setUp();
    const bytes = drawNoise(20);
    const { files } = await collect([picture(`data:text/html;base64,${bytes.toString('base64')}`)], ROOMY);
    expect(files[0]).toMatchObject({ name: 'fox.png', sizeBytes: bytes.length });
  });
});

describe('files that do not fit', () => {
  it.each([
    ['png', 1_100_000, 'jpg', [1024, 1024]],
    ['jpeg', 750_000, 'jpg', [1024, 1024]],
    ['webp', 400_000, 'jpg', [768, 768]],
    ['png', 150_000, 'jpg', [512, 512]],
  ] as const)(
    'are written anew where they are a %s, for %i bytes',
    async (format, maxBytes, ending, sides) => {
      const { server, collect } = await setUp();
      const bytes = await reencode(drawNoise(1024), format);
      const url = server.host('/out', { bytes });
      const { files, lines } = await collect([picture(url)], { ...ROOMY, maxBytes });
      expect(lines).toEqual([]);
      expect(bytes.length).toBeGreaterThan(maxBytes);
      expect(files[0]?.sizeBytes).toBeLessThanOrEqual(maxBytes);
      expect(files[0]?.name).toBe(`fox.${ending}`);
      const { width, height } = await loadImage(files[0]?.path ?? '');
      expect([width, height]).toEqual(sides);
    },
  );

  it('keep their holes', async () => {
    const { server, collect } = await setUp();
    const png = PNG.sync.read(drawNoise(1024));
    for (let at = 3; at < png.data.length / 2; at += 4) png.data[at] = 0;
    const url = server.host('/out', { bytes: PNG.sync.write(png) });
    const { files } = await collect([picture(url)], { ...ROOMY, maxBytes: 900_000 });
    expect(files[0]).toMatchObject({ name: 'fox.webp', contentType: 'image/webp' });
    const small = await loadImage(files[0]?.path ?? '');
    const context = createCanvas(small.width, small.height).getContext('2d');
    context.drawImage(small, 0, 0);
    expect(context.getImageData(10, 10, 1, 1).data[3]).toBe(0);
    expect(context.getImageData(10, small.height - 10, 1, 1).data[3]).toBeGreaterThan(200);
  });

  it('share what there is for one message', async () => {
    const { server, collect } = await setUp();
    const urls = [0, 1, 2].map((index) => server.host(`/out-${index}`, { bytes: drawNoise(700) }));
    const limits = { ...ROOMY, maxTotalBytes: 4_000_000 };
    const { files } = await collect(
      urls.map((url) => picture(url)),
      limits,
    );
    expect(files).toHaveLength(3);
    expect(files.reduce((sum, file) => sum + file.sizeBytes, 0)).toBeLessThanOrEqual(4_000_000);
  });

  it('are linked with the time until which the link works', async () => {
    const { server, collect } = await setUp();
    const url = server.host('/out', {
      bytes: Buffer.concat([Buffer.from('ID3\x04'), randomBytes(3_000_000)]),
    });
    const { files, lines } = await collect([picture(url, { name: 'song' })], {
      ...ROOMY,
      maxBytes: 2_000_000,
    });
    expect(files).toEqual([]);
    expect(lines).toEqual([
      `song: ${url} It is too large to attach here (3 MB). The link works until 17:20 UTC.`,
    ]);
    expect((await collect([picture(url)])).lines).toEqual([`fox: ${url} The link works until 17:20 UTC.`]);
  });

  it('are linked when they are too many', async () => {
    const { server, collect } = await setUp();
    const url = server.host('/out', { bytes: drawNoise(20) });
    const { files, lines } = await collect([picture(url), picture(url)], { ...ROOMY, maxCount: 1 });
    expect(files).toHaveLength(1);
    expect(lines).toEqual([expect.stringContaining('Only 1 files fit')]);
  });

  it('are not even fetched when they are a great many', async () => {
    const { server, files, collect } = await setUp();
    const urls = Array.from({ length: 40 }, (_, index) =>
      server.host(`/out-${index}`, { bytes: drawNoise(20) }),
    );
    for (const url of urls) files.begin('run-1', url, SIGNAL);
    const { lines } = await collect(
      urls.map((url) => picture(url)),
      ROOMY,
    );
    expect(lines).toHaveLength(30);
    expect(server.seen).toHaveLength(10);
  });

  it('show their text where that is all they are', async () => {
    const { collect } = await setUp();
    expect((await collect([{ from: 'text', name: 'a.txt', text: 'all of it' }])).lines).toEqual([
      'all of it',
    ]);
  });

  it('are not decoded when they claim to have more points than memory', async () => {
    const { server, collect } = await setUp();
    const bomb = Buffer.concat([drawNoise(20), Buffer.alloc(5000)]);
    bomb.writeUInt32BE(60_000, 16);
    bomb.writeUInt32BE(60_000, 20);
    const url = server.host('/out', { bytes: bomb });
    const { files, lines } = await collect([picture(url)], { ...ROOMY, maxBytes: 1000 });
    expect(files).toEqual([]);
    expect(lines).toEqual([expect.stringContaining('too large to attach')]);
  });
});

describe('files that are not to be had', () => {
  it('are linked when they are Replicate’s, and never opened or linked elsewhere', async () => {
    const { server, collect } = await setUp();
    const elsewhere = await startFileServer();
    const { lines } = await collect([picture(`${server.url}/gone`), picture(`${elsewhere.url}/\`a`)], ROOMY);
    expect(lines).toEqual([
      `fox: ${server.url}/gone There is no file at that address, or it is not open to me. The link works until 17:20 UTC.`,
      `fox: \`${elsewhere.url}/a\` That file is not where it should be.`,
    ]);
    expect(elsewhere.seen).toEqual([]);
  });

  it.each([
    ['<!doctype html><p>Sign in', 'It is a web page, not a file.'],
    ['PK\x03\x04zipped', 'Archives are not passed on.'],
  ])('include %j, whatever it is said to be', async (bytes, reason) => {
    const { server, collect, directory } = await setUp();
    const url = server.host('/out.png', { bytes: Buffer.from(bytes), contentType: 'image/png' });
    const { files, lines } = await collect([picture(url)], ROOMY);
    expect(files).toEqual([]);
    expect(lines).toEqual([expect.stringContaining(reason)]);
    expect((await readdir(directory, { recursive: true })).length).toBe(1);
  });
});

it('keeps files in a directory of the process, and removes those of processes long gone', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'replibot-test-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  const [old, recent] = [
    await createFilesDirectory(Date.now(), parent),
    await createFilesDirectory(Date.now(), parent),
  ];
  const longAgo = new Date(Date.now() - 25 * 3_600_000);
  await utimes(old, longAgo, longAgo);
  const own = await createFilesDirectory(Date.now(), parent);
  const names = await readdir(parent);
  expect(names.map((name) => join(parent, name)).sort()).toEqual([recent, own].sort());
});
