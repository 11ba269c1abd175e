/** A text that mostly grows, rendered again and again: only its unfinished end is parsed anew each time. */

import { readableFormulas } from '../../core/reply/formulas.ts';
import { withoutOpenMarks } from '../../core/reply/open-marks.ts';
import type { MarkdownRenderer } from './markdown.ts';

export interface GrowingDocument {
  /**
   * The text's blocks as HTML; costs what changed since the last call, not what the whole text is long. `growing`: more is
   * to come, so what is open at the end is shown closed.
   */
  render(text: string, growing?: boolean): readonly string[];
}

/**
 * Once another block has begun, nothing that follows can change the blocks before it (link definitions below their use
 * aside, which stay as they were written). So all but the last two blocks are kept while the text still begins with them.
 */
export function createGrowingDocument(renderer: MarkdownRenderer): GrowingDocument {
  let keptText = '';
  let keptBlocks: readonly string[] = [];

  return {
    render(source, growing = false) {
      const plain = source.replace(/\r\n?/g, '\n');
      const text = readableFormulas(growing ? withoutOpenMarks(plain) : plain);
      if (!text.startsWith(keptText)) {
        keptText = '';
        keptBlocks = [];
      }
      const rest = text.slice(keptText.length);
      const { blocks, lines } = renderer.render(rest);
      const all = [...keptBlocks, ...blocks];
      const keep = blocks.length - 2;
      if (keep > 0) {
        keptText += rest.slice(0, offsetOfLine(rest, lines[keep] ?? 0));
        keptBlocks = all.slice(0, all.length - 2);
      }
      return all;
    },
  };
}

function offsetOfLine(text: string, line: number): number {
  let offset = 0;
  for (let passed = 0; passed < line; passed++) offset = text.indexOf('\n', offset) + 1;
  return offset;
}
