/** Puts a bar with the language and a copy button on top of a code block. */

import { make } from './make.js';

export function withCopy(pre) {
  const code = pre.cloneNode(true);
  code.tabIndex = 0;
  const language = /language-(\S+)/.exec(code.querySelector('code')?.className ?? '')?.[1] ?? '';
  const copy = make('button', { type: 'button', className: 'copy', textContent: 'Copy' });
  copy.addEventListener('click', async () => {
    copy.textContent = (await copied(code.textContent)) ? 'Copied' : 'Select and copy by hand';
    setTimeout(() => {
      copy.textContent = 'Copy';
    }, 2000);
  });
  const bar = make('div', { className: 'code-bar' }, make('span', { textContent: language }), copy);
  return make('div', { className: 'code' }, bar, code);
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
