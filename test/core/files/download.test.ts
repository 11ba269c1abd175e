/** Files on their way to the disk: whole or not at all. */

import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { OperatorError } from '../../../src/core/errors.ts';
import { download, FileTooLargeError, type StoredFile } from '../../../src/core/files/download.ts';
import { createTrustedLink } from '../../../src/core/files/link.ts';
import { LinkGoneError } from '../../../src/core/files/link-errors.ts';
import { createSkippingClock } from '../models/replicate-server.ts';
import { startFileServer } from './file-server.ts';

async function temporary(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'replibot-test-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

async function fetchTo(directory: string, url: string, maxBytes = 1_000_000): Promise<StoredFile> {
  const open = createTrustedLink({ domains: [], baseUrls: [url] });
  return download((options) => open(url, options), {
    path: join(directory, 'file'),
    maxBytes,
    clock: createSkippingClock(),
  });
}

it('brings the very bytes, and says what they are', async () => {
  const [server, directory] = [await startFileServer(), await temporary()];
  const bytes = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), randomBytes(300_000)]);
  const file = await fetchTo(directory, server.host('/a.jpg', { bytes, contentType: 'image/jpeg' }));
  expect((await readFile(file.path)).equals(bytes)).toBe(true);
  expect(file).toMatchObject({ sizeBytes: bytes.length, type: { contentType: 'image/png' } });
  expect(await readdir(directory)).toEqual(['file']);
});

it('goes on where the connection was cut', async () => {
  const [server, directory] = [await startFileServer(), await temporary()];
  const bytes = randomBytes(400_000);
  const url = server.host('/a', { bytes, cut: { afterBytes: 150_000, times: 2 } });
  const file = await fetchTo(directory, url);
  expect((await readFile(file.path)).equals(bytes)).toBe(true);
  expect(server.seen).toEqual(['/a', '/a bytes=150000-', '/a bytes=300000-']);
});

it.each([
  ['knows no ranges', { ranges: false }],
  ['has nothing to recognise the file by', { etag: null }],
])('begins anew where the host %s', async (_, quirk) => {
  const [server, directory] = [await startFileServer(), await temporary()];
  const bytes = randomBytes(200_000);
  const url = server.host('/a', { bytes, cut: { afterBytes: 150_000, times: 2 }, ...quirk });
  expect((await readFile((await fetchTo(directory, url)).path)).equals(bytes)).toBe(true);
});

it('does not mix two versions of a file that changed in between', async () => {
  const [server, directory] = [await startFileServer(), await temporary()];
  const [before, after] = [randomBytes(200_000), randomBytes(180_000)];
  const url = server.on('/a', (response) => {
    server.host('/a', { bytes: after, etag: '"two"' });
    response.writeHead(200, { 'content-length': before.length, etag: '"one"' });
    response.write(before.subarray(0, 150_000), () => setTimeout(() => response.destroy(), 30));
  });
  expect((await readFile((await fetchTo(directory, url)).path)).equals(after)).toBe(true);
});

it('refuses what is too large, before it comes where its size is told, and while it comes where it is not', async () => {
  const [server, directory] = [await startFileServer(), await temporary()];
  const told = server.host('/told', { bytes: randomBytes(2000) });
  const untold = server.on('/untold', (response) => {
    const more = () => response.destroyed || response.write(randomBytes(16_384), more);
    more();
  });
  await expect(fetchTo(directory, told, 1999)).rejects.toThrow(FileTooLargeError);
  await expect(fetchTo(directory, untold, 500_000)).rejects.toThrow('500 kB is the limit');
  expect(await readdir(directory)).toEqual([]);
});

it('gives up on what is gone at once, on what fails after some tries, and leaves nothing behind', async () => {
  const [server, directory] = [await startFileServer(), await temporary()];
  const broken = server.host('/cut', { bytes: randomBytes(1000), cut: { afterBytes: 100, times: 99 } });
  const stuck = server.on('/stuck', (response) => response.writeHead(500).end());
  await expect(fetchTo(directory, `${server.url}/none`)).rejects.toThrow(LinkGoneError);
  expect(server.seen).toEqual(['/none']);
  await expect(fetchTo(directory, stuck)).rejects.toThrow('500');
  expect(server.seen.filter((path) => path === '/stuck')).toHaveLength(5);
  // Every try brings a hundred bytes more here: it ends with the whole file.
  expect((await fetchTo(directory, broken)).sizeBytes).toBe(1000);
  const noRange = { bytes: randomBytes(1000), ranges: false, cut: { afterBytes: 100, times: 99 } };
  await expect(fetchTo(directory, server.host('/never', noRange))).rejects.toThrow();
  expect(await readdir(directory)).toEqual(['file']);
});

it('does not ask again for what only the operator can mend', async () => {
  const directory = await temporary();
  let asked = 0;
  const downloading = download(
    async () => {
      asked += 1;
      throw new OperatorError('the token lacks files:read', 'Not allowed.');
    },
    { path: join(directory, 'file'), maxBytes: 1000, clock: createSkippingClock() },
  );
  await expect(downloading).rejects.toThrow('files:read');
  expect(asked).toBe(1);
});

it('stops when it is told to', async () => {
  const [server, directory] = [await startFileServer(), await temporary()];
  const stop = new AbortController();
  const url = server.on('/slow', (response) => {
    response.writeHead(200).write('some');
    stop.abort(new Error('no more'));
  });
  const open = createTrustedLink({ domains: [], baseUrls: [url] });
  const downloading = download((options) => open(url, options), {
    path: join(directory, 'file'),
    maxBytes: 1000,
    clock: createSkippingClock(),
    signal: stop.signal,
  });
  await expect(downloading).rejects.toThrow('no more');
  expect(await readdir(directory)).toEqual([]);
});
