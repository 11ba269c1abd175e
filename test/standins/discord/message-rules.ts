/** What Discord demands of a message's body: known fields, 2000 characters, five buttons a row, something to show. */

import { readAttachments, type UploadedFile } from './attachment-rules.ts';
import { asArray, asObject, invalidForm, type Json, onlyKnown, Refusal } from './refusal.ts';

const common = ['content', 'tts', 'embeds', 'allowed_mentions', 'components', 'attachments', 'flags', 'poll'];
export const channelCreateFields = [
  ...common,
  'nonce',
  'enforce_nonce',
  'message_reference',
  'sticker_ids',
  'shared_client_theme',
];
// discord.js sends nonce fields with whatever it edits or follows up.
export const editFields = [...common, 'nonce', 'enforce_nonce'];
export const followUpFields = [...editFields, 'username', 'avatar_url', 'thread_name', 'applied_tags'];

const button = 2;
const actionRow = 1;

/** Checks a body and returns what the message will show; fields that an edit leaves out stay as they were. */
export function readMessage(
  body: Json,
  known: readonly string[],
  before: { content: string; components: readonly Json[]; attachments: readonly Json[]; flags: number },
  files: readonly UploadedFile[],
  maxFileBytes: number,
): { content: string; components: readonly Json[]; attachments: readonly Json[]; flags: number } {
  onlyKnown(body, known);
  const content = readContent(body.content, before.content);
  const components =
    body.components === undefined ? before.components : asArray(body.components, 'components').map(readRow);
  if (components.length > 5) throw invalidForm('components', 'Must be between 1 and 5 in length.');
  checkIds(components);
  const attachments = readAttachments(body.attachments, before.attachments, files, maxFileBytes);
  const flags = body.flags === undefined || body.flags === null ? before.flags : Number(body.flags);
  const empty = content === '' && components.length === 0 && attachments.length === 0;
  if (empty && asArray(body.embeds, 'embeds').length === 0) {
    throw new Refusal(400, 50006, 'Cannot send an empty message');
  }
  return { content, components, attachments, flags };
}

function readContent(value: unknown, before: string): string {
  if (value === undefined) return before;
  if (value === null) return '';
  if (typeof value !== 'string') throw invalidForm('content', 'Could not interpret value as string.');
  const content = value.trim();
  if ([...content].length > 2000) throw invalidForm('content', 'Must be 2000 or fewer in length.');
  return content;
}

function readRow(value: unknown): Json {
  const row = asObject(value, 'components');
  if (row.type !== actionRow) throw invalidForm('components', 'Value of field "type" must be one of (1,).');
  const children = asArray(row.components, 'components').map((child) =>
    readButton(asObject(child, 'components')),
  );
  if (children.length < 1 || children.length > 5) {
    throw invalidForm('components', 'Must be between 1 and 5 in length.');
  }
  return { ...row, components: children };
}

function readButton(child: Json): Json {
  onlyKnown(child, ['type', 'style', 'label', 'custom_id', 'disabled', 'emoji', 'url', 'id', 'sku_id']);
  if (child.type !== button) throw invalidForm('components', 'the stand-in knows buttons only');
  const { custom_id: id, label, style } = child;
  if (typeof id !== 'string' || id.length < 1 || id.length > 100) {
    throw invalidForm('custom_id', 'Must be between 1 and 100 in length.');
  }
  if (typeof label !== 'string' || label.length < 1 || label.length > 80) {
    throw invalidForm('label', 'Must be between 1 and 80 in length.');
  }
  if (typeof style !== 'number' || style < 1 || style > 4)
    throw invalidForm('style', 'Value must be one of 1-6.');
  return child;
}

function checkIds(rows: readonly Json[]): void {
  const ids = rows
    .flatMap((row) => asArray(row.components, 'components'))
    .map((child) => asObject(child, '').custom_id);
  if (new Set(ids).size !== ids.length) {
    throw invalidForm('custom_id', 'Component custom id cannot be duplicated');
  }
}
