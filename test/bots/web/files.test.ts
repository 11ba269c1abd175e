/** Files over HTTP: what people send, what answers show, who gets them, and how long they are kept. */

import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Attachment, MessageFile } from '../../../src/core/chat.ts';
import { createFakeClock } from '../../fake-clock.ts';
import {
  createDirectedHandler,
  createMapStore,
  openPlayground,
  type Playground,
  type SeenExchange,
  watch,
} from './playground.ts';

const CONVERSATION = 'conversation-1';
const EVENTS = `/chat/${CONVERSATION}/events`;
const PNG = Buffer.from('\x89PNG\r\n\x1a\n and so on', 'latin1');
const DAY_MS = 24 * 60 * 60 * 1000;

type Shown = SeenExchange & { files: { key: string; name: string }[]; askedFiles: { id: string }[] };

let directory: string;
let opened: Playground[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'playground-test-'));
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((playground) => playground.close()));
  await rm(directory, { recursive: true });
});

async function open(options: Partial<Parameters<typeof openPlayground>[0]> = {}): Promise<Playground> {
  const playground = await openPlayground({ handler: createDirectedHandler(), ...options });
  opened.push(playground);
  return playground;
}

async function made(name: string, contentType: string, bytes: Buffer): Promise<MessageFile> {
  const path = join(directory, name);
  await writeFile(path, bytes);
  return { id: name, name, contentType, sizeBytes: bytes.length, path };
}

