/** Files and links that people give, on their way to a model. */

import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { Attachment } from '../../../src/core/chat.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { createIntake, type Intake } from '../../../src/core/files/intake.ts';
import { createPublicLink } from '../../../src/core/files/link.ts';
import { createReplicateModels } from '../../../src/core/models/replicate-models.ts';
import { createSandbox, type SandboxOptions } from '../../../src/sandbox/server.ts';
import { createSkippingClock, silent } from '../models/replicate-server.ts';
import { type FileServer, startFileServer } from './file-server.ts';
import { recordSilence } from './recording.ts';

const listed = z.object({
  results: z.array(
    z.object({
      name: z.string(),
      content_type: z.string(),
      size: z.number(),
      checksums: z.object({ sha256: z.string() }),
    }),
  ),
});

interface Stage {
  readonly intake: Intake;
  /** Where platform and people keep their files; `out.example` is its public name. */
  readonly server: FileServer;
  readonly directory: string;
  /** What Replicate has got. */
  uploads(): Promise<z.infer<typeof listed>['results']>;
}

async function setUp(faults: SandboxOptions = {}): Promise<Stage> {
  const sandbox = createSandbox(faults);
  const { url } = await sandbox.start();
  const server = await startFileServer();
  const directory = await mkdtemp(join(tmpdir(), 'replibot-test-'));
  onTestFinished(async () => {
    await sandbox.stop();
    await rm(directory, { recursive: true });
  });
  const clock = createSkippingClock();
  const intake = createIntake({
    models: createReplicateModels({ token: 'r8_secret', baseUrl: url, clock, log: silent }),
    directory,
    hosts: { domains: [], baseUrls: [server.url] },
    clock: systemClock,
    publicLink: createPublicLink({
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
      isPublic: (address) => address === '127.0.0.1',
    }),
  });
  return {
    intake,
    server,
    directory,
    async uploads() {
      const response = await fetch(`${url}/files`, { headers: { authorization: 'Bearer r8_secret' } });
      return listed.parse(await response.json()).results;
    },
  };
}

/** A file that only its surface can open, as Slack's are. */
function guarded(bytes: Uint8Array, over: Partial<Attachment> = {}): Attachment {
  return {
    name: 'memo.m4a',
    url: 'https://files.slack.com/private',
    open: async () => ({ stream: new Blob([Buffer.from(bytes)]).stream(), contentType: 'audio/mp4' }),
    ...over,
  };
}

const WAV = recordSilence(2);

describe('a file that only the platform can open', () => {
  it('is uploaded to Replicate as it is, named and typed by its bytes', async () => {
    const { intake, uploads, directory } = await setUp();
    const file = await intake.forModel(guarded(WAV, { name: '../m\u202Eemo.m4a' }), ['audio', 'video']);
    const [upload] = await uploads();
    expect(upload).toMatchObject({
      name: 'memo.wav',
      content_type: 'audio/wav',
      size: WAV.length,
      checksums: { sha256: createHash('sha256').update(WAV).digest('hex') },
    });
    expect(file.url).toMatch(/\/v1\/files\//);
    expect(file.length).toEqual({ seconds: 2, atMostSeconds: 3, measured: true });
    expect(await readdir(directory)).toEqual([]);
  });

  it.each([
    ['<html><title>Sign in to Slack', 'That file is a web page; this needs a sound recording or a video.'],
    ['PK\x03\x04', 'That file is an archive; this needs a sound recording or a video.'],
    ['\x89PNG\r\n\x1a\n', 'That file is a picture; this needs a sound recording or a video.'],
    ['MZ\0\0', 'That file is of a kind that I do not know; this needs a sound recording or a video.'],
  ])('is refused when it is %j, whatever it is said to be', async (bytes, sentence) => {
    const { intake, uploads, directory } = await setUp();
    const refused = intake.forModel(guarded(Buffer.from(bytes, 'latin1')), ['audio', 'video']);
    await expect(refused).rejects.toThrow(sentence);
    expect(await uploads()).toEqual([]);
    expect(await readdir(directory)).toEqual([]);
  });

  it('is refused as a web page or an archive by models that open anything else', async () => {
    const { intake, uploads } = await setUp();
    const refused = intake.forModel(guarded(Buffer.from('PK\x03\x04', 'latin1')), [
      'image',
      'text',
      'unknown',
    ]);
    await expect(refused).rejects.toThrow('That file is an archive, which no model is given.');
    expect(await uploads()).toEqual([]);
  });

  it('is refused over 100 MB, by what is said of it and by what comes', async () => {
    const { intake, directory } = await setUp();
    const said = guarded(WAV, { sizeBytes: 101 * 1024 * 1024 });
    await expect(intake.forModel(said, ['audio'])).rejects.toThrow('100 MB is the limit');
    const chunk = Buffer.alloc(1024 * 1024);
    const endless = guarded(WAV, {
      open: async () => ({ stream: new ReadableStream({ pull: (controller) => controller.enqueue(chunk) }) }),
    });
    await expect(intake.forModel(endless, ['audio'])).rejects.toThrow('100 MB is the limit');
    expect(await readdir(directory)).toEqual([]);
  });

  it('is refused in a sentence when Replicate finds it too large, and sent again when Replicate stumbles', async () => {
    const large = await setUp({ failUploads: { status: 413, times: 1 } });
    await expect(large.intake.forModel(guarded(WAV), ['audio'])).rejects.toThrow(
      'That file is too large: Replicate takes files of up to 100 MB.',
    );
    const stumbling = await setUp({ failUploads: { status: 502, times: 2 } });
    await stumbling.intake.forModel(guarded(WAV), ['audio']);
    expect(await stumbling.uploads()).toHaveLength(1);
    const down = await setUp({ failUploads: { status: 500, times: 99 } });
    await expect(down.intake.forModel(guarded(WAV), ['audio'])).rejects.toThrow('Replicate answered 500');
  });

  it('of 99 MB goes through in bounded memory', { timeout: 60_000 }, async () => {
    const { intake, uploads, directory } = await setUp();
    const path = join(directory, 'long.wav');
    const hash = createHash('sha256');
    const file = await open(path, 'w');
    for (const part of [WAV, ...Array.from({ length: 99 }, () => randomBytes(1_000_000))]) {
      hash.update(part);
      await file.write(part);
    }
    await file.close();
    const held = () => {
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const before = held();
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, held() - before);
    }, 5);
    onTestFinished(() => clearInterval(watch));
    const stream = async () => ({
      stream: Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>,
    });
    await intake.forModel(guarded(WAV, { open: stream }), ['audio']);
    const [upload] = await uploads();
    expect(upload).toMatchObject({ size: 99_032_044, checksums: { sha256: hash.digest('hex') } });
    // Both ends of the wire are in this process, and what is let go of is not collected at once.
    expect(most).toBeLessThan(90_000_000);
  });
});

