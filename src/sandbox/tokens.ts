/** A plain tokenizer: pieces of at most eight characters, the white space before a word belonging to it. */

/** Pieces that joined give the text again; never cuts a surrogate pair. */
export const tokenize = (text: string): string[] => text.match(/\s*\S{1,8}|\s+$/gu) ?? [];
