/** Where we go for a file, and where not, whoever asks. */

import { describe, expect, it } from 'vitest';
import {
  createPublicLink,
  createTrustedLink,
  isTrusted,
  type OpenLink,
} from '../../../src/core/files/link.ts';
import { LinkGoneError, LinkRefusedError } from '../../../src/core/files/link-errors.ts';
import { startFileServer } from './file-server.ts';

async function read(open: OpenLink, url: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  const { body } = await open(url);
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** The internet of a test: names stand for loopback addresses, of which only 127.0.0.1 counts as public. */
function createInternet(names: Readonly<Record<string, readonly string[]>>): OpenLink {
  return createPublicLink({
    resolve: async (hostname) => (names[hostname] ?? []).map((address) => ({ address, family: 4 })),
    isPublic: (address) => address === '127.0.0.1',
  });
}

describe('a link that somebody gives', () => {
  it.each([
    'http://127.0.0.1/',
    'http://localhost:8080/admin',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://0x7f.1/',
    'http://2130706433/',
    'http://169.254.169.254/latest/meta-data/',
    'http://10.0.0.1/',
    'ftp://example.com/a.mp3',
    'file:///etc/passwd',
    'not a link',
    'http://user:password@example.com/',
  ])('is not opened when it is %s', async (url) => {
    await expect(createPublicLink()(url)).rejects.toThrow(LinkRefusedError);
  });

  it('is opened at a public address, which is looked up once', async () => {
    const server = await startFileServer();
    server.host('/a.txt', { bytes: Buffer.from('hello') });
    let lookups = 0;
    const open = createPublicLink({
      resolve: async () => {
        lookups += 1;
        return [{ address: '127.0.0.1', family: 4 }];
      },
      isPublic: () => true,
    });
    expect(await read(open, `http://files.example:${server.port}/a.txt`)).toBe('hello');
    expect(lookups).toBe(1);
  });

  it('is not opened when any of its name’s addresses is private', async () => {
    const server = await startFileServer();
    const open = createInternet({ 'two.example': ['127.0.0.1', '10.0.0.1'], 'no.example': [] });
    await expect(open(`http://two.example:${server.port}/`)).rejects.toThrow(LinkRefusedError);
    await expect(open(`http://no.example:${server.port}/`)).rejects.toThrow(LinkRefusedError);
    expect(server.seen).toEqual([]);
  });

  it('is not opened when its name has come to mean a private address since the last time', async () => {
    const server = await startFileServer();
    server.on('/a.txt', (response) => response.writeHead(200, { connection: 'close' }).end('hello'));
    const answers = ['127.0.0.1', '127.0.0.2'];
    const open = createPublicLink({
      resolve: async () => [{ address: answers.shift() ?? '', family: 4 }],
      isPublic: (address) => address === '127.0.0.1',
    });
    const url = `http://rebound.example:${server.port}/a.txt`;
    expect(await read(open, url)).toBe('hello');
    await expect(open(url)).rejects.toThrow(LinkRefusedError);
    expect(server.seen).toEqual(['/a.txt']);
  });

  it('is checked again at each redirect', async () => {
    const server = await startFileServer();
    const open = createInternet({ 'out.example': ['127.0.0.1'], 'in.example': ['127.0.0.2'] });
    const redirect = (path: string, location: string) =>
      server.on(path, (response) => response.writeHead(302, { location }).end());
    server.host('/a.txt', { bytes: Buffer.from('hello') });
    redirect('/on', '/a.txt');
    redirect('/inside', `http://in.example:${server.port}/secret`);
    redirect('/literal', `http://127.0.0.3:${server.port}/secret`);
    redirect('/round', '/round');
    redirect('/file', 'file:///etc/passwd');
    const at = (path: string) => `http://out.example:${server.port}${path}`;
    expect(await read(open, at('/on'))).toBe('hello');
    for (const path of ['/inside', '/literal', '/round', '/file'])
      await expect(open(at(path))).rejects.toThrow(LinkRefusedError);
    expect(server.seen.filter((path) => path === '/secret')).toEqual([]);
  });

  it('tells what is gone from what may come back', async () => {
    const server = await startFileServer();
    server.on('/busy', (response) => response.writeHead(503).end());
    const open = createInternet({ 'out.example': ['127.0.0.1'] });
    await expect(open(`http://out.example:${server.port}/none`)).rejects.toThrow(LinkGoneError);
    const busy = await open(`http://out.example:${server.port}/busy`).catch((error: unknown) => error);
    expect(busy).not.toBeInstanceOf(LinkGoneError);
    expect(busy).toEqual(new Error("the file's host answered 503"));
  });
});

describe('what a platform hands out', () => {
  const hosts = { domains: ['replicate.delivery'], baseUrls: ['http://127.0.0.1:8100/v1'] };

  it.each([
    ['https://replicate.delivery/a/out.png', true],
    ['https://pbxt.replicate.delivery/a/out.png', true],
    ['http://127.0.0.1:8100/output/a.png', true],
    ['http://replicate.delivery/a/out.png', false],
    ['https://replicate.delivery.evil.example/a.png', false],
    ['https://evilreplicate.delivery/a.png', false],
    ['https://replicate.delivery@evil.example/a.png', false],
    ['http://127.0.0.1:8101/output/a.png', false],
    ['https://127.0.0.1:8100/output/a.png', false],
    ['nonsense', false],
  ])('at %s is trusted: %s', (url, trusted) => {
    expect(isTrusted(url, hosts)).toBe(trusted);
  });

  it('is fetched only there, redirects included', async () => {
    const [own, other] = await Promise.all([startFileServer(), startFileServer()]);
    const away = own.on('/away', (response) => response.writeHead(307, { location: other.url }).end());
    const open = createTrustedLink({ domains: [], baseUrls: [own.url] });
    expect(await read(open, own.host('/a', { bytes: Buffer.from('hello') }))).toBe('hello');
    await expect(open(away)).rejects.toThrow(LinkRefusedError);
    await expect(open(other.url)).rejects.toThrow(LinkRefusedError);
    expect(other.seen).toEqual([]);
  });
});
