/** One question and its answer on the page. */

import { thumbnail } from './attachments.js';
import { withCopy } from './code-block.js';
import { createFilesView } from './files-view.js';
import { make, sizeText } from './make.js';
import { createStatusLine } from './status-line.js';

/** `addressOf` gives a file's address; `onPress` gets a button, `onOpen` all pictures and which was clicked. */
export function createExchangeView({ question, addressOf, onPress, onOpen }) {
  const asked = make('div', { className: 'question' });
  const askedText = make('div', { textContent: question });
  const askedFiles = make('ul', { className: 'asked-files', hidden: true });
  asked.append(askedFiles, askedText);
  const answer = make('div', { className: 'answer' });
  const files = createFilesView({ addressOf, onOpen });
  const status = createStatusLine();
  const buttons = make('div', { className: 'buttons' });
  const footnote = make('p', { className: 'footnote', hidden: true });
  const element = make('article', { className: 'exchange' });
  element.append(asked, answer, files.element, ...status.elements, footnote, buttons);
  asked.hidden = question === '';
  status.show('Sending…');

  /** The DOM nodes of each top-level block: unchanged blocks stay, so that a selection in them does. */
  const blocks = [];
  const view = { element, begun: false, show };
  let shownButtons = '[]';

  function show(change) {
    view.begun = true;
    for (const nodes of blocks.splice(change.from)) for (const node of nodes) node.remove();
    for (const html of change.blocks) {
      const nodes = nodesOf(html);
      blocks.push(nodes);
      answer.append(...nodes);
    }
    element.classList.toggle('final', change.final);
    // Announced once, when it is all there: every word as it comes would be noise.
    answer.setAttribute('aria-live', change.final ? 'polite' : 'off');
    answer.setAttribute('aria-busy', String(!change.final));
    files.show(change.files);
    status.show(change.status ?? (change.final || blocks.length > 0 ? '' : 'Waiting…'));
    footnote.textContent = change.footnote ?? '';
    footnote.hidden = !change.footnote;
    showButtons(change.buttons);
    showAskedFiles(change.askedFiles);
  }

  function showButtons(wanted) {
    if (JSON.stringify(wanted) === shownButtons) return;
    shownButtons = JSON.stringify(wanted);
    buttons.replaceChildren(...wanted.map(createButton));
  }

  function createButton(wanted) {
    const button = make('button', { type: 'button', className: wanted.style, textContent: wanted.label });
    button.addEventListener('click', async () => {
      button.disabled = true;
      try {
        await onPress(wanted);
      } finally {
        button.disabled = false;
      }
    });
    return button;
  }

  function showAskedFiles(wanted) {
    if (wanted.length === askedFiles.children.length) return;
    asked.hidden = question === '' && wanted.length === 0;
    askedText.hidden = question === '';
    askedFiles.hidden = wanted.length === 0;
    askedFiles.replaceChildren(
      ...wanted.map(({ id, name, contentType, sizeBytes }) => {
        const item = make('li', {}, make('span', { className: 'name', textContent: name }));
        item.append(make('span', { className: 'size', textContent: sizeText(sizeBytes) }));
        if (contentType.startsWith('image/')) item.prepend(thumbnail(id));
        return item;
      }),
    );
  }

  return view;
}

/** The HTML comes from the server's renderer, which lets no markup of the model through. */
function nodesOf(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  for (const pre of template.content.querySelectorAll('pre')) pre.replaceWith(withCopy(pre));
  for (const table of template.content.querySelectorAll('table')) {
    const scroller = make('div', { className: 'table' });
    table.replaceWith(scroller);
    scroller.append(table);
  }
  return [...template.content.childNodes];
}
