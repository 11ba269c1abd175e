/** A reply on Slack: a text shown in whatever way its place allows, and its files. */

import type { Message, Reply } from '../../core/chat.ts';
import { ReplyGoneError } from '../../core/errors.ts';
import { NotMemberError, type SlackApi } from './api.ts';
import type { FileApi } from './file-api.ts';
import { createFinalReply, type FinalReply } from './final-reply.ts';
import type { SlackLanes } from './lanes.ts';
import { createOutgoingFiles, SLACK_FILE_LIMITS } from './outgoing-files.ts';
import { PAGE_LIMIT } from './page-blocks.ts';
import { createPosts, type Showing } from './posts.ts';
import type { SlackReplyRef } from './reply-ref.ts';
import type { StreamApi } from './stream-api.ts';
import { createStreaming } from './streaming.ts';
import type { WorkApi } from './work-api.ts';

export interface SlackReplyOptions {
  readonly api: SlackApi;
  readonly files: FileApi;
  readonly streams: StreamApi;
  readonly work: WorkApi;
  readonly ref: SlackReplyRef;
  readonly lanes: SlackLanes;
  /** What people write behind /invite. */
  readonly botName: string;
  /** The ref comes from storage: what was posted since then is not known. */
  readonly reopened: boolean;
  /** A run that its person can stop in Slack's own way shows this message, or no longer any. */
  readonly onStoppable: (message: Message | undefined) => void;
  /** The person stopped it. */
  readonly onStopped: (message: Message) => void;
}

/** Where the bot turns out to be no member, the reply goes on through the response_url, if there is one. */
export function createSlackReply(options: SlackReplyOptions): Reply {
  const { api, ref, lanes, botName, reopened } = options;
  const outgoing = createOutgoingFiles({ ...options, mayExist: reopened });
  let { mode, direct } = ref;
  let filesTurn = false;
  let missingTold = reopened;
  let hasFiles = false;
  let final: FinalReply | undefined;
  let showing = createShowing();

  function createShowing(): Showing {
    const { threadTs } = ref;
    if (mode === 'posts') return createPosts({ api, ref, lanes, mayExist: reopened });
    if (mode === 'stream' && threadTs) return createStreaming({ ...options, threadTs, mayExist: reopened });
    final = createFinalReply({
      api,
      ref: { ...ref, mode, pages: mode === ref.mode ? ref.pages : [] },
      lanes,
      botName,
      direct: openDirect,
      hasFiles: () => hasFiles,
    });
    return final;
  }

  async function openDirect(): Promise<string> {
    direct ??= await api.openDirect(ref.user);
    return direct;
  }

  async function showText(message: Message, isFinal: boolean): Promise<'shown' | 'more'> {
    try {
      return await showing.write(message, isFinal);
    } catch (error) {
      if (!(error instanceof NotMemberError)) throw error;
      const begun = mode !== 'ephemeral' && (showing.progress.pages?.length ?? 0) > 0;
      if (!ref.responseUrl || mode === 'response' || begun) throw new ReplyGoneError(error.message);
      mode = 'response';
      showing = createShowing();
      return 'more';
    }
  }

  async function showFiles(files: Message['files'] = []): Promise<'shown' | 'more'> {
    const { channel, threadTs } = ref;
    // Slack can't cover a picture: it is put where only those who look for it see it.
    const below = files.some((file) => file.spoiler) ? showing.progress.pages?.[0] : undefined;
    const thread = threadTs ?? below;
    const where = final ? { channel: await openDirect() } : { channel, ...(thread && { threadTs: thread }) };
    try {
      await outgoing.next(files, where);
    } finally {
      filesTurn = outgoing.isWaiting(files);
    }
    return filesTurn || outgoing.missing(files).length > 0 ? 'more' : 'shown';
  }

  /** Says which files are missing, and why: below the text or, where that can't be edited, behind it. */
  async function showMissing(
    message: Message,
    isFinal: boolean,
    missing: readonly string[],
  ): Promise<'shown' | 'more'> {
    if (!final) {
      const text = [message.text, ...missing].filter((part) => part !== '').join('\n\n');
      return showText({ ...message, text }, isFinal);
    }
    if ((await showText(message, isFinal)) === 'more') return 'more';
    if (!missingTold) await final.tell(missing.join('\n\n'));
    missingTold = true;
    return 'shown';
  }

  return {
    fileLimits: SLACK_FILE_LIMITS,
    pageLength: PAGE_LIMIT,
    get unchangeable() {
      return final !== undefined;
    },
    get lane() {
      return filesTurn ? lanes.files() : showing.lane;
    },
    get ref() {
      return { ...ref, mode, ...(direct && { direct }), ...showing.progress, ...outgoing.progress };
    },
    async write({ files = [], ...message }, isFinal) {
      if (mode === 'stream') options.onStoppable(isFinal ? undefined : message);
      hasFiles = outgoing.isWaiting(files);
      const missing = outgoing.missing(files);
      if (missing.length > 0 && !hasFiles) return showMissing(message, isFinal, missing);
      if (filesTurn && hasFiles) return showFiles(files);
      const outcome = await showText(message, isFinal);
      filesTurn = outcome === 'shown' && hasFiles;
      return filesTurn ? 'more' : outcome;
    },
  };
}
