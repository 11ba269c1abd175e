/** Posts to addresses that people give: http(s) to public ones only, redirects not followed. */

import { request } from 'undici';
import { createPublicNetwork, type PublicNetworkOptions } from './public-network.ts';

export type PublicPost = (
  url: string,
  content: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
) => Promise<number>;

const TIMEOUT_MS = 15_000;

/** Resolves with the answer's status. Throws LinkRefusedError where we don't go. */
export function createPublicPost(options?: PublicNetworkOptions): PublicPost {
  const { dispatcher, check } = createPublicNetwork(options);
  return async (url, { headers, body }) => {
    check(new URL(url));
    const response = await request(url, {
      method: 'POST',
      dispatcher,
      headers: { ...headers, 'user-agent': 'replibot' },
      body,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    response.body.on('error', () => undefined);
    response.body.destroy();
    return response.statusCode;
  };
}
