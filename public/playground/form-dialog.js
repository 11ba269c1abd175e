/** A form to fill in, made from its description: labelled, checked by the browser, usable from the keyboard. */

import { make, sentence } from './make.js';
import { upload } from './upload.js';

/**
 * `submit` gets `{values, files, question}` and throws an error with a sentence when they were not taken. `question` is the
 * form in words, without what was left as it was.
 */
export function showForm(form, submit) {
  const problem = make('p', { className: 'problem' });
  problem.setAttribute('role', 'alert');
  const cancel = make('button', { type: 'button', className: 'secondary', textContent: 'Cancel' });
  const send = make('button', { type: 'submit', className: 'primary', textContent: 'Run' });
  const title = make('h2', { textContent: form.title, id: 'form-title' });
  const fields = form.fields.map(createField);
  const body = make('form', { autocomplete: 'off' });
  body.append(
    title,
    make('div', { className: 'form-fields' }, ...fields.map(({ element }) => element)),
    problem,
    make('div', { className: 'form-end' }, cancel, send),
  );
  const dialog = make('dialog', { className: 'form' }, body);
  dialog.setAttribute('aria-labelledby', 'form-title');
  const leave = new AbortController();

  cancel.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => {
    leave.abort();
    dialog.remove();
  });
  body.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (send.disabled) return;
    send.disabled = true;
    problem.textContent = '';
    try {
      await submit(await read(form.title, fields, leave.signal, send));
      dialog.close();
    } catch (error) {
      if (!leave.signal.aborted) problem.replaceChildren(...sentence(error.message));
    } finally {
      send.disabled = false;
      send.textContent = 'Run';
    }
  });
  document.body.append(dialog);
  dialog.showModal();
}

async function read(title, fields, signal, send) {
  const values = {};
  const files = {};
  const lines = [title];
  for (const { name, label, initial, control } of fields) {
    const chosen = [...(control.files ?? [])];
    if (chosen.length > 0) {
      files[name] = await uploadAll(chosen, signal, send);
      continue;
    }
    const value = filledIn(control);
    if (value !== '') values[name] = value;
    if (value !== '' && value !== initial) lines.push(`${label}${/[?!.:]$/.test(label) ? '' : ':'} ${value}`);
  }
  return { values, files, question: lines.join('\n') };
}

/** Resolves with their ids; says on the button how far it is. */
async function uploadAll(chosen, signal, send) {
  const ids = [];
  for (const [index, file] of chosen.entries()) {
    const which = chosen.length > 1 ? `${index + 1} of ${chosen.length}, ` : '';
    const onProgress = (share) => {
      send.textContent = `Sending ${which}${Math.round(share * 100)} %`;
    };
    ids.push(await upload(file, { signal, onProgress }));
  }
  return ids;
}

/** Empty when there is nothing. */
function filledIn({ type, checked, value }) {
  if (type === 'checkbox') return checked;
  return type === 'file' || value.trim() === '' ? '' : value;
}

function createField(field, index) {
  const id = `field-${index}`;
  const control = createControl(field);
  control.id = id;
  control.name = field.name;
  // A box that has to be ticked would be no choice.
  if (field.type !== 'boolean') control.required = field.required;
  const label = make('label', { htmlFor: id, textContent: field.label });
  if (!field.required && field.type !== 'boolean')
    label.append(make('span', { className: 'optional', textContent: 'optional' }));
  const element = make('div', { className: `form-field field-${field.type}` }, label, control);
  if (field.description) {
    element.append(make('p', { id: `${id}-about`, textContent: field.description }));
    control.setAttribute('aria-describedby', `${id}-about`);
  }
  return { name: field.name, label: field.label, initial: filledIn(control), element, control };
}

function createControl({ type, value, choices = [], required, maxLength, maxFiles = 1, accept = [] }) {
  switch (type) {
    case 'text':
      return make('textarea', { rows: 2, value: value ?? '', ...(maxLength && { maxLength }) });
    case 'choice': {
      const empty = value === undefined || !required ? [{ name: '', value: '' }] : [];
      const options = [...empty, ...choices].map((choice) => new Option(choice.name, choice.value));
      const select = make('select', {}, ...options);
      select.value = value ?? '';
      return select;
    }
    case 'boolean':
      return make('input', { type: 'checkbox', checked: value === 'true' });
    case 'file':
      return createPicker(maxFiles, accept);
    default:
      return make('input', { type: 'text', value: value ?? '', ...(maxLength && { maxLength }) });
  }
}

/** The browser offers files of these kinds; of texts it knows too few. What a file is, the bot finds out. */
function createPicker(maxFiles, accept) {
  const kinds = accept.includes('text') ? [] : accept.map((kind) => `${kind}/*`);
  const picker = make('input', { type: 'file', multiple: maxFiles > 1, accept: kinds.join(',') });
  picker.addEventListener('change', () => {
    picker.setCustomValidity(picker.files.length > maxFiles ? `Choose ${maxFiles} files at most.` : '');
  });
  return picker;
}
