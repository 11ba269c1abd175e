/** One question and its answer on the page. */

export function createExchangeView({ question, onPress }) {
  const element = make('article', 'exchange');
  const asked = make('div', 'question');
  asked.textContent = question;
  const answer = make('div', 'answer');
  const status = make('p', 'status');
  status.setAttribute('role', 'status');
  const statusText = make('span');
  status.append(make('i', 'spinner'), statusText);
  const buttons = make('div', 'buttons');
  const footnote = make('p', 'footnote');
  element.append(asked, answer, status, footnote, buttons);
  asked.hidden = question === '';
  statusText.textContent = 'Sending…';

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
    const line = change.status ?? (change.final || blocks.length > 0 ? '' : 'Waiting…');
    if (statusText.textContent !== line) statusText.textContent = line;
    status.hidden = line === '';
    footnote.textContent = change.footnote ?? '';
    footnote.hidden = !change.footnote;
    showButtons(change.buttons);
  }

  function showButtons(wanted) {
    if (JSON.stringify(wanted) === shownButtons) return;
    shownButtons = JSON.stringify(wanted);
    buttons.replaceChildren(...wanted.map(createButton));
  }

  function createButton({ id, label, style }) {
    const button = make('button', style === 'danger' ? 'danger' : 'secondary');
    button.type = 'button';
    button.textContent = label;
    button.addEventListener('click', async () => {
      button.disabled = true;
      try {
        await onPress(id);
      } finally {
        button.disabled = false;
      }
    });
    return button;
  }

  return view;
}

/** The HTML comes from the server's renderer, which lets no markup of the model through. */
function nodesOf(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  for (const pre of template.content.querySelectorAll('pre')) pre.replaceWith(withCopy(pre));
  for (const table of template.content.querySelectorAll('table')) {
    const scroller = make('div', 'table');
    table.replaceWith(scroller);
    scroller.append(table);
  }
  return [...template.content.childNodes];
}

function withCopy(pre) {
  const frame = make('div', 'code');
  const bar = make('div', 'code-bar');
  const language = make('span');
  const code = pre.cloneNode(true);
  code.tabIndex = 0;
  language.textContent = /language-(\S+)/.exec(code.querySelector('code')?.className ?? '')?.[1] ?? '';
  const copy = make('button', 'copy');
  copy.type = 'button';
  copy.textContent = 'Copy';
  copy.addEventListener('click', async () => {
    copy.textContent = (await copied(code.textContent)) ? 'Copied' : 'Select and copy by hand';
    setTimeout(() => {
      copy.textContent = 'Copy';
    }, 2000);
  });
  bar.append(language, copy);
  frame.append(bar, code);
  return frame;
}

/** The clipboard is closed to pages on plain http outside this machine. */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function make(tag, className = '') {
  const element = document.createElement(tag);
  if (className) element.className = className;
  return element;
}
