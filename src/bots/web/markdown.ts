/** Model output as HTML that is safe by construction: raw HTML is text, links go to http, https or mail, nothing is loaded. */

import markdownIt from 'markdown-it';

const LINE_BREAK_TAG = /<br[ \t]*\/?>/iy;
const TASK = /^\[([ xX])\] /;
const SAFE_LINK = /^(?:https?:\/\/|mailto:)/i;

export interface MarkdownRenderer {
  /** The document's top-level blocks, each as complete HTML. `lines` is where each begins in the source. */
  render(text: string): { readonly blocks: readonly string[]; readonly lines: readonly number[] };
}

export function createMarkdownRenderer(): MarkdownRenderer {
  // A line ends where it ends on Discord and Slack: verses, subtitles and lists of problems are written so.
  const markdown = markdownIt({ html: false, linkify: true, breaks: true });
  // A bare `example.com` stays text: only what is written as an address becomes a link.
  markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
  markdown.validateLink = (url) => SAFE_LINK.test(url.trim());

  // Models write it in table cells, where a line cannot end otherwise.
  markdown.inline.ruler.before('autolink', 'line-break-tag', (state, silent) => {
    LINE_BREAK_TAG.lastIndex = state.pos;
    const tag = LINE_BREAK_TAG.exec(state.src)?.[0];
    if (tag === undefined) return false;
    if (!silent) state.push('hardbreak', 'br', 0);
    state.pos += tag.length;
    return true;
  });
  markdown.core.ruler.before('inline', 'task-boxes', ({ tokens }) => {
    tokens.forEach((token, index) => {
      if (token.type !== 'inline' || tokens[index - 2]?.type !== 'list_item_open') return;
      token.content = token.content.replace(TASK, (_, done: string) => (done === ' ' ? '☐ ' : '☑ '));
    });
  });

  const { rules } = markdown.renderer;
  rules.link_open = (tokens, index, options, _env, self) => {
    tokens[index]?.attrSet('rel', 'noopener noreferrer nofollow');
    tokens[index]?.attrSet('target', '_blank');
    return self.renderToken(tokens, index, options);
  };
  // Loading a picture would tell its server who reads and when (and what, if the model was talked into it): a link does not.
  rules.image = (tokens, index) => {
    const { escapeHtml } = markdown.utils;
    const token = tokens[index];
    const name = escapeHtml(token?.content || 'Picture');
    const address = escapeHtml(String(token?.attrGet('src') ?? ''));
    return `<a class="picture" href="${address}" rel="noopener noreferrer nofollow" target="_blank">${name}</a>`;
  };
  // The page's policy forbids style attributes, which is how markdown-it aligns a table's columns.
  const cell: (typeof rules)['th_open'] = (tokens, index, options, _env, self) => {
    const token = tokens[index];
    const align = /text-align:(left|right|center)/.exec(String(token?.attrGet('style') ?? ''))?.[1];
    if (token) token.attrs = align ? [['class', `align-${align}`]] : null;
    return self.renderToken(tokens, index, options);
  };
  rules.th_open = cell;
  rules.td_open = cell;

  return {
    render(text) {
      const env = {};
      const tokens = markdown.parse(text, env);
      const blocks: string[] = [];
      const lines: number[] = [];
      let first = 0;
      tokens.forEach((token, index) => {
        if (token.level !== 0 || token.nesting === 1) return;
        const block = tokens.slice(first, index + 1);
        blocks.push(markdown.renderer.render(block, markdown.options, env));
        lines.push(block[0]?.map?.[0] ?? 0);
        first = index + 1;
      });
      return { blocks, lines };
    },
  };
}
