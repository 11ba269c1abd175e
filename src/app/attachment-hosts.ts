/** Where the platforms keep the files that people attach. */

import type { Config } from '../core/config/config.ts';
import type { TrustedHosts } from '../core/files/link.ts';

/** Slack's and the page's files are opened by their surfaces alone. */
export function attachmentHosts({ discord }: Pick<Config, 'discord'>): TrustedHosts {
  return {
    domains: ['cdn.discordapp.com', 'media.discordapp.net'],
    baseUrls: discord?.apiUrl ? [discord.apiUrl] : [],
  };
}
