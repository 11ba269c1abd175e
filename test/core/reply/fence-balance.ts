/** An independent reading of CommonMark's code fences, to judge pages by. */

/** Whether every code fence that the text opens is closed in it. */
export function fencesBalanced(text: string): boolean {
  let open: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const match = /^ {0,3}(`{3,}|~{3,})(.*)$/s.exec(line);
    if (!match) continue;
    const [, marks = '', after = ''] = match;
    if (open !== undefined) {
      if (marks[0] === open[0] && marks.length >= open.length && /^[ \t]*$/.test(after)) open = undefined;
    } else if (marks[0] === '~' || !after.includes('`')) open = marks;
  }
  return open === undefined;
}
