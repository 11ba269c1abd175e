/** Where Replicate keeps what its models make. */

import type { TrustedHosts } from '../files/link.ts';

/** `apiUrl` as configured: a gateway or the sandbox may hand out files of its own. */
export function replicateHosts(apiUrl: string): TrustedHosts {
  return { domains: ['replicate.delivery'], baseUrls: [apiUrl] };
}
