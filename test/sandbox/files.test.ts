/** Files on their way in and out: uploads, what models see of them, downloads that fail. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { expect, onTestFinished, test } from 'vitest';
import { makeTone } from '../../src/sandbox/tone.ts';
import { type StartedSandbox, sdxl, startSandbox, whisper } from './started-sandbox.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

type ApiFile = { id: string; name: string; size: number; content_type: string; urls: { get: string } };

async function upload({ request }: StartedSandbox, bytes: Uint8Array<ArrayBuffer>, name = 'a.bin') {
  const form = new FormData();
  form.append('content', new Blob([bytes], { type: 'audio/wav' }), name);
  form.append('metadata', new Blob(['{"from":"test"}'], { type: 'application/json' }));
  return request('/files', { method: 'POST', body: form });
}

const uploaded = async (started: StartedSandbox, bytes: Uint8Array<ArrayBuffer>) =>
  (await (await upload(started, bytes)).json()) as ApiFile;

async function finished(started: StartedSandbox, version: string, input: object) {
  const response = await started.create({ version, input }, { prefer: 'wait' });
  return (await response.json()) as { status: string; output: unknown; error: string; logs: string };
}

test('keeps an upload byte for byte, whatever its name and content', async () => {
  const started = await startSandbox();
  const bytes = new Uint8Array(Buffer.concat([Buffer.from('\r\n--\r\n'), randomBytes(300_000)]));
  const response = await upload(started, bytes, 'a "quoted"; name=x.wav');
  expect(response.status).toBe(201);
  const file = (await response.json()) as ApiFile;
  expect(file).toMatchObject({
    name: 'a "quoted"; name=x.wav',
    size: bytes.length,
    content_type: 'audio/wav',
    checksums: { sha256: sha256(bytes) },
    metadata: { from: 'test' },
  });
  const kept = await fetch(started.url.replace('/v1', `/_sandbox/files/${file.id}`));
  expect(Buffer.from(await kept.arrayBuffer()).equals(bytes)).toBe(true);
  expect((await started.request(`/files/${file.id}`, { method: 'DELETE' })).status).toBe(204);
  expect((await started.request(`/files/${file.id}`)).status).toBe(404);
});

test('removes what a sandbox that died left behind, a day after', async () => {
  const left = await mkdtemp(join(tmpdir(), 'replicate-sandbox-'));
  const another = await mkdtemp(join(tmpdir(), 'replicate-sandbox-'));
  onTestFinished(() => rm(another, { recursive: true }));
  const twoDaysAgo = Date.now() / 1000 - 2 * 86_400;
  await utimes(left, twoDaysAgo, twoDaysAgo);
  await upload(await startSandbox(), new Uint8Array(10));
  expect([left, another].map((path) => existsSync(path))).toEqual([false, true]);
});

test('refuses more than a hundred megabytes, nothing at all, and a form that is cut short', async () => {
  const started = await startSandbox();
  const megabyte = new Uint8Array(1024 * 1024);
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent === 0) {
        controller.enqueue(
          Buffer.from('--x\r\nContent-Disposition: form-data; name="content"; filename="a"\r\n\r\n'),
        );
      }
      if (sent > 120) controller.close();
      else controller.enqueue(megabyte);
      sent += 1;
    },
  });
  const headers = { 'content-type': 'multipart/form-data; boundary=x' };
  const large = { method: 'POST', headers, body, duplex: 'half' } as RequestInit;
  expect((await started.request('/files', large)).status).toBe(413);
  const post = async (text: string) =>
    (await started.request('/files', { method: 'POST', headers, body: text })).status;
  expect(await post('--x--\r\n')).toBe(422);
  expect(await post('--x\r\nContent-Disposition: form-data; name="content"; filename="a"\r\n\r\nabc')).toBe(
    422,
  );
  expect(await (await started.request('/files')).json()).toMatchObject({ results: [] });
});

test('a transcript names the recording that was uploaded and is as long as it', async () => {
  const started = await startSandbox();
  const tone = new Uint8Array(makeTone(440));
  const { urls } = await uploaded(started, tone);
  const { output } = await finished(started, whisper, { audio: urls.get, transcription: 'srt' });
  expect(JSON.stringify(output)).toContain(sha256(tone));
  expect(output).toMatchObject({ transcription: expect.stringContaining('--> 00:00:01,000') });
});

test('a page is no recording', async () => {
  const started = await startSandbox();
  const { urls } = await uploaded(started, new Uint8Array(Buffer.from('<!DOCTYPE html><title>Sign in')));
  expect(await finished(started, whisper, { audio: urls.get })).toMatchObject({
    status: 'failed',
    error: expect.stringContaining('Invalid data found'),
  });
});

test('links are left alone unless they are to be fetched', async () => {
  const page = createServer((request, response) => {
    if (request.url === '/cut') response.writeHead(200).write('so', () => response.destroy());
    else response.writeHead(request.url === '/here' ? 200 : 404).end('sound');
  });
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void page.close());
  const address = page.address();
  const link = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const careful = await startSandbox();
  const left = await finished(careful, whisper, { audio: `${link}/here` });
  expect(JSON.stringify(left.output)).toContain('a link that the sandbox leaves alone');
  const curious = await startSandbox({ fetchLinks: true });
  const heard = await finished(curious, whisper, { audio: `${link}/here` });
  expect(JSON.stringify(heard.output)).toContain(sha256(Buffer.from('sound')));
  expect(await finished(curious, whisper, { audio: `${link}/gone` })).toMatchObject({
    status: 'failed',
    error: 'Failed to download the input file: 404',
  });
  expect(await finished(curious, whisper, { audio: `${link}/cut` })).toMatchObject({
    status: 'failed',
    error: 'Failed to download the input file',
  });
});

test('downloads of pictures fail in every way that is asked for, once', async () => {
  const started = await startSandbox();
  const { faults } = started.sandbox;
  const input = { prompt: 'x', width: 64, height: 64, num_inference_steps: 2 };
  const { output } = await finished(started, sdxl, input);
  const [url = ''] = output as string[];
  const whole = Buffer.from(await (await fetch(url)).arrayBuffer());
  faults.failFiles = { status: 403, times: 1 };
  expect((await fetch(url)).status).toBe(403);
  faults.cutFiles = { afterBytes: 100, times: 1 };
  const cut = await fetch(url);
  expect(cut.headers.get('content-length')).toBe(String(whole.length));
  await expect(cut.arrayBuffer()).rejects.toThrow();
  const range = { range: 'bytes=100-', 'if-range': cut.headers.get('etag') ?? '' };
  const rest = await fetch(url, { headers: range });
  expect(rest.headers.get('content-range')).toBe(`bytes 100-${whole.length - 1}/${whole.length}`);
  expect(Buffer.from(await rest.arrayBuffer()).equals(whole.subarray(100))).toBe(true);
  expect((await fetch(url, { headers: { ...range, 'if-range': '"other"' } })).status).toBe(200);
  faults.redirectFiles = { to: 'http://127.0.0.1:1/secret', times: 1 };
  expect((await fetch(url, { redirect: 'manual' })).headers.get('location')).toBe(
    'http://127.0.0.1:1/secret',
  );
  faults.htmlFiles = { times: 1 };
  expect(await (await fetch(url)).text()).toContain('<!doctype html>');
  faults.fileContentType = 'text/plain';
  const again = await fetch(url);
  expect(again.headers.get('content-type')).toBe('text/plain');
  expect(Buffer.from(await again.arrayBuffer()).equals(whole)).toBe(true);
});

test('padded pictures are larger and still the same picture', async () => {
  const started = await startSandbox();
  const input = { prompt: 'x', width: 64, height: 64, num_inference_steps: 2 };
  const { output } = await finished(started, sdxl, input);
  const bytes = async () => Buffer.from(await (await fetch((output as string[])[0] ?? '')).arrayBuffer());
  const small = await bytes();
  started.sandbox.faults.filePaddingBytes = 3_000_000;
  const large = await bytes();
  expect(large.length).toBe(small.length + 3_000_000 + 12);
  expect(PNG.sync.read(large).data.equals(PNG.sync.read(small).data)).toBe(true);
});

test('uploads fail as often as asked', async () => {
  const started = await startSandbox({ failUploads: { status: 413, times: 1 } });
  expect((await upload(started, new Uint8Array(4))).status).toBe(413);
  expect((await upload(started, new Uint8Array(4))).status).toBe(201);
});
