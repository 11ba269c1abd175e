/** What Slack checks of a message's blocks before it takes them: types, counts, lengths. */

import { asObject, asObjects, asString, type Json, SlackRefusal } from './refusal.ts';

const refuse = (why: string): SlackRefusal => new SlackRefusal('invalid_blocks', [`[ERROR] ${why}`]);

/** Throws `invalid_blocks` with the reason, or `msg_too_long` for too much markdown. */
export function checkBlocks(blocks: readonly Json[]): void {
  if (blocks.length > 50) throw refuse('no more than 50 items allowed [json-pointer:/blocks]');
  let markdown = 0;
  blocks.forEach((block, index) => {
    const at = `[json-pointer:/blocks/${index}]`;
    switch (block.type) {
      case 'markdown': {
        onlyFields(block, ['type', 'text', 'block_id'], at);
        length(block.text, 1, 12_000, at);
        markdown += asString(block.text).length;
        break;
      }
      case 'section':
        onlyFields(block, ['type', 'text', 'fields', 'accessory', 'block_id', 'expand'], at);
        textObject(block.text, ['mrkdwn', 'plain_text'], 3000, at);
        break;
      case 'context': {
        onlyFields(block, ['type', 'elements', 'block_id'], at);
        const elements = asObjects(block.elements, 'invalid_blocks');
        if (elements.length === 0 || elements.length > 10) throw refuse(`1 to 10 elements ${at}`);
        for (const element of elements) textObject(element, ['mrkdwn', 'plain_text'], 3000, at);
        break;
      }
      case 'actions':
        onlyFields(block, ['type', 'elements', 'block_id'], at);
        checkActions(asObjects(block.elements, 'invalid_blocks'), at);
        break;
      case 'divider':
        onlyFields(block, ['type', 'block_id'], at);
        break;
      default:
        throw refuse(`unsupported type: ${String(block.type)} ${at}`);
    }
  });
  if (markdown > 12_000) throw new SlackRefusal('msg_too_long');
  if (JSON.stringify(blocks).length > 40_000) throw new SlackRefusal('msg_blocks_too_long');
}

function checkActions(elements: readonly Json[], at: string): void {
  if (elements.length === 0 || elements.length > 25) throw refuse(`1 to 25 elements ${at}`);
  const ids = new Set<string>();
  for (const element of elements) {
    if (element.type !== 'button') throw refuse(`unsupported element ${String(element.type)} ${at}`);
    onlyFields(
      element,
      ['type', 'text', 'action_id', 'value', 'style', 'url', 'confirm', 'accessibility_label'],
      at,
    );
    textObject(element.text, ['plain_text'], 75, at);
    length(element.action_id, 1, 255, at);
    if (element.value !== undefined) length(element.value, 1, 2000, at);
    if (element.style !== undefined && !['primary', 'danger'].includes(asString(element.style))) {
      throw refuse(`style must be primary or danger ${at}`);
    }
    if (ids.has(asString(element.action_id))) throw refuse(`action_id repeated ${at}`);
    ids.add(asString(element.action_id));
  }
}

function textObject(value: unknown, types: readonly string[], max: number, at: string): void {
  const object = asObject(value, 'invalid_blocks');
  if (!types.includes(asString(object.type))) throw refuse(`text must be ${types.join(' or ')} ${at}`);
  length(object.text, 1, max, at);
}

function length(value: unknown, min: number, max: number, at: string): void {
  if (typeof value !== 'string' || value.length < min || value.length > max) {
    throw refuse(`must be ${min} to ${max} characters ${at}`);
  }
}

function onlyFields(object: Json, known: readonly string[], at: string): void {
  for (const field of Object.keys(object)) {
    if (!known.includes(field)) throw refuse(`additional property "${field}" ${at}`);
  }
}
