/** Whom a message would notify: every mention in its texts that is not escaped. */

import type { Json } from './refusal.ts';

const MENTION = /<(?:!(?:channel|here|everyone|subteam\^[A-Z0-9]+)|@[UW][A-Z0-9]+)(?:\|[^>]*)?>/g;
const BARE = /(?:^|[^\w`])@(?:channel|here|everyone)\b/g;

/**
 * Counts mentions wherever Slack parses its own syntax: `text`, mrkdwn objects, markdown blocks. `text` counts even
 * beside blocks, and code does not protect, so that the bot has to be careful in both. Plain text objects never ping.
 */
export function pingsOf(text: string, blocks: readonly Json[], linkNames: boolean): string[] {
  const texts = [text, ...blocks.flatMap(textsOf)];
  return texts.flatMap((each) => [
    ...(each.match(MENTION) ?? []),
    ...(linkNames ? (each.match(BARE) ?? []) : []),
  ]);
}

function textsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== 'object' || value === null) return [];
  const fields = Object.fromEntries(Object.entries(value));
  const type = fields.type;
  if ((type === 'markdown' || type === 'mrkdwn') && typeof fields.text === 'string') return [fields.text];
  return Object.values(fields).flatMap(textsOf);
}
