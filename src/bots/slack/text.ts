/** Slack's escaped text, both ways: what people wrote → plain text; our small print → mrkdwn that pings nobody. */

/** For mrkdwn and `text`: nothing in it is a mention, a link or a channel. Slack asks for exactly these three. */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** At most `max` UTF-16 units, ending in an ellipsis when cut, never inside a surrogate pair. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** What mentions become, given their id and the label Slack sent, if any. */
export interface NameMentions {
  person(id: string, label: string | undefined): string;
  group(id: string, label: string | undefined): string;
  channel(id: string, label: string | undefined): string;
}

/** As a reader sees them. */
export const plainNames: NameMentions = {
  person: (id, label) => `@${label || id}`,
  group: (id, label) => label || `@${id}`,
  channel: (id, label) => `#${label || id}`,
};

/** Text as Slack delivers it → as it was typed: links and mentions by their names, entities decoded. */
export function decodeSlackText(text: string, names: NameMentions = plainNames): string {
  const plain = text.replace(
    /<([^<>|]+)(?:\|([^<>]*))?>/g,
    (_, target: string, label: string | undefined) => {
      if (target.startsWith('@')) return names.person(target.slice(1), label);
      if (target.startsWith('#')) return names.channel(target.slice(1), label);
      if (target.startsWith('!subteam^')) return names.group(target.slice('!subteam^'.length), label);
      if (target.startsWith('!')) return label || `@${target.slice(1)}`;
      return link(target.replace(/^mailto:/, ''), label);
    },
  );
  return plain.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** Slack links bare domains by itself and labels them with what was typed. */
function link(url: string, label: string | undefined): string {
  if (!label || url === label) return url;
  return url.replace(/^https?:\/\//, '').replace(/\/$/, '') === label ? label : `${label} (${url})`;
}
