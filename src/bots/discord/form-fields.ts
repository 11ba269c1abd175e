/** Reads what was filled into a dialog. */

import { ComponentType, type ModalSubmitFields } from 'discord.js';
import type { Attachment } from '../../core/chat.ts';
import type { FormFields } from '../../core/form.ts';
import { moreField } from './form-modal.ts';
import { readAttachment } from './read-attachment.ts';

/** Values by the fields' names; what was left empty is absent. What was written as `name=value` is text, to be checked. */
export function readFormFields(fields: ModalSubmitFields): FormFields {
  const values: Record<string, string | number | boolean> = {};
  const files: Record<string, readonly Attachment[]> = {};
  for (const [name, field] of fields.fields) {
    switch (field.type) {
      case ComponentType.TextInput:
        if (name === moreField) Object.assign(values, readLines(field.value));
        else if (field.value !== '') values[name] = field.value;
        break;
      case ComponentType.StringSelect: {
        const [chosen] = field.values;
        if (chosen !== undefined) values[name] = chosen;
        break;
      }
      case ComponentType.Checkbox:
        values[name] = field.value;
        break;
      case ComponentType.FileUpload: {
        const uploaded = field.values.flatMap((id) => field.attachments?.get(id) ?? []);
        if (uploaded.length > 0) files[name] = uploaded.map(readAttachment);
        break;
      }
      default:
        // Components that none of our dialogs has.
        break;
    }
  }
  return { values, files };
}

/** A line without a name goes on with the value above it. */
function readLines(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  let last: string | undefined;
  for (const line of text.split('\n')) {
    const match = /^\s*([\w-]+)\s*=(.*)$/.exec(line);
    if (match) {
      last = match[1] ?? '';
      values[last] = (match[2] ?? '').trim();
    } else if (last !== undefined) values[last] = `${values[last]}\n${line}`;
  }
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value.trim() === '' ? [] : [[name, value.trim()]])),
  );
}
