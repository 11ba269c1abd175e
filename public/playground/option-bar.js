/** What the command being typed can be told beside its first words, to be tapped rather than spelled. */

import { make } from './make.js';

/** `onTake` gets the option that was tapped. */
export function createOptionBar({ element, commands, onTake }) {
  let shown = '';

  return {
    /** `text` is all that is typed. */
    show(text) {
      const command = commandIn(text, commands);
      const options = (command?.options ?? []).filter(
        ({ name, type }, index) => (index > 0 || type === 'attachment') && !text.includes(` --${name}`),
      );
      const wanted = options.map(({ name }) => name).join();
      if (wanted === shown) return;
      shown = wanted;
      element.hidden = options.length === 0;
      element.replaceChildren(
        ...options.map((option) => {
          const label = option.type === 'attachment' ? `+ ${option.name}` : option.name.replaceAll('-', ' ');
          const chip = make('button', { type: 'button', textContent: label, title: option.description });
          // Before the field loses the focus, and with it a phone its keyboard.
          chip.addEventListener('pointerdown', (event) => event.preventDefault());
          chip.addEventListener('click', () => onTake(option));
          return chip;
        }),
      );
    },
  };
}

/** The command whose name the text begins with, the longest of them. */
export function commandIn(text, commands) {
  const typed = text.slice(1).toLowerCase();
  if (!text.startsWith('/')) return undefined;
  return commands
    .filter(({ name }) => typed.startsWith(`${name} `))
    .sort((a, b) => b.name.length - a.name.length)[0];
}
