/** Writes a word into a picture, with a font of a few letters, five by seven points each. */

const letters: Readonly<Record<string, readonly string[]>> = {
  S: [' ####', '#    ', '#    ', ' ### ', '    #', '    #', '#### '],
  A: [' ### ', '#   #', '#   #', '#####', '#   #', '#   #', '#   #'],
  N: ['#   #', '##  #', '# # #', '# # #', '#  ##', '#   #', '#   #'],
  D: ['#### ', '#   #', '#   #', '#   #', '#   #', '#   #', '#### '],
  B: ['#### ', '#   #', '#   #', '#### ', '#   #', '#   #', '#### '],
  O: [' ### ', '#   #', '#   #', '#   #', '#   #', '#   #', ' ### '],
  X: ['#   #', '#   #', ' # # ', '  #  ', ' # # ', '#   #', '#   #'],
};
const letterHeight = 7;
const letterPitch = 6;

/** Calls `paint` for every point of a box near the bottom left corner, about a third of the picture wide. */
export function drawLabel(
  word: string,
  width: number,
  height: number,
  paint: (x: number, y: number, ink: boolean) => void,
): void {
  const columns = word.length * letterPitch + 1;
  const rows = letterHeight + 2;
  const scale = Math.max(1, Math.floor(width / 3 / columns));
  // Corners are often shown rounded.
  const margin = scale * 2;
  const top = Math.max(0, height - rows * scale - margin);
  for (let y = 0; y < rows * scale && top + y < height; y += 1) {
    for (let x = 0; x < columns * scale && margin + x < width; x += 1) {
      const column = Math.floor(x / scale) - 1;
      const row = Math.floor(y / scale) - 1;
      const letter = letters[word[Math.floor(column / letterPitch)] ?? ''];
      paint(margin + x, top + y, letter?.[row]?.[column % letterPitch] === '#');
    }
  }
}
