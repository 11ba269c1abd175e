/** What kind of file something says it is: enough to choose among attachments before anybody has looked at the bytes. */

import type { Attachment } from './chat.ts';
import type { MediaKind } from './command.ts';

const BY_ENDING: Readonly<Record<MediaKind, RegExp>> = {
  image: /\.(png|jpe?g|gif|webp|avif|bmp|tiff?|heic)$/i,
  audio: /\.(mp3|wav|ogg|oga|opus|flac|m4a|aac|wma|aiff?)$/i,
  video: /\.(mp4|m4v|mov|webm|mkv|avi|mpe?g)$/i,
  text: /\.(txt|md|csv|tsv|json|ya?ml|xml|log|srt|vtt|[cm]?[jt]sx?|py|rb|go|rs|java|kt|c|h|cc|cpp|cs|php|sh|sql|toml|ini)$/i,
};
const KINDS = Object.keys(BY_ENDING) as MediaKind[];

/** By the sender's type, else by the name's ending; undefined when neither says. */
export function mediaKind({
  contentType,
  name,
}: Pick<Attachment, 'contentType' | 'name'>): MediaKind | undefined {
  const [type, subtype = ''] = (contentType ?? '').toLowerCase().split(/[/;]/);
  const byType = KINDS.find((kind) => kind === type);
  if (byType) return byType;
  if (type === 'application' && /^(json|xml|yaml|x-yaml|javascript)$/.test(subtype)) return 'text';
  return KINDS.find((kind) => BY_ENDING[kind].test(name));
}