describe('a file that is open to everybody', () => {
  it('is passed on as it is, after a look at its beginning', async () => {
    const { intake, server, uploads } = await setUp();
    const bytes = recordSilence(120);
    const link = `http://out.example:${server.port}/talk%20one.mp3`;
    server.host('/talk%20one.mp3', { bytes });
    expect(await intake.forModel(link, ['audio'])).toMatchObject({
      url: link,
      name: 'talk one.wav',
      type: { contentType: 'audio/wav' },
      length: { measured: true, seconds: 120 },
    });
    expect(await uploads()).toEqual([]);
  });

  it('is opened on its platform’s own hosts when the platform gave it, and not when somebody wrote it', async () => {
    const { intake, server } = await setUp();
    const url = server.host('/a.wav', { bytes: WAV }).replace('127.0.0.1', 'localhost');
    const local = server.host('/a.wav', { bytes: WAV });
    expect(
      (await intake.forModel({ name: 'a.wav', url: local, durationSeconds: 7 }, ['audio'])).length,
    ).toEqual({
      seconds: 7,
      atMostSeconds: 7,
      measured: true,
    });
    const strict = createIntake({
      models: { upload: async () => ({ url: '' }) },
      directory: tmpdir(),
      hosts: { domains: [], baseUrls: [server.url] },
      clock: systemClock,
    });
    await expect(strict.forModel(local, ['audio'])).rejects.toThrow('does not lead to a public address');
    await expect(strict.forModel(url, ['audio'])).rejects.toThrow('does not lead to a public address');
    const elsewhere = { name: 'a.wav', url };
    await expect(strict.forModel(elsewhere, ['audio'])).rejects.toThrow('does not lead to a public address');
  });

  it('is refused when it is of the wrong kind, too large or gone', async () => {
    const { intake, server } = await setUp();
    const at = (path: string) => `http://out.example:${server.port}${path}`;
    server.host('/page.mp3', { bytes: Buffer.from('<!DOCTYPE html>'), contentType: 'audio/mpeg' });
    server.on('/huge.wav', (response) => {
      response.writeHead(200, { 'content-length': 200_000_000 }).write(WAV);
    });
    await expect(intake.forModel(at('/page.mp3'), ['audio'])).rejects.toThrow('is a web page');
    await expect(intake.forModel(at('/huge.wav'), ['audio'])).rejects.toThrow('100 MB is the limit');
    await expect(intake.forModel(at('/gone'), ['audio'])).rejects.toThrow('no file at that address');
    server.on('/down', (response) => response.writeHead(503).end());
    await expect(intake.forModel(at('/down'), ['audio'])).rejects.toThrow(
      'its host does not answer as it should',
    );
  });
});

describe('a text file', () => {
  const text = (content: string | Buffer, over: Partial<Attachment> = {}) =>
    guarded(Buffer.from(content), { name: 'notes.txt', ...over });

  it('is read whole', async () => {
    const { intake, directory } = await setUp();
    expect(await intake.readText(text('Grüße\n'.repeat(5000)), 200_000)).toBe('Grüße\n'.repeat(5000));
    expect(await readdir(directory)).toEqual([]);
  });

  it('is refused when it is none, or too long', async () => {
    const { intake } = await setUp();
    await expect(intake.readText(text(Buffer.from([0, 1, 2])), 200_000)).rejects.toThrow('not a text file');
    const late = Buffer.concat([Buffer.alloc(8000, 'a'), Buffer.from([0xff, 0xfe])]);
    await expect(intake.readText(text(late), 200_000)).rejects.toThrow('not a text file in UTF-8');
    await expect(intake.readText(text('x'.repeat(200_001)), 200_000)).rejects.toThrow('200 kB is the limit');
  });
});
