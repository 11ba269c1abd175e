/** Shows the pictures of an answer large, one at a time. */

import { make } from './make.js';

export function createPictureViewer() {
  const image = make('img');
  const caption = make('figcaption');
  const save = make('a', { textContent: 'Save' });
  const close = make('button', { type: 'button', textContent: 'Close' });
  const back = make('button', {
    type: 'button',
    className: 'turn',
    textContent: '‹',
    ariaLabel: 'Previous picture',
  });
  const next = make('button', {
    type: 'button',
    className: 'turn next',
    textContent: '›',
    ariaLabel: 'Next picture',
  });
  const bar = make('div', { className: 'viewer-bar' }, save, close);
  const dialog = make(
    'dialog',
    { className: 'viewer', ariaLabel: 'Picture' },
    bar,
    back,
    make('figure', {}, image, caption),
    next,
  );
  document.body.append(dialog);
  let pictures = [];
  let current = 0;

  function show(index) {
    current = (index + pictures.length) % pictures.length;
    const { address, name, alt } = pictures[current];
    image.src = address;
    image.alt = alt ?? name;
    const place = pictures.length > 1 ? `${current + 1} of ${pictures.length}` : '';
    caption.textContent = [place, alt].filter(Boolean).join(' · ');
    save.href = address;
    save.download = name;
    back.hidden = pictures.length < 2;
    next.hidden = pictures.length < 2;
  }

  close.addEventListener('click', () => dialog.close());
  back.addEventListener('click', () => show(current - 1));
  next.addEventListener('click', () => show(current + 1));
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  dialog.addEventListener('keydown', ({ key }) => {
    if (key === 'ArrowLeft') show(current - 1);
    if (key === 'ArrowRight') show(current + 1);
  });

  return {
    open(all, index) {
      // A covered picture is not uncovered by turning over to it.
      pictures = all.filter((file, place) => place === index || !file.spoiler);
      show(pictures.indexOf(all[index]));
      dialog.showModal();
    },
  };
}
