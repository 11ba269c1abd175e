/** Where one types: grows with its text, takes files, sends on Enter, and completes commands, options and their values. */

import { createAttachments } from './attachments.js';
import { choicesFor, suggest } from './completion.js';
import { acceptDrops } from './file-drop.js';
import { make } from './make.js';
import { createOptionBar } from './option-bar.js';

/** `send` gets the text and the uploads' ids, and resolves with whether they were taken. */
export function createComposer({ form, commands, limits, say, send }) {
  const input = form.querySelector('textarea');
  const list = form.querySelector('[role=listbox]');
  const picker = form.querySelector('input[type=file]');
  let choices = [];
  let selected = 0;
  let asked = new AbortController();
  /** The option whose values the bot was asked for last; its choices stay until newer ones are there. */
  let askedFor = '';
  let fresh = true;
  let sending = false;

  const attachments = createAttachments({
    list: form.querySelector('#attachments'),
    limits,
    say,
    onChange: fit,
  });
  const optionBar = createOptionBar({
    element: form.querySelector('#options'),
    commands,
    onTake: takeOption,
  });

  function fit() {
    input.style.height = 'auto';
    input.style.height = `${input.scrollHeight}px`;
    form.classList.toggle('empty', input.value.trim() === '' && attachments.count === 0);
    optionBar.show(input.value);
  }

  function showChoices(next) {
    choices = next;
    selected = 0;
    list.replaceChildren(...choices.map(createChoice));
    list.hidden = choices.length === 0;
    input.setAttribute('aria-expanded', String(choices.length > 0));
    mark();
  }

  function mark() {
    [...list.children].forEach((item, index) => {
      item.setAttribute('aria-selected', String(index === selected));
      if (index === selected) item.scrollIntoView({ block: 'nearest' });
    });
    if (choices.length > 0) input.setAttribute('aria-activedescendant', `choice-${selected}`);
    else input.removeAttribute('aria-activedescendant');
  }

  function createChoice({ label, detail }, index) {
    const item = make('div', { id: `choice-${index}` });
    item.setAttribute('role', 'option');
    item.append(make('strong', { textContent: label }), make('span', { textContent: detail }));
    // Before the field loses the focus.
    item.addEventListener('pointerdown', (event) => {
      event.preventDefault();
      take(index);
    });
    return item;
  }

  function take(index) {
    const { insert, from } = choices[index];
    input.setRangeText(insert, from, input.selectionStart, 'end');
    void changed();
  }

  function takeOption({ name, type }) {
    if (type === 'attachment') return picker.click();
    const text = input.value.trimEnd();
    begin(type === 'boolean' ? `${text} --${name} true ` : `${text} --${name} `);
  }

  async function changed() {
    fit();
    asked.abort();
    asked = new AbortController();
    const { signal } = asked;
    const { choices: known = [], query } = choicesFor(input.value.slice(0, input.selectionStart), commands);
    const asking = query ? `${query.command} ${query.option}` : '';
    if (!query || asking !== askedFor) showChoices(known);
    askedFor = asking;
    fresh = !query;
    if (!query) return;
    const suggested = await suggest(query, signal).catch(() => undefined);
    if (!suggested) return;
    fresh = true;
    showChoices(suggested);
  }

  function begin(text) {
    input.value = text;
    input.focus();
    input.setSelectionRange(text.length, text.length);
    void changed();
  }

  async function submit() {
    const text = input.value.trim();
    if ((text === '' && attachments.count === 0) || sending) return;
    sending = true;
    form.classList.add('sending');
    try {
      const files = await attachments.take();
      if (!files) return say('A file could not be sent. Remove it, or attach it again.');
      // What was typed while the files were on their way belongs to it.
      const whole = input.value.trim();
      input.value = '';
      asked.abort();
      showChoices([]);
      fit();
      if (await send(whole, files.ids)) return;
      files.putBack();
      if (input.value === '') input.value = whole;
      fit();
    } finally {
      sending = false;
      form.classList.remove('sending');
    }
  }

  input.addEventListener('input', changed);
  input.addEventListener('blur', () => showChoices([]));
  input.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    attachments.add(files);
  });
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    const open = choices.length > 0;
    if (open && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      selected = (selected + (event.key === 'ArrowDown' ? 1 : choices.length - 1)) % choices.length;
      mark();
    } else if (open && event.key === 'Escape') showChoices([]);
    else if (
      open &&
      (event.key === 'Tab' || (event.key === 'Enter' && fresh && choices[selected].complete))
    ) {
      event.preventDefault();
      take(selected);
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      void submit();
    }
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
    input.focus();
  });
  form.querySelector('#attach').addEventListener('click', () => picker.click());
  picker.addEventListener('change', () => {
    attachments.add([...picker.files]);
    picker.value = '';
    input.focus();
  });
  acceptDrops(attachments.add);
  fit();
  // On a phone the keyboard would cover the page.
  if (matchMedia('(hover: hover)').matches) input.focus();

  /** `begin` puts text in the field, ready to be continued. */
  return { begin };
}
