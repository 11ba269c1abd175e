/** Elements and ids, made in one line. */

/** `properties` are the element's own (`className`, `textContent`), not attributes. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** A sentence of the bot's, in which what stands between backticks is to be typed: text and elements to append. */
export function sentence(text) {
  const parts = text.split('`');
  const paired = parts.length % 2 === 1;
  return paired
    ? parts.map((part, index) => (index % 2 ? make('code', { textContent: part }) : part))
    : [text];
}

/** `crypto.randomUUID` is missing on plain http outside this machine. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** `1.4 MB`, as the platforms count: in thousands. */
export function sizeText(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  const [amount, unit] = bytes < 999_500 ? [bytes / 1000, 'kB'] : [bytes / 1_000_000, 'MB'];
  return `${amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${unit}`;
}
