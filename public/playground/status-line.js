/** What is going on with an answer: a line, a bar where the line says how far it is, and a word for who can't see it. */

import { make } from './make.js';

/** A line that counts seconds would otherwise be read out every second. */
const SAY_EVERY_MS = 15_000;

export function createStatusLine() {
  const text = make('span');
  const bar = make('progress', { max: 1, hidden: true });
  bar.setAttribute('aria-hidden', 'true');
  const said = make('span', { className: 'unseen' });
  said.setAttribute('role', 'status');
  const line = make('p', { className: 'status' }, make('i', { className: 'spinner' }), text, bar);
  let saidAt = Number.NEGATIVE_INFINITY;

  return {
    elements: [line, said],
    /** An empty line is none. */
    show(wanted) {
      line.hidden = wanted === '';
      if (text.textContent === wanted) return;
      text.textContent = wanted;
      const share = shareIn(wanted);
      bar.hidden = share === undefined;
      if (share !== undefined) bar.value = share;
      if (wanted !== '' && performance.now() - saidAt < SAY_EVERY_MS) return;
      saidAt = performance.now();
      said.textContent = wanted;
    },
  };
}

/** Of `45 %`, `step 12 of 50` or `12/50`. */
function shareIn(text) {
  const percent = /(\d+(?:\.\d+)?)\s?%/.exec(text);
  if (percent) return Math.min(1, Number(percent[1]) / 100);
  const steps = /\b(\d+)\s?(?:\/|of)\s?(\d+)\b/.exec(text);
  return steps && Number(steps[2]) > 0 ? Math.min(1, Number(steps[1]) / Number(steps[2])) : undefined;
}
