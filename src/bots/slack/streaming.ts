/** A text streamed natively in a direct conversation, and edited like any other from the moment Slack wants no more of it. */

import type { Message } from '../../core/chat.ts';
import { PostUncertainError } from './api.ts';
import { StillStreamingError } from './errors.ts';
import { renderPage } from './page-blocks.ts';
import { createPosts, type PostsOptions, type Showing } from './posts.ts';
import type { StreamApi } from './stream-api.ts';
import { StreamRefusedError, unlessRefused } from './stream-errors.ts';
import { createStreamedText, type StreamedPage } from './streamed-text.ts';
import type { WorkApi } from './work-api.ts';

interface StreamingOptions extends PostsOptions {
  readonly streams: StreamApi;
  readonly work: WorkApi;
  /** The thread that the stream is in. */
  readonly threadTs: string;
  /** The person stopped the stream in Slack. */
  readonly onStopped: (message: Message) => void;
}

/** Slack has ended the stream itself. */
const ENDED = new Set(['message_not_in_streaming_state', 'stopped_by_user']);
const MOST_CONFLICTS = 3;

/**
 * Before there is text: the session is shown at work and the status beside it, no message. Every page is a stream of its own.
 * A reply from storage is only edited: whether its stream still runs, and how far it got, nobody knows.
 */
export function createStreaming(options: StreamingOptions): Showing {
  const { streams, work, ref, lanes } = options;
  const { channel } = ref;
  const thread = { channel, threadTs: options.threadTs };
  const cut = createStreamedText();
  const pages = [...ref.pages];
  /** The message being streamed, and what it shows, for as long as we know both. */
  let live: { readonly ts: string; sent: string } | undefined;
  /** A stream to end before its message can be edited. */
  let toStop = ref.live;
  /** Shown at work; so it may be by a process that died before it could store that. */
  let session = ref.session || options.mayExist;
  let statusToClear = options.mayExist;
  let status = '';
  let conflicts = 0;
  /** The text with which the last stream was ended. */
  let ended: string | undefined;
  /** All is shown but that the session still looks busy. */
  let ending = false;
  let posts = options.mayExist ? edit(true) : undefined;

  function edit(mayExist: boolean): Showing {
    const findBegun = (begun: string, known: readonly string[]) =>
      unlessRefused(streams.find(thread, { since: ref.since, text: begun, known }));
    return createPosts({ ...options, ref: { ...ref, pages }, mayExist, findBegun });
  }

  function handOver(error?: StreamRefusedError | PostUncertainError): void {
    const isEnded = error instanceof StreamRefusedError && ENDED.has(error.code);
    if (live && !isEnded) toStop = live.ts;
    live = undefined;
    posts = edit(error instanceof PostUncertainError);
  }

  async function beginSession(): Promise<void> {
    // If no answer comes it may be so all the same.
    session = (await unlessLost(work.begin(thread))) ?? true;
  }

  async function showStatus(message: Message): Promise<'shown' | 'more'> {
    if (!session && work.mayBegin()) {
      await beginSession();
      return message.status ? 'more' : 'shown';
    }
    if (message.status && message.status !== status) {
      const told = await unlessLost(work.setStatus(thread, message.status, status === ''));
      if (told !== false) status = message.status;
    }
    return 'shown';
  }

  /** False when Slack takes no more of them right now. */
  async function start(part: StreamedPage): Promise<boolean> {
    const sent = part.begun || part.whole;
    const ts = await streams.start(thread, sent);
    if (ts === undefined) return false;
    pages.push(ts);
    live = { ts, sent };
    return true;
  }

  /** Sends the one request that is needed next; undefined when it is the posts' turn. */
  async function stream(message: Message, final: boolean): Promise<'shown' | 'more' | undefined> {
    const parts = cut(message.text);
    const index = live ? pages.length - 1 : pages.length;
    const part = parts[index];
    const last = index >= parts.length - 1;
    if (!live) {
      // What is final from the start is posted, in one request.
      if (final && pages.length === 0) return undefined;
      if (!part?.begun && !(part && final)) return final ? undefined : showStatus(message);
      if (!(await start(part))) return undefined;
      return session && !final && last ? 'shown' : 'more';
    }
    const wanted = final || !last ? part?.whole : part?.begun;
    // Something else stands where the sent text was: only an edit can show that.
    if (wanted === undefined) return undefined;
    if (!wanted.startsWith(live.sent)) return !final && live.sent.startsWith(wanted) ? 'shown' : undefined;
    // Text came so soon that nothing was said to go on yet.
    if (!session && !final && work.mayBegin()) {
      await beginSession();
      return 'more';
    }
    const rest = wanted.slice(live.sent.length);
    if ((final || !last) && (await end(live.ts, rest, last ? message : undefined, final))) {
      live = undefined;
      if (!final || !last) return 'more';
      session = false;
      ended = message.text;
      return 'shown';
    }
    if (rest) await streams.append(channel, live.ts, rest);
    live.sent = wanted;
    return final || !last ? 'more' : 'shown';
  }

  /** The text does not wait for the stream's end, of which there are few a minute: false when it would have to. */
  async function end(ts: string, text: string, below: Message | undefined, final: boolean): Promise<boolean> {
    const endsSession = final && below !== undefined;
    const blocks = endsSession ? renderPage({ ...below, text: '' }).blocks : [];
    const last = { text, blocks, endsSession };
    if (text !== '') return streams.stopNow(channel, ts, last);
    await streams.stop(channel, ts, final, last);
    return true;
  }

  async function writePosts(to: Showing, message: Message, final: boolean): Promise<'shown' | 'more'> {
    if (statusToClear) {
      statusToClear = false;
      // Where there is no turn, Slack takes it away itself, after two minutes.
      await unlessRefused(work.setStatus(thread, '', true));
      return 'more';
    }
    if (toStop !== undefined) {
      await unlessRefused(streams.stop(channel, toStop, final));
      toStop = undefined;
      return 'more';
    }
    if (ending) {
      await unlessRefused(work.end(thread));
      session = false;
      ending = false;
      return 'shown';
    }
    try {
      const outcome = await to.write(message, final);
      ending = outcome === 'shown' && final && session;
      return ending ? 'more' : outcome;
    } catch (error) {
      if (!(error instanceof StillStreamingError) || ++conflicts > MOST_CONFLICTS) throw error;
      toStop = to.progress.pages?.at(-1);
      return 'more';
    }
  }

  return {
    get lane() {
      if (posts && !statusToClear && toStop === undefined && !ending) return posts.lane;
      const isWork = toStop === undefined && (live === undefined || (!session && work.mayBegin()));
      return isWork ? lanes.work(channel) : lanes.stream();
    },
    get progress() {
      return { pages, ...posts?.progress, session, live: live?.ts ?? toStop };
    },
    async write(message, final) {
      if (posts) return writePosts(posts, message, final);
      if (message.text === ended) return 'shown';
      try {
        const outcome = ended === undefined ? await stream(message, final) : undefined;
        if (outcome) return outcome;
        handOver();
      } catch (error) {
        if (!(error instanceof StreamRefusedError) && !(error instanceof PostUncertainError)) throw error;
        if (error instanceof StreamRefusedError && error.code === 'stopped_by_user')
          options.onStopped(message);
        handOver(error);
      }
      return 'more';
    },
  };
}

/** A sign of work that may have got lost is not worth another request, let alone the stream. */
async function unlessLost<T>(request: Promise<T>): Promise<T | undefined> {
  return request.catch((error: unknown) => {
    if (!(error instanceof PostUncertainError)) throw error;
    return undefined;
  });
}
