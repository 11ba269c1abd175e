/** Opens files on the network: what people link to only at public addresses, what platforms hand us only on their own hosts. */

import { Agent, type Dispatcher, request } from 'undici';
import { LinkGoneError, LinkRefusedError } from './link-errors.ts';
import { createPublicNetwork, type PublicNetworkOptions } from './public-network.ts';

export interface OpenedLink {
  /** Leaving the loop early closes the connection; a cut connection throws. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Where in the file the body begins: as asked for, or 0 where the server knows no ranges. */
  readonly startsAt: number;
  /** Of the whole file. */
  readonly totalBytes?: number;
  /** What `OpenOptions.validator` wants, so that a continued file is still the same one. */
  readonly validator?: string;
  /** To be called in any case, or the connection of a file that is not read to its end stays open. */
  close(): void;
}

export interface OpenOptions {
  /** The first byte wanted. */
  readonly from?: number;
  readonly validator?: string;
  readonly signal?: AbortSignal;
}

/** Throws LinkRefusedError or LinkGoneError for good; any other error may pass. */
export type OpenLink = (url: string, options?: OpenOptions) => Promise<OpenedLink>;

const MAX_REDIRECTS = 5;
const TIMEOUT_MS = 30_000;

/**
 * For links that people give: http(s) to public addresses only. A name is resolved once, each of its addresses is checked, and
 * the connection goes to just these; every redirect is checked in the same way.
 */
export function createPublicLink(options?: PublicNetworkOptions): OpenLink {
  const { dispatcher, check } = createPublicNetwork(options);
  return createOpenLink(dispatcher, check);
}

/** Hosts that are trusted by name, wherever they are. */
export interface TrustedHosts {
  /** With everything below them, over https: `replicate.delivery`. */
  readonly domains: readonly string[];
  /** As configured: exactly this protocol, host and port. */
  readonly baseUrls: readonly string[];
}

export function isTrusted(url: string, { domains, baseUrls }: TrustedHosts): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, origin } = new URL(url);
  return (
    baseUrls.some((base) => new URL(base).origin === origin) ||
    (protocol === 'https:' &&
      domains.some((domain) => hostname === domain || hostname.endsWith(`.${domain}`)))
  );
}

/** For what a platform hands us: only on that platform's hosts, redirects included. */
export function createTrustedLink(hosts: TrustedHosts): OpenLink {
  return createOpenLink(new Agent(), (url) => {
    if (!isTrusted(url.href, hosts)) throw new LinkRefusedError('That file is not where it should be.');
  });
}

function createOpenLink(dispatcher: Dispatcher, check: (url: URL) => void): OpenLink {
  return async (address, { from = 0, validator, signal } = {}) => {
    let url = readLink(address);
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      check(url);
      const { statusCode, headers, body } = await request(url, {
        dispatcher,
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
        headers: {
          'accept-encoding': 'identity',
          'user-agent': 'replibot',
          ...(from > 0 && { range: `bytes=${from}-` }),
          ...(from > 0 && validator !== undefined && { 'if-range': validator }),
        },
        signal: signal ?? null,
      });
      // What breaks after we have turned away is of no interest.
      body.on('error', () => {});
      const answer = readAnswer(statusCode, headers, from);
      if (answer) return { ...answer, body, close: () => body.destroy() };
      body.destroy();
      if ([301, 302, 303, 307, 308].includes(statusCode)) {
        url = readLink(String(headers.location ?? ''), url);
        continue;
      }
      if ([401, 403, 404, 410].includes(statusCode))
        throw new LinkGoneError('There is no file at that address, or it is not open to me.');
      throw new Error(`the file's host answered ${statusCode}`);
    }
    throw new LinkRefusedError('That link is passed on from address to address without an end.');
  };
}

function readLink(text: string, base?: URL): URL {
  const url = URL.canParse(text, base?.href) ? new URL(text, base) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new LinkRefusedError('That is not a link to a file: it has to begin with http:// or https://.');
}

/** Undefined when it is not the file, or another part of it than was asked for. */
function readAnswer(
  status: number,
  headers: Dispatcher.ResponseData['headers'],
  from: number,
): Omit<OpenedLink, 'body' | 'close'> | undefined {
  const header = (name: string) => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const [, begin, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(header('content-range') ?? '') ?? [];
  if (status !== 200 && !(status === 206 && Number(begin) === from)) return undefined;
  const totalBytes = status === 206 ? Number(total) : Number(header('content-length') ?? Number.NaN);
  const etag = header('etag');
  const validator = etag?.startsWith('"') ? etag : header('last-modified');
  return {
    startsAt: status === 206 ? from : 0,
    ...(Number.isSafeInteger(totalBytes) && { totalBytes }),
    ...(validator !== undefined && { validator }),
  };
}
