/** A form as a Slack modal, and what was filled into it. */

import type { types } from '@slack/bolt';
import { z } from 'zod';
import type { Attachment } from '../../core/chat.ts';
import { FORM_LIMITS, type Form, type FormField, type FormFields } from '../../core/form.ts';
import { shorten } from './text.ts';

/** Every modal of ours has this callback id. */
export const MODAL = 'replibot_form';

/** Slack's limits: of a view, of an input block, of its elements. */
const TITLE_LIMIT = 24;
const BLOCK_LIMIT = 100;
const LABEL_LIMIT = 2000;
const TEXT_LIMIT = 3000;
const CHOICE_LIMIT = 100;
const CHOICE_NAME_LIMIT = 75;
const CHOICE_VALUE_LIMIT = 150;
const ACTION = 'value';

/** What the submission has to know; at most 3,000 characters as JSON (Slack's `private_metadata`). */
const modalPlace = z.object({
  /** The form's id, or the command that is used on a message. */
  purpose: z.union([z.object({ form: z.string() }), z.object({ command: z.string() })]),
  channel: z.string(),
  threadTs: z.string().optional(),
  /** The answer is for the one who submits. */
  private: z.boolean(),
  responseUrl: z.string().optional(),
  /** The message that the command is used on: its text, shortened to what has room, and its files' ids. */
  about: z
    .object({
      ts: z.string(),
      threadTs: z.string().optional(),
      text: z.string(),
      cut: z.boolean(),
      files: z.array(z.string()),
    })
    .optional(),
});

export type ModalPlace = z.infer<typeof modalPlace>;

const METADATA_LIMIT = 3000;

export function formModal(form: Pick<Form, 'title' | 'fields'>, place: ModalPlace): types.ModalView {
  return {
    type: 'modal',
    callback_id: MODAL,
    private_metadata: encode(place),
    title: plain(shorten(form.title, TITLE_LIMIT)),
    submit: plain('Run'),
    close: plain('Cancel'),
    blocks: form.fields.slice(0, BLOCK_LIMIT).map(inputOf),
  };
}

/** JSON within Slack's limit: what has to give way is the message's text. */
function encode(place: ModalPlace): string {
  const json = JSON.stringify(place);
  const { about } = place;
  if (json.length <= METADATA_LIMIT || !about) return json;
  const text = shorten(about.text, Math.floor(about.text.length / 2));
  return encode({ ...place, about: { ...about, text, cut: true } });
}

function inputOf(field: FormField): types.InputBlock {
  return {
    type: 'input',
    block_id: field.name,
    label: plain(shorten(field.label, LABEL_LIMIT)),
    ...(field.description && { hint: plain(shorten(field.description, LABEL_LIMIT)) }),
    // An unticked box is an answer too.
    optional: !field.required || field.type === 'boolean',
    element: elementOf(field),
  };
}

function elementOf(field: FormField): types.InputBlock['element'] {
  const { value } = field;
  switch (field.type) {
    case 'line':
    case 'text': {
      const limit = Math.min(field.maxLength ?? TEXT_LIMIT, TEXT_LIMIT);
      return {
        type: 'plain_text_input',
        action_id: ACTION,
        multiline: field.type === 'text',
        max_length: limit,
        // One that has no room stays the default, which an empty field means.
        ...(value && value.length <= limit && { initial_value: value }),
      };
    }
    case 'choice': {
      const options = (field.choices ?? [])
        .filter((choice) => choice.value.length <= CHOICE_VALUE_LIMIT)
        .slice(0, CHOICE_LIMIT)
        .map((choice) => ({ text: plain(shorten(choice.name, CHOICE_NAME_LIMIT)), value: choice.value }));
      const initial = options.find((option) => option.value === value);
      return {
        type: 'static_select',
        action_id: ACTION,
        options,
        ...(initial && { initial_option: initial }),
      };
    }
    case 'boolean': {
      const yes = { text: plain('Yes'), value: 'true' };
      return {
        type: 'checkboxes',
        action_id: ACTION,
        options: [yes],
        ...(value === 'true' && { initial_options: [yes] }),
      };
    }
    case 'file':
      return {
        type: 'file_input',
        action_id: ACTION,
        max_files: Math.min(field.maxFiles ?? 1, FORM_LIMITS.files),
      };
  }
}

function plain(text: string): types.PlainTextElement {
  return { type: 'plain_text', text };
}

/** The place that a modal carried; undefined when it is none of ours. */
export function readModalPlace(metadata: string): ModalPlace | undefined {
  try {
    return modalPlace.parse(JSON.parse(metadata));
  } catch {
    return undefined;
  }
}

/** The state of one element, as Slack submits it. */
const state = z.object({
  type: z.string(),
  value: z.string().nullish(),
  selected_option: z.object({ value: z.string() }).nullish(),
  selected_options: z.array(z.object({ value: z.string() })).optional(),
  files: z.array(z.unknown()).optional(),
});

export function readModal(
  values: unknown,
  attachments: (files: unknown) => readonly Attachment[],
): FormFields {
  const filled: Record<string, string | boolean> = {};
  const files: Record<string, readonly Attachment[]> = {};
  for (const [name, actions] of Object.entries(Object(values))) {
    const { data: element } = state.safeParse(Object(actions)[ACTION]);
    if (!element) continue;
    const text = element.value ?? element.selected_option?.value;
    const uploaded = attachments(element.files);
    if (text) filled[name] = text;
    if (element.type === 'checkboxes') filled[name] = (element.selected_options ?? []).length > 0;
    if (uploaded.length > 0) files[name] = uploaded;
  }
  return { values: filled, files };
}