async function read(attachment: Attachment | undefined): Promise<Buffer> {
  const content = await attachment?.open?.();
  const chunks: Uint8Array[] = [];
  for await (const chunk of content?.stream ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('what people send', () => {
  it('reaches the handler byte for byte, and is named above the answer', async () => {
    const handler = createDirectedHandler();
    const { post, upload, url } = await open({ handler });
    const bytes = new Uint8Array(randomBytes(5000));
    const id = await upload('../../cat\u202egnp.png', bytes, 'image/png');
    expect(
      (await post('/chat', { conversation: CONVERSATION, text: 'Who is this?', files: [id] })).status,
    ).toBe(202);
    const [attachment] = handler.invocations[0]?.invocation.attachments ?? [];
    expect(attachment).toMatchObject({ name: 'catgnp.png', contentType: 'image/png', sizeBytes: 5000 });
    expect(await read(attachment)).toEqual(Buffer.from(bytes));
    // A second look at the same file begins again.
    expect(await read(attachment)).toEqual(Buffer.from(bytes));
    const seen = await watch(url + EVENTS, (all) => all.size > 0);
    expect([...seen.values()]).toMatchObject([{ question: 'Who is this?', askedFiles: [{ id }] }]);
  });

  it.each([
    ['song.mp3', '', 'transcribe'],
    ['recording', 'video/webm', 'transcribe'],
    ['cat.png', 'image/png', 'ask'],
  ])('without a word: %s (%s) is for %s', async (name, type, command) => {
    const handler = createDirectedHandler();
    const { post, upload } = await open({ handler });
    const id = await upload(name, new Uint8Array(3), type);
    await post('/chat', { conversation: CONVERSATION, files: [id] });
    expect(handler.invocations[0]?.invocation).toMatchObject({ command, args: { form: 'text', text: '' } });
  });

  it('comes in pieces, a lost one again, but no gaps and no more than was said', async () => {
    const { post, url } = await open();
    const begun = await post('/uploads', { name: 'a.bin', contentType: '', sizeBytes: 6 });
    const { id } = (await begun.json()) as { id: string };
    const send = async (offset: number, text: string) => {
      const headers = { 'Content-Type': 'application/octet-stream' };
      return fetch(`${url}/uploads/${id}?offset=${offset}`, { method: 'PATCH', headers, body: text });
    };
    expect(await (await send(0, 'abc')).json()).toEqual({ receivedBytes: 3 });
    expect((await send(4, 'xy')).status).toBe(409);
    expect((await fetch(`${url}/uploads/${id}`)).status).toBe(404);
    expect(await (await send(0, 'ABC')).json()).toEqual({ receivedBytes: 3 });
    expect(await (await send(3, 'def')).json()).toEqual({ receivedBytes: 6 });
    expect(await (await fetch(`${url}/uploads/${id}`)).text()).toBe('ABCdef');
    expect((await send(3, 'defg')).status).toBe(409);
  });

  it('is refused above 100 MB, empty, or in a body that another site could send', async () => {
    const { post, url } = await open();
    const begin = async (sizeBytes: number) => {
      const response = await post('/uploads', { name: 'a/film.mp4', contentType: 'video/mp4', sizeBytes });
      return [response.status, await response.json()];
    };
    expect(await begin(100_000_001)).toEqual([413, { error: '“film.mp4” is larger than 100 MB.' }]);
    expect(await begin(0)).toEqual([413, { error: '“film.mp4” is empty.' }]);
    expect(await begin(100_000_000)).toMatchObject([201, {}]);
    const headers = { 'Content-Type': 'text/plain' };
    const piece = await fetch(`${url}/uploads/x?offset=0`, { method: 'PATCH', headers, body: 'x' });
    expect(piece.status).toBe(415);
  });

  it('is refused when it would fill the disk', async () => {
    const { post } = await open();
    const film = { name: 'film.mp4', contentType: 'video/mp4', sizeBytes: 100_000_000 };
    for (let count = 0; count < 50; count++) expect((await post('/uploads', film)).status).toBe(201);
    const full = await post('/uploads', film);
    expect([full.status, await full.json()]).toEqual([
      413,
      { error: 'There is no room for more files today. Try again tomorrow.' },
    ]);
  });

  it('is gone when its sender takes it back', async () => {
    const { post, upload, url } = await open();
    const id = await upload('a.txt', new Uint8Array(3));
    const headers = { 'Content-Type': 'application/json' };
    expect((await fetch(`${url}/uploads/${id}`, { method: 'DELETE', headers })).status).toBe(204);
    expect((await fetch(`${url}/uploads/${id}`)).status).toBe(404);
    expect((await post('/chat', { conversation: CONVERSATION, text: 'x', files: [id] })).status).toBe(400);
  });

  it('cannot be asked about when it is gone or was never sent whole', async () => {
    const handler = createDirectedHandler();
    const { post, upload, filesDirectory } = await open({ handler });
    const begun = await post('/uploads', { name: 'a.bin', contentType: '', sizeBytes: 6 });
    const { id } = (await begun.json()) as { id: string };
    const ask = (file: string) => post('/chat', { conversation: CONVERSATION, text: 'x', files: [file] });
    expect(await (await ask(id)).json()).toEqual({ error: 'A file is no longer here. Attach it again.' });
    expect((await ask('00000000')).status).toBe(400);
    expect((await ask('../../etc/passwd')).status).toBe(400);
    const whole = await upload('a.txt', new Uint8Array(3));
    expect((await ask(whole)).status).toBe(202);
    await rm(join(filesDirectory, 'uploads'), { recursive: true });
    await expect(read(handler.invocations[0]?.invocation.attachments[0])).rejects.toThrow(
      '“a.txt” is no longer here. Attach it again.',
    );
  });

  it('is shown to its sender as what it is, whatever it claims to be', async () => {
    const { upload, url } = await open();
    const page = await upload('x.png', new Uint8Array(Buffer.from('<script>alert(1)</script>')), 'image/png');
    const { headers } = await fetch(`${url}/uploads/${page}`);
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''x.png");
    const picture = await fetch(`${url}/uploads/${await upload('x.png', new Uint8Array(PNG))}`);
    expect(picture.headers.get('content-type')).toBe('image/png');
    expect(picture.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
  });
});

describe('what answers show', () => {
  async function answered(files: readonly MessageFile[], playground: Playground): Promise<Shown> {
    const ref = { surface: 'web', conversation: CONVERSATION, replyId: 'reply-id-1' } as const;
    await playground.surface.reopen(ref).write({ text: 'Here', files }, true);
    const seen = await watch(playground.url + EVENTS, (all) => all.size > 0);
    return [...seen.values()][0] as Shown;
  }
  const addressOf = ({ key }: { key: string }) => `/chat/${CONVERSATION}/reply-id-1/files/${key}`;

  it('stays when the original is gone, and over a restart', async () => {
    const store = createMapStore();
    const filesDirectory = join(directory, 'kept');
    const file = await made('out-0.png', 'image/png', PNG);
    const before = await openPlayground({ handler: createDirectedHandler(), store, filesDirectory });
    const { files } = await answered([file], before);
    await before.close();
    await rm(file.path);
    const after = await open({ store, filesDirectory });
    const [shown] = files;
    if (!shown) throw new Error('no file is shown');
    const response = await fetch(after.url + addressOf(shown));
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await response.arrayBuffer()).equals(PNG)).toBe(true);
    expect(JSON.stringify(files)).not.toContain(directory);
  });

  it('is copied once, however often the answer is written', async () => {
    const playground = await open();
    const file = await made('out-0.png', 'image/png', PNG);
    await answered([file], playground);
    await rm(file.path);
    expect((await answered([file], playground)).files).toHaveLength(1);
    expect(await readdir(join(playground.filesDirectory, 'answers'))).toHaveLength(1);
  });

  it('can be looked at or played where it holds no script, and is only ever saved otherwise', async () => {
    const playground = await open();
    const types = ['image/png', 'audio/wav', 'video/mp4', 'image/svg+xml', 'text/html', 'text/plain'];
    const files = await Promise.all(
      types.map((type, index) => made(`ö (${index}).bin`, type, Buffer.from(`file ${index}`))),
    );
    const { files: shown } = await answered(files, playground);
    const sent = await Promise.all(
      shown.map(async (file, index) => {
        const response = await fetch(playground.url + addressOf(file));
        expect(await response.text()).toBe(`file ${index}`);
        expect(response.headers.get('x-content-type-options')).toBe('nosniff');
        const disposition = response.headers.get('content-disposition');
        expect(disposition).toContain(`; filename*=UTF-8''%C3%B6%20%28${index}%29.bin`);
        return [response.headers.get('content-type'), disposition?.split(';')[0]];
      }),
    );
    expect(sent).toEqual([
      ['image/png', 'inline'],
      ['audio/wav', 'inline'],
      ['video/mp4', 'inline'],
      ['application/octet-stream', 'attachment'],
      ['application/octet-stream', 'attachment'],
      ['application/octet-stream', 'attachment'],
    ]);
  });

  it('is sent in the parts that a player asks for', async () => {
    const playground = await open();
    const [shown] = (
      await answered([await made('a.wav', 'audio/wav', Buffer.from('0123456789'))], playground)
    ).files;
    if (!shown) throw new Error('no file is shown');
    const part = async (range: string) => {
      const response = await fetch(playground.url + addressOf(shown), { headers: { range } });
      return [response.status, response.headers.get('content-range'), await response.text()];
    };
    expect(await part('bytes=2-4')).toEqual([206, 'bytes 2-4/10', '234']);
    expect(await part('bytes=7-')).toEqual([206, 'bytes 7-9/10', '789']);
    expect(await part('bytes=-3')).toEqual([206, 'bytes 7-9/10', '789']);
    expect(await part('bytes=5-99')).toEqual([206, 'bytes 5-9/10', '56789']);
    expect(await part('bytes=9-2')).toEqual([200, null, '0123456789']);
    expect(await part('bytes=0-1,4-5')).toEqual([200, null, '0123456789']);
  });

  it('belongs to its conversation and to who is logged in', async () => {
    const store = createMapStore();
    const filesDirectory = join(directory, 'kept');
    const playground = await open({ store, filesDirectory });
    const [shown] = (await answered([await made('a.png', 'image/png', PNG)], playground)).files;
    if (!shown) throw new Error('no file is shown');
    const status = async (url: string) => (await fetch(url)).status;
    expect(await status(playground.url + addressOf(shown))).toBe(200);
    expect(await status(playground.url + addressOf(shown).replace(CONVERSATION, 'conversation-2'))).toBe(404);
    expect(await status(playground.url + addressOf({ key: '..%2f..%2fpackage.json' }))).toBe(404);
    const guarded = await open({ store, filesDirectory, access: { loopback: false, adminToken: 'sesame' } });
    expect(await status(guarded.url + addressOf(shown))).toBe(401);
  });
});

it('removes uploads after a day and answers’ files after their conversation', async () => {
  const clock = createFakeClock(Date.now());
  const playground = await open({ clock });
  await playground.upload('a.txt', new Uint8Array(3));
  const file = await made('a.png', 'image/png', PNG);
  const ref = { surface: 'web', conversation: CONVERSATION, replyId: 'reply-id-1' } as const;
  await playground.surface.reopen(ref).write({ text: '', files: [file] }, true);
  const kept = async () =>
    Promise.all(
      ['uploads', 'answers'].map(
        async (name) => (await readdir(join(playground.filesDirectory, name))).length,
      ),
    );
  const swept = () => vi.waitFor(() => expect(clock.sleeping).toBe(1), 5000);
  await swept();
  expect(await kept()).toEqual([2, 1]);
  await clock.advance(DAY_MS + 60 * 60 * 1000);
  await vi.waitFor(async () => expect(await kept()).toEqual([0, 1]), 5000);
  await swept();
  await clock.advance(31 * DAY_MS);
  await swept();
  await clock.advance(60 * 60 * 1000);
  await vi.waitFor(async () => expect(await kept()).toEqual([0, 0]), 5000);
});

describe('forms and new answers', () => {
  const form = { id: 'form:run:x/y', title: 'Run x/y', fields: [] };

  it('opens a form, and passes what was filled in on with its files', async () => {
    const handler = createDirectedHandler();
    handler.form = form;
    const { post, upload, url } = await open({ handler });
    const opened = await post(`/chat/${CONVERSATION}/form`, { buttonId: form.id });
    expect(await opened.json()).toEqual({ form });
    const image = await upload('cat.png', new Uint8Array(PNG), 'image/png');
    const dog = await upload('dog.png', new Uint8Array(3), 'image/png');
    const fox = await upload('fox.png', new Uint8Array(3), 'image/png');
    const response = await post(`/chat/${CONVERSATION}/submit`, {
      id: 'submit-1',
      form: form.id,
      question: 'Run x/y\nPrompt: a cat',
      values: { prompt: 'a cat', fast: true },
      files: { image: [image], references: [fox, dog] },
    });
    expect(response.status).toBe(202);
    const { submission, reply } = handler.submissions[0] ?? {};
    expect(submission).toMatchObject({
      eventId: `web:${CONVERSATION}:submit-1`,
      id: form.id,
      fields: {
        values: { prompt: 'a cat', fast: true },
        files: { image: [{ name: 'cat.png' }], references: [{ name: 'fox.png' }, { name: 'dog.png' }] },
      },
      person: { id: 'web:local' },
      place: { surface: 'web', channel: CONVERSATION, direct: true },
    });
    expect(await read(submission?.fields.files.image?.[0])).toEqual(PNG);
    await reply?.write({ text: 'Done' }, true);
    const seen = await watch(url + EVENTS, (all) => all.size > 0);
    expect([...seen.values()]).toMatchObject([
      {
        question: 'Run x/y\nPrompt: a cat',
        blocks: ['<p>Done</p>\n'],
        askedFiles: [{ id: image }, { id: fox }, { id: dog }],
      },
    ]);
  });

  it('says why there is no form', async () => {
    const { post } = await open();
    const opened = await post(`/chat/${CONVERSATION}/form`, { buttonId: 'form:gone:1' });
    expect(await opened.json()).toEqual({ text: 'There is no such form.' });
  });

  it('puts the answer to a press under the button’s name, also when another process writes it', async () => {
    const store = createMapStore();
    const handler = createDirectedHandler();
    let ref: object | undefined;
    handler.pressed = async (press) => {
      ref = JSON.parse(JSON.stringify(press.reply().ref));
      return '';
    };
    const { post, url } = await open({ handler, store });
    const press = { id: 'press-0001', buttonId: 'again:run-1', label: 'Again' };
    expect(await (await post(`/chat/${CONVERSATION}/press`, press)).json()).toEqual({ text: '' });
    const other = await open({ store });
    await other.surface.reopen({ surface: 'web', ...ref }).write({ text: 'Another one' }, true);
    const seen = await watch(url + EVENTS, (all) => all.size > 0);
    expect([...seen.values()]).toMatchObject([{ question: 'Again', blocks: ['<p>Another one</p>\n'] }]);
  });

  it('announces what nobody asked for', async () => {
    const { surface, url } = await open();
    await surface.announce?.(CONVERSATION).write({ text: 'The budget is nearly used up.' }, true);
    const seen = await watch(url + EVENTS, (all) => all.size > 0);
    expect([...seen.values()]).toMatchObject([
      { question: '', blocks: ['<p>The budget is nearly used up.</p>\n'] },
    ]);
  });
});
