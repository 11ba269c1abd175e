/** A form as a Discord dialog: at most five components, what does not fit as lines of text in the last one. */

import {
  type APIComponentInLabel,
  type APILabelComponent,
  type APIModalInteractionResponseCallbackData,
  type APITextDisplayComponent,
  type APITextInputComponent,
  ComponentType,
  TextInputStyle,
} from 'discord.js';
import { FORM_LIMITS, type Form, type FormField, fitsMenu } from '../../core/form.ts';
import { fileTypes } from './command-options.ts';

/** Discord's limit of a dialog; those of what is in it are every form's. */
const mostComponents = 5;
const {
  label: labelLength,
  description: descriptionLength,
  text: textLength,
  choice: optionLength,
} = FORM_LIMITS;

/** The name of the component with the fields that found no room; no field can be called so. */
export const moreField = '+more';

export function toModal(form: Form): APIModalInteractionResponseCallbackData {
  const { shown, rest } = arrange(form.fields);
  const fields = [...shown.map(toLabel), ...(rest.length > 0 ? [toMore(rest)] : [])];
  return {
    custom_id: form.id,
    title: form.title.slice(0, labelLength),
    components: fields.length > 0 ? fields : [nothingToFillIn],
  };
}

/** A dialog must have something in it. */
const nothingToFillIn: APITextDisplayComponent = {
  type: ComponentType.TextDisplay,
  content: 'There is nothing to fill in.',
};

/** Required fields and the form's first one, then files, which cannot be written down; else in the form's order. */
function arrange(fields: readonly FormField[]): { shown: readonly FormField[]; rest: readonly FormField[] } {
  if (fields.length <= mostComponents) return { shown: fields, rest: [] };
  const rank = (field: FormField) => {
    if (field.required || field === fields[0]) return 0;
    return field.type === 'file' ? 1 : 2;
  };
  const ranked = [...fields].sort((one, other) => rank(one) - rank(other));
  const room = mostComponents - 1;
  return { shown: ranked.slice(0, room), rest: ranked.slice(room).filter(({ type }) => type !== 'file') };
}

function toLabel(field: FormField): APILabelComponent {
  return {
    type: ComponentType.Label,
    label: field.label.slice(0, labelLength),
    ...(field.description ? { description: field.description.slice(0, descriptionLength) } : {}),
    component: toComponent(field),
  };
}

function toComponent(field: FormField): APIComponentInLabel {
  const { name: custom_id, required } = field;
  switch (field.type) {
    case 'line':
    case 'text':
      return toText(field);
    case 'choice':
      if (!fitsMenu(field.choices ?? [])) return toText(field);
      return {
        type: ComponentType.StringSelect,
        custom_id,
        required,
        min_values: required ? 1 : 0,
        options: (field.choices ?? []).map((choice) => ({
          label: choice.name.slice(0, optionLength),
          value: choice.value,
          default: choice.value === field.value,
        })),
      };
    case 'boolean':
      return { type: ComponentType.Checkbox, custom_id, default: field.value === 'true' };
    case 'file':
      return {
        type: ComponentType.FileUpload,
        custom_id,
        required,
        min_values: required ? 1 : 0,
        max_values: Math.min(field.maxFiles ?? 1, FORM_LIMITS.files),
        ...(field.accept ? { file_types: fileTypes(field.accept) } : {}),
      };
  }
}

function toText(field: FormField): APITextInputComponent {
  const max_length = Math.min(field.maxLength ?? textLength, textLength);
  return {
    type: ComponentType.TextInput,
    custom_id: field.name,
    required: field.required,
    style: field.type === 'text' ? TextInputStyle.Paragraph : TextInputStyle.Short,
    max_length,
    ...(field.value ? { value: field.value.slice(0, max_length) } : {}),
  };
}

/** One line for each field, `name=value`, with what stands in it at first; a line that finds no room is left out. */
function toMore(fields: readonly FormField[]): APILabelComponent {
  let value = '';
  for (const field of fields) {
    const line = `${field.name}=${field.value?.includes('\n') ? '' : (field.value ?? '')}\n`;
    if (value.length + line.length <= textLength) value += line;
  }
  return {
    type: ComponentType.Label,
    label: 'More (one name=value per line)',
    description: 'A line without a value is left as it is.',
    component: {
      type: ComponentType.TextInput,
      custom_id: moreField,
      style: TextInputStyle.Paragraph,
      required: fields.some((field) => field.required),
      max_length: textLength,
      value: value.trimEnd(),
    },
  };
}
