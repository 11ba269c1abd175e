/** What Discord demands of a modal: a title, one to five labels, and in each a component that modals may have. */

import { asArray, asObject, invalidForm, type Json, onlyKnown } from './refusal.ts';

const textDisplay = 10;
const label = 18;
const stringSelect = 3;
const textInput = 4;
const fileUpload = 19;
const checkbox = 23;

const fields: Readonly<Record<number, readonly string[]>> = {
  [textInput]: ['style', 'min_length', 'max_length', 'required', 'value', 'placeholder'],
  [stringSelect]: ['options', 'placeholder', 'min_values', 'max_values', 'required'],
  [fileUpload]: ['min_values', 'max_values', 'required', 'file_types'],
  [checkbox]: ['default'],
};

export function checkModal(data: Json): void {
  onlyKnown(data, ['custom_id', 'title', 'components']);
  checkLength(data.custom_id, 1, 100, 'custom_id');
  checkLength(data.title, 1, 45, 'title');
  const components = asArray(data.components, 'components').map((each) => asObject(each, 'components'));
  if (components.length < 1 || components.length > 5)
    throw invalidForm('components', 'Must be between 1 and 5 in length.');
  const children = components.filter((each) => each.type !== textDisplay).map(readLabel);
  const ids = children.map((child) => child.custom_id);
  if (new Set(ids).size !== ids.length)
    throw invalidForm('custom_id', 'Component custom id cannot be duplicated');
}

/** The components of a modal that was shown, by their ids. */
export function modalComponents(data: Json): readonly Json[] {
  return asArray(data.components, 'components')
    .map((each) => asObject(each, 'components'))
    .filter((each) => each.type === label)
    .map((each) => asObject(each.component, 'component'));
}

function readLabel(row: Json): Json {
  onlyKnown(row, ['type', 'id', 'label', 'description', 'component']);
  if (row.type !== label) throw invalidForm('components', 'the stand-in knows labels only');
  checkLength(row.label, 1, 45, 'label');
  if (row.description !== undefined) checkLength(row.description, 1, 100, 'description');
  const child = asObject(row.component, 'component');
  const known = fields[Number(child.type)];
  if (!known) throw invalidForm('component', 'Value of field "type" does not fit into a label.');
  onlyKnown(child, ['type', 'id', 'custom_id', ...known]);
  checkLength(child.custom_id, 1, 100, 'custom_id');
  if (child.type === textInput) checkText(child);
  if (child.type === stringSelect) checkSelect(child);
  if (child.type === fileUpload) checkUpload(child);
  if (child.type === fileUpload || child.type === stringSelect) checkRequired(child);
  return child;
}

function checkText(child: Json): void {
  if (child.style !== 1 && child.style !== 2) throw invalidForm('style', 'Value must be one of (1, 2).');
  const longest = Number(child.max_length ?? 4000);
  if (longest < 1 || longest > 4000) throw invalidForm('max_length', 'Must be between 1 and 4000.');
  if (String(child.value ?? '').length > longest) throw invalidForm('value', `Must be ${longest} or fewer.`);
  if (String(child.placeholder ?? '').length > 100) throw invalidForm('placeholder', 'Must be 100 or fewer.');
}

function checkSelect(child: Json): void {
  const options = asArray(child.options, 'options').map((each) => asObject(each, 'options'));
  if (options.length < 1 || options.length > 25)
    throw invalidForm('options', 'Must be between 1 and 25 in length.');
  for (const option of options) {
    onlyKnown(option, ['label', 'value', 'description', 'emoji', 'default']);
    checkLength(option.label, 1, 100, 'label');
    checkLength(option.value, 1, 100, 'value');
  }
  const values = options.map((option) => option.value);
  if (new Set(values).size !== values.length)
    throw invalidForm('options', 'The specified value is already used');
  const chosen = options.filter((option) => option.default === true);
  if (chosen.length > Number(child.max_values ?? 1)) throw invalidForm('options', 'too many defaults');
}

function checkUpload(child: Json): void {
  const least = Number(child.min_values ?? 1);
  const most = Number(child.max_values ?? 1);
  if (least < 0 || most > 10 || least > most) throw invalidForm('min_values', 'Must be between 0 and 10.');
  const types = asArray(child.file_types ?? [], 'file_types').map(String);
  if (types.length > 10 || types.some((type) => !/^(image|video|audio|\.[a-z0-9]+)$/.test(type)))
    throw invalidForm('file_types', 'Must be image, video, audio or an extension; 10 at most.');
}

function checkRequired(child: Json): void {
  const least = Number(child.min_values ?? 1);
  if (child.required === false ? least !== 0 : least === 0)
    throw invalidForm('required', 'min_values and required contradict each other');
}

function checkLength(value: unknown, least: number, most: number, field: string): void {
  if (typeof value !== 'string' || value.length < least || value.length > most)
    throw invalidForm(field, `Must be between ${least} and ${most} in length.`);
}
