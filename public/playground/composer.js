/** Where one types: grows with its text, sends on Enter, and completes commands, options and their values. */

import { choicesFor } from './completion.js';

export function createComposer({ form, commands, send }) {
  const input = form.querySelector('textarea');
  const list = form.querySelector('[role=listbox]');
  let choices = [];
  let selected = 0;
  let asked = 0;

  function fit() {
    input.style.height = 'auto';
    input.style.height = `${input.scrollHeight}px`;
    form.classList.toggle('empty', input.value.trim() === '');
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
    const item = document.createElement('div');
    item.id = `choice-${index}`;
    item.setAttribute('role', 'option');
    const name = document.createElement('strong');
    name.textContent = label;
    const description = document.createElement('span');
    description.textContent = detail;
    item.append(name, description);
    // Before the field loses the focus.
    item.addEventListener('pointerdown', (event) => {
      event.preventDefault();
      take(index);
    });
    return item;
  }

  function take(index) {
    const { insert, from } = choices[index];
    const end = input.selectionStart;
    input.setRangeText(insert, from, end, 'end');
    void changed();
  }

  async function changed() {
    fit();
    const question = ++asked;
    const next = await choicesFor(input.value.slice(0, input.selectionStart), commands);
    if (question === asked) showChoices(next);
  }

  async function submit() {
    const text = input.value.trim();
    if (text === '') return;
    input.value = '';
    asked++;
    showChoices([]);
    fit();
    const sent = await send(text);
    if (!sent && input.value === '') {
      input.value = text;
      fit();
    }
  }

  input.addEventListener('input', changed);
  input.addEventListener('blur', () => showChoices([]));
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    const open = choices.length > 0;
    if (open && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      selected = (selected + (event.key === 'ArrowDown' ? 1 : choices.length - 1)) % choices.length;
      mark();
    } else if (open && event.key === 'Escape') showChoices([]);
    else if (open && (event.key === 'Tab' || (event.key === 'Enter' && choices[selected].complete))) {
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
  fit();
  // On a phone the keyboard would cover the page.
  if (matchMedia('(hover: hover)').matches) input.focus();

  return {
    /** Puts text in the field, ready to be continued. */
    begin(text) {
      input.value = text;
      input.focus();
      input.setSelectionRange(text.length, text.length);
      void changed();
    },
  };
}
