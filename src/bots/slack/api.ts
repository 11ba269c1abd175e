/** The few Web API calls that replies need. Errors come out translated: nothing here throws a client's error object. */

import type { WebClient } from '@slack/web-api';
import { describeError, type Log } from '../../core/log.ts';
import type { ConversationReads } from './conversation-reads.ts';
import { isUncertain, slackErrorCode, translateError } from './errors.ts';
import type { RenderedPage } from './page-blocks.ts';

export interface PostTarget {
  readonly channel: string;
  readonly threadTs?: string;
  readonly replyId: string;
  readonly page: number;
  /** When the reply began, ms. */
  readonly since: number;
}

export interface SlackApi {
  /** Resolves with the new message's ts. Throws PostUncertainError when it may exist, NotMemberError when the bot is no member. */
  post(target: PostTarget, page: RenderedPage): Promise<string>;
  /** The ts of a page that was posted although no answer came, looked up by its metadata among the newest messages. */
  findPost(target: PostTarget): Promise<string | undefined>;
  /** Throws EditClosedError when the message is too old for that. */
  update(channel: string, ts: string, page: RenderedPage): Promise<void>;
  remove(channel: string, ts: string): Promise<void>;
  /** Shows something to one person. Throws NotMemberError when the bot is no member. */
  whisper(where: { channel: string; threadTs?: string; user: string }, page: RenderedPage): Promise<void>;
  /** Posts through a response_url: five times in half an hour. */
  respond(url: string, page: RenderedPage, options: { private: boolean }): Promise<void>;
  /** The text of anybody's message; undefined when the bot may not read it. */
  readText(where: { channel: string; threadTs?: string }, ts: string): Promise<string | undefined>;
  /** The bot's conversation with one person. */
  openDirect(user: string): Promise<string>;
}

/** A post whose outcome is unknown. */
export class PostUncertainError extends Error {
  override readonly name = 'PostUncertainError';
}

/** The workspace lets messages be edited only for so long, and this one is older. */
export class EditClosedError extends Error {
  override readonly name = 'EditClosedError';
  readonly ts: string;

  constructor(ts: string) {
    super('chat.update: edit_window_closed');
    this.ts = ts;
  }
}

/** The bot has not been invited to the channel. */
export class NotMemberError extends Error {
  override readonly name = 'NotMemberError';
}

const EVENT_TYPE = 'replibot_reply';
const NOT_MEMBER = new Set(['not_in_channel', 'channel_not_found']);
/** How far our clock and Slack's may be apart. */
const CLOCK_SKEW_MS = 60_000;
const RESPOND_TIMEOUT_MS = 10_000;

export function createSlackApi(
  client: WebClient,
  reads: ConversationReads,
  fetch: typeof globalThis.fetch,
  log: Log,
): SlackApi {
  async function call<T>(what: string, request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw translateError(error, what);
    }
  }

  function postError(error: unknown, what: string): Error {
    const code = slackErrorCode(error);
    if (code !== undefined && NOT_MEMBER.has(code)) return new NotMemberError(`${what}: ${code}`);
    if (isUncertain(error)) return new PostUncertainError(`${what}: ${describeError(error)}`);
    return translateError(error, what);
  }

  return {
    async post({ channel, threadTs, replyId, page: index }, page) {
      try {
        const answer = await client.chat.postMessage({
          channel,
          ...page,
          ...(threadTs ? { thread_ts: threadTs } : {}),
          metadata: { event_type: EVENT_TYPE, event_payload: { reply: replyId, page: index } },
          unfurl_links: false,
          unfurl_media: false,
        });
        if (answer.ts === undefined) throw new Error('Slack gave no ts');
        return answer.ts;
      } catch (error) {
        throw postError(error, 'chat.postMessage');
      }
    },
    async findPost({ channel, threadTs, replyId, page, since }) {
      const oldest = String(Math.floor((since - CLOCK_SKEW_MS) / 1000));
      try {
        const messages = await reads.messages({ channel, threadTs, oldest, limit: 100 });
        const found = messages.find(({ metadata }) => {
          const payload = Object(metadata?.event_payload);
          return metadata?.event_type === EVENT_TYPE && payload.reply === replyId && payload.page === page;
        });
        return found?.ts;
      } catch (error) {
        const code = slackErrorCode(error);
        if (code === undefined) throw translateError(error, 'looking for a post');
        // Without the right to look, a message that may be there twice is better than one that may not be there.
        log.warn({ code }, 'could not look whether a message was posted');
        return undefined;
      }
    },
    async update(channel, ts, page) {
      try {
        await client.chat.update({ channel, ts, ...page });
      } catch (error) {
        if (slackErrorCode(error) === 'edit_window_closed') throw new EditClosedError(ts);
        throw translateError(error, 'chat.update');
      }
    },
    remove: (channel, ts) =>
      call('chat.delete', async () => void (await client.chat.delete({ channel, ts }))),
    async whisper({ channel, threadTs, user }, page) {
      try {
        await client.chat.postEphemeral({
          channel,
          user,
          ...page,
          ...(threadTs ? { thread_ts: threadTs } : {}),
        });
      } catch (error) {
        const translated = postError(error, 'chat.postEphemeral');
        throw translated instanceof PostUncertainError ? new Error(translated.message) : translated;
      }
    },
    async readText({ channel, threadTs }, ts) {
      // A thread's first message comes with every answer.
      const only = { channel, threadTs, latest: ts, oldest: ts, inclusive: true, limit: threadTs ? 2 : 1 };
      try {
        const messages = await reads.messages(only);
        return messages.find((message) => message.ts === ts)?.text;
      } catch (error) {
        log.warn(
          { error: describeError(translateError(error, 'reading a message')) },
          'a message cannot be read',
        );
        return undefined;
      }
    },
    openDirect: (user) =>
      call('conversations.open', async () => {
        const { channel } = await client.conversations.open({ users: user });
        if (!channel?.id) throw new Error('Slack gave no channel');
        return channel.id;
      }),
    async respond(url, page, options) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          ...page,
          response_type: options.private ? 'ephemeral' : 'in_channel',
          replace_original: false,
          unfurl_links: false,
          unfurl_media: false,
        }),
        signal: AbortSignal.timeout(RESPOND_TIMEOUT_MS),
      }).catch((error: unknown) => {
        throw new Error(`posting to the response_url failed: ${describeError(error)}`);
      });
      await response.body?.cancel();
      if (!response.ok) throw new ResponseUrlError(response.status);
    },
  };
}

/** The response_url is used up, expired, or does not like what it got. */
export class ResponseUrlError extends Error {
  override readonly name = 'ResponseUrlError';
  constructor(status: number) {
    super(`the response_url answered ${status}`);
  }
}
