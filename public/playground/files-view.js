/** The files of an answer: pictures on the page, sound and film to be played, everything else to be saved. */

import { make, sizeText } from './make.js';

const SHOWN_PICTURE = /^image\/(png|jpeg|gif|webp|avif)$/;

/** `addressOf` gives a file's address, `onOpen` gets all pictures and which of them was clicked. */
export function createFilesView({ addressOf, onOpen }) {
  const element = make('div', { className: 'files' });
  let shown = '[]';

  function show(files) {
    // A file that is on show stays as it is: a player goes on playing, an uncovered picture stays uncovered.
    if (JSON.stringify(files) === shown) return;
    shown = JSON.stringify(files);
    const pictures = files.filter(({ contentType }) => SHOWN_PICTURE.test(contentType));
    const others = files.filter((file) => !pictures.includes(file));
    const gallery = make('div', { className: 'pictures' });
    gallery.dataset.count = String(Math.min(pictures.length, 4));
    const views = pictures.map((file) => ({ ...file, address: addressOf(file) }));
    gallery.append(...views.map((file, index) => picture(file, () => onOpen(views, index))));
    element.replaceChildren(...(pictures.length > 0 ? [gallery] : []), ...others.map(createOther));
  }

  function createOther(file) {
    const link = createLink(file);
    const [kind] = file.contentType.split('/');
    if (kind !== 'audio' && kind !== 'video') return link;
    const player = make(kind, {
      controls: true,
      preload: 'metadata',
      src: addressOf(file),
      ariaLabel: file.name,
    });
    return make('div', { className: 'player' }, cover(file, player), link);
  }

  function createLink(file) {
    const link = make('a', { className: 'file', href: addressOf(file), download: file.name });
    link.append(
      make('span', { className: 'name', textContent: file.name }),
      make('span', { className: 'size', textContent: sizeText(file.sizeBytes) }),
    );
    return link;
  }

  return { element, show };
}

function picture(file, open) {
  const image = make('img', { src: file.address, alt: file.alt ?? file.name, decoding: 'async' });
  const button = make('button', { type: 'button', className: 'picture-file', title: 'Show larger' }, image);
  button.addEventListener('click', open);
  image.addEventListener('error', () => {
    const text = `“${file.name}” is no longer here.`;
    button.replaceWith(make('p', { className: 'missing', textContent: text }));
  });
  return cover(file, button);
}

/** A spoiler can be seen, heard and reached only once it is uncovered. */
function cover(file, content) {
  if (!file.spoiler) return content;
  const label = make('span', { textContent: 'Spoiler' });
  const reveal = make(
    'button',
    { type: 'button', className: 'reveal', ariaLabel: `Show the spoiler ${file.name}` },
    label,
  );
  const frame = make('div', { className: 'spoiler' }, content, reveal);
  content.inert = true;
  reveal.addEventListener('click', () => {
    content.inert = false;
    frame.replaceWith(content);
    content.focus({ preventScroll: true });
  });
  return frame;
}
