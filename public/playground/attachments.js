/** The files that go with the next message: picked, dropped or pasted, and on their way while one still types. */

import { make, sizeText } from './make.js';
import { forget, upload } from './upload.js';

/** `onChange` is told whenever a file comes, goes or is all there. */
export function createAttachments({ list, limits, say, onChange }) {
  let items = [];

  function add(files) {
    for (const file of files) {
      if (items.length === limits.maxCount) return say(`${limits.maxCount} files at most.`);
      if (file.size > limits.maxBytes) say(`“${file.name}” is larger than ${sizeText(limits.maxBytes)}.`);
      else if (file.size === 0) say(`“${file.name}” is empty.`);
      else begin(file);
    }
  }

  function begin(file) {
    const leave = new AbortController();
    const size = make('span', { className: 'size', textContent: sizeText(file.size) });
    const progress = make('progress', { max: 1, value: 0, ariaLabel: `Sending ${file.name}` });
    const remove = make('button', { type: 'button', textContent: '×', ariaLabel: `Remove ${file.name}` });
    const name = make('span', { className: 'name', textContent: file.name });
    const element = make('li', { className: 'attachment' }, name, size, progress, remove);
    const item = { element, id: undefined, failed: false };
    remove.addEventListener('click', () => {
      leave.abort();
      if (item.id) void forget(item.id);
      items = items.filter((other) => other !== item);
      element.remove();
      onChange();
    });
    item.sent = upload(file, {
      signal: leave.signal,
      onProgress: (share) => {
        progress.value = share;
      },
    }).then(
      (id) => {
        item.id = id;
        progress.remove();
        if (file.type.startsWith('image/')) element.prepend(thumbnail(id));
      },
      (error) => {
        item.failed = true;
        progress.remove();
        element.classList.add('failed');
        size.textContent = error.message;
      },
    );
    items.push(item);
    list.append(element);
    onChange();
    void item.sent.then(onChange);
  }

  return {
    add,
    get count() {
      return items.length;
    },
    /** Resolves with the uploads' ids and what puts the files back; undefined when one could not be sent. */
    async take() {
      await Promise.all(items.map(({ sent }) => sent));
      if (items.some(({ failed }) => failed)) return undefined;
      const taken = items;
      items = [];
      list.replaceChildren();
      onChange();
      return {
        ids: taken.map(({ id }) => id),
        putBack() {
          items = [...taken, ...items];
          list.replaceChildren(...items.map(({ element }) => element));
          onChange();
        },
      };
    },
  };
}

/** A small picture of an upload; gone when the browser can't show it, or its day is over. */
export function thumbnail(id) {
  const image = make('img', { src: `/uploads/${id}`, alt: '' });
  image.addEventListener('error', () => image.remove());
  return image;
}
