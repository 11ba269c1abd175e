/** A reply of as many messages as its text needs, one request at a time: what Discord, Slack and the like have in common. */

import type { Button, Message, MessageFile, Reply } from '../chat.ts';
import { withoutOpenMarks } from './open-marks.ts';
import { createSplitter, type Splitter } from './splitter.ts';

/** What one message of a reply shows. Never wholly empty; all but the text is on the last page alone. */
export interface PageContent {
  readonly text: string;
  readonly status?: string;
  readonly footnote?: string;
  readonly buttons?: readonly Button[];
  readonly files?: readonly MessageFile[];
}

export interface PagedReplyOptions {
  /** What a page's text may take: the platform's limit less the room for status or footnote. */
  readonly limit: number;
  /** What one UTF-16 unit takes of the limit, if not 1. */
  readonly cost?: (unit: number) => number;
  /** Messages that exist already and show something unknown, in order. */
  readonly pageIds?: readonly string[];
  /** Sends a new message below the others and returns its id. */
  create(content: PageContent, index: number): Promise<string>;
  /** Makes a message show exactly this; resolves with another id where a new message has taken its place. */
  edit(pageId: string, content: PageContent, index: number): Promise<string | undefined>;
  /** Deletes a message that is not needed any more; without it such a message is reduced to an ellipsis. */
  remove?(pageId: string): Promise<void>;
}

export interface PagedReply extends Pick<Reply, 'write'> {
  /** The messages so far, in order; belongs in the reply's ref. */
  readonly pageIds: readonly string[];
  /** As far as is known, the next request begins a message: where those have a rate of their own, the lane follows this. */
  readonly begins: boolean;
}

const NOTHING: PageContent = { text: '…' };

/**
 * Each `write` makes the first request that is needed, in the order of the pages: one is finished before the next is
 * begun. A message that is not known to show the right thing (after a restart, after a failed request) is edited.
 */
export function createPagedReply(options: PagedReplyOptions): PagedReply {
  const pageIds = [...(options.pageIds ?? [])];
  /** What each message shows for certain. */
  const shown: (PageContent | undefined)[] = pageIds.map(() => undefined);
  let splitter: Splitter = createSplitter(options);
  let split = '';
  let begins = pageIds.length === 0;

  /** `growing`: without what may yet turn out to belong to the next page. */
  function textsOf(text: string, growing: boolean): string[] {
    if (text.startsWith(split)) splitter.append(text.slice(split.length));
    else {
      splitter = createSplitter(options);
      splitter.append(text);
    }
    split = text;
    const texts = splitter.pages(growing).map((page) => page.text);
    if (growing) texts.push(readable(texts.pop() ?? ''));
    return texts.filter((pageText) => pageText !== '');
  }

  function readable(growing: string): string {
    const shown = withoutOpenMarks(growing);
    return shown.length <= options.limit ? shown : growing;
  }

  /** The messages there should be. None where there is nothing to say and nothing said. */
  function contentsOf({ text, ...rest }: Message, growing: boolean): PageContent[] {
    const texts = textsOf(text, growing);
    const lastText = texts.pop() ?? '';
    const silent = lastText === '' && !rest.status && !rest.footnote && !rest.files?.length;
    if (!silent) return [...texts.map((pageText) => ({ text: pageText })), { ...rest, text: lastText }];
    return rest.buttons?.length || pageIds.length > 0 ? [{ ...rest, ...NOTHING }] : [];
  }

  async function put(index: number, content: PageContent): Promise<void> {
    const pageId = pageIds[index];
    if (pageId === undefined) pageIds.push(await options.create(content, index));
    else {
      shown[index] = undefined;
      pageIds[index] = (await options.edit(pageId, content, index)) ?? pageId;
    }
    shown[index] = content;
  }

  async function drop(index: number): Promise<void> {
    if (!options.remove) return put(index, NOTHING);
    await options.remove(pageIds[index] ?? '');
    pageIds.length = index;
    shown.length = index;
  }

  /** The first request that is needed, if any. */
  function nextRequest(contents: readonly PageContent[]): (() => Promise<void>) | undefined {
    const index = contents.findIndex((content, at) => !sameContent(shown[at], content));
    const content = contents[index];
    begins = pageIds.length === 0 || index >= pageIds.length;
    if (content) return () => put(index, content);
    for (let last = pageIds.length - 1; last >= contents.length; last--) {
      if (options.remove || !sameContent(shown[last], NOTHING)) return () => drop(last);
    }
    return undefined;
  }

  return {
    get pageIds() {
      return [...pageIds];
    },
    get begins() {
      return begins;
    },
    async write(message, final) {
      const contents = contentsOf(message, !final);
      await nextRequest(contents)?.();
      return nextRequest(contents) ? 'more' : 'shown';
    },
  };
}

function sameContent(one: PageContent | undefined, other: PageContent): boolean {
  return (
    one !== undefined &&
    one.text === other.text &&
    one.status === other.status &&
    one.footnote === other.footnote &&
    sameButtons(one.buttons, other.buttons) &&
    sameFiles(one.files, other.files)
  );
}

function sameButtons(one: readonly Button[] = [], other: readonly Button[] = []): boolean {
  return (
    one.length === other.length &&
    one.every((button, at) => {
      const twin = other[at];
      return button.id === twin?.id && button.label === twin.label && button.style === twin.style;
    })
  );
}

function sameFiles(one: readonly MessageFile[] = [], other: readonly MessageFile[] = []): boolean {
  return one.length === other.length && one.every((file, at) => file.id === other[at]?.id);
}
