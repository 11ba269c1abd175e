/** What a prediction's output is: text, links to files, or data that only its presenter understands. */

/** A whole value that is a link or a data URI: that is how Replicate returns files. */
export function isFileUrl(value: string): boolean {
  return /^(?:https?:\/\/[^\s/]+\/\S*|data:[\w.+-]+\/[\w.+-]+[;,]\S*)$/.test(value);
}

/** The text of a text model: a string, or its pieces joined; empty for files and structured data. */
export function textOf(output: unknown): string {
  if (typeof output === 'string') return isFileUrl(output) ? '' : output;
  if (typeof output === 'number' || typeof output === 'boolean') return String(output);
  if (!isTextList(output) || output.every(isFileUrl)) return '';
  return output.join('');
}

/** Every file in the output, in order, also inside structured data. */
export function filesOf(output: unknown): string[] {
  if (typeof output === 'string') return isFileUrl(output) ? [output] : [];
  if (isTextList(output)) return output.every(isFileUrl) ? output : [];
  if (typeof output !== 'object' || output === null) return [];
  return Object.values(output).flatMap((value) => filesOf(value));
}

function isTextList(output: unknown): output is string[] {
  return Array.isArray(output) && output.every((piece) => typeof piece === 'string');
}
