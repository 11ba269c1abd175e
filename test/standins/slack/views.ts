/** Modals in the Slack stand-in: what it checks before it shows one, and what it remembers of it. */

import { asObject, asObjects, asString, type Json, SlackRefusal } from './refusal.ts';
import type { StandinView, World } from './world.ts';

const TRIGGER_MS = 3000;

export function openView(world: World, args: Json): Json {
  const trigger = world.triggers.get(asString(args.trigger_id));
  if (!trigger) throw new SlackRefusal('invalid_trigger_id');
  if (trigger.used) throw new SlackRefusal('exchanged_trigger_id');
  if (world.now() > trigger.since + TRIGGER_MS) throw new SlackRefusal('expired_trigger_id');
  const view = asObject(args.view, 'invalid_arguments');
  checkView(view);
  trigger.used = true;
  const opened: StandinView = { id: `V0VIEW${world.views.length + 1}`, user: trigger.user, view };
  world.views.push(opened);
  return { view: { ...view, id: opened.id } };
}

function refuse(why: string): never {
  throw new SlackRefusal('invalid_arguments', [`[ERROR] ${why}`]);
}

function checkView(view: Json): void {
  const blocks = asObjects(view.blocks, 'invalid_arguments');
  if (view.type !== 'modal') refuse('must be a modal');
  for (const name of ['title', 'submit', 'close']) plainText(view[name], 24, name);
  if (asString(view.private_metadata).length > 3000)
    refuse('private_metadata must be less than 3001 characters');
  if (asString(view.callback_id).length > 255) refuse('callback_id');
  if (blocks.length === 0 || blocks.length > 100) refuse('1 to 100 blocks');
  const ids = new Set(blocks.map((block) => asString(block.block_id)));
  if (ids.size !== blocks.length || ids.has('')) refuse('block_id repeated or missing');
  for (const block of blocks) {
    if (block.type !== 'input') refuse(`unsupported block ${String(block.type)}`);
    if (asString(block.block_id).length > 255) refuse('block_id too long');
    plainText(block.label, 2000, 'label');
    if (block.hint !== undefined) plainText(block.hint, 2000, 'hint');
    checkElement(asObject(block.element, 'invalid_arguments'));
  }
}

function checkElement(element: Json): void {
  switch (element.type) {
    case 'plain_text_input': {
      const max = Number(element.max_length ?? 3000);
      if (max < 1 || max > 3000) refuse('max_length');
      if (asString(element.initial_value).length > max) refuse('initial_value');
      return;
    }
    case 'static_select':
      checkOptions(element, 100, element.initial_option === undefined ? [] : [element.initial_option]);
      return;
    case 'checkboxes':
      checkOptions(element, 10, asObjects(element.initial_options, 'invalid_arguments'));
      return;
    case 'file_input':
      if (Number(element.max_files ?? 10) < 1 || Number(element.max_files ?? 10) > 10) refuse('max_files');
      return;
    default:
      refuse(`unsupported element ${String(element.type)}`);
  }
}

function checkOptions(element: Json, most: number, initial: readonly unknown[]): void {
  const options = asObjects(element.options, 'invalid_arguments');
  if (options.length === 0 || options.length > most) refuse('options');
  for (const option of options) {
    plainText(option.text, 75, 'option');
    if (asString(option.value) === '' || asString(option.value).length > 150) refuse('option value');
  }
  const known = new Set(options.map((option) => JSON.stringify(option)));
  if (initial.some((option) => !known.has(JSON.stringify(option))))
    refuse('initial option is none of the options');
}

function plainText(value: unknown, max: number, what: string): void {
  const { type, text } = asObject(value, 'invalid_arguments');
  if (type !== 'plain_text') refuse(`${what} must be plain text`);
  if (typeof text !== 'string' || text.length < 1 || text.length > max)
    refuse(`${what} must be 1 to ${max} characters`);
}
