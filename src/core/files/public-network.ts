/** The open internet and nothing else: what people's links may lead to. */

import { lookup as lookUp } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, type Dispatcher } from 'undici';
import { isPublicAddress } from './addresses.ts';
import { LinkRefusedError } from './link-errors.ts';

export interface PublicNetwork {
  /** Connects to public addresses only: a name is resolved once, each of its addresses is checked, and these are used. */
  readonly dispatcher: Dispatcher;
  /** Throws LinkRefusedError. To be asked of every address, redirects included: a literal IP address is never resolved. */
  check(url: URL): void;
}

export interface PublicNetworkOptions {
  resolve?(hostname: string): Promise<readonly { readonly address: string; readonly family: number }[]>;
  isPublic?(address: string): boolean;
}

export function createPublicNetwork(options: PublicNetworkOptions = {}): PublicNetwork {
  const resolve = options.resolve ?? ((hostname: string) => lookUp(hostname, { all: true }));
  const { isPublic = isPublicAddress } = options;

  async function resolvePublic(hostname: string) {
    const addresses = await resolve(hostname);
    if (addresses.length > 0 && addresses.every(({ address }) => isPublic(address))) return addresses;
    throw new LinkRefusedError('That link does not lead to a public address, so I do not open it.');
  }

  const lookup: LookupFunction = (hostname, { all }, callback) => {
    resolvePublic(hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (all) callback(null, [...addresses]);
        else callback(null, first?.address ?? '', first?.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };

  return {
    dispatcher: new Agent({ connect: { lookup } }),
    check: (url) => checkPublicUrl(url, isPublic),
  };
}

/** What an address alone shows; a name may still lead elsewhere. Throws LinkRefusedError. */
export function checkPublicUrl(
  { protocol, username, password, hostname }: URL,
  isPublic = isPublicAddress,
): void {
  if (!/^https?:$/.test(protocol))
    throw new LinkRefusedError('That is not a link: it has to begin with http:// or https://.');
  if (username || password)
    throw new LinkRefusedError('Links with a user name or password in them are not opened.');
  const local = /(^|\.)localhost\.?$/i.test(hostname);
  const address = local ? '127.0.0.1' : hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) && !isPublic(address))
    throw new LinkRefusedError('That link does not lead to a public address, so I do not open it.');
}
