/** The Web API of the Slack stand-in: form-encoded requests in, `{ok, …}` out. Unknown methods and arguments are refused. */

import { asSlackFile, completeUpload, getUploadUrl } from './files.ts';
import { add, asSlackMessage, post, remove, update, versionOf } from './messages.ts';
import { asString, type Json, SlackRefusal } from './refusal.ts';
import { appendStream, setSessionStatus, setStatus, startStream, stopStream } from './streams.ts';
import { openView } from './views.ts';
import { ALICE, DIRECT, latest, type World } from './world.ts';

interface Method {
  /** The arguments that Slack documents. */
  readonly known: readonly string[];
  readonly scope?: string;
  call(world: World, args: Json, baseUrl: string): Json;
}

const POST = [
  'channel',
  'text',
  'blocks',
  'attachments',
  'thread_ts',
  'reply_broadcast',
  'metadata',
  'unfurl_links',
];
const MORE = [
  'unfurl_media',
  'mrkdwn',
  'link_names',
  'parse',
  'markdown_text',
  'username',
  'icon_emoji',
  'icon_url',
];
const READ = ['channel', 'cursor', 'inclusive', 'latest', 'limit', 'oldest', 'include_all_metadata'];

const methods: Readonly<Record<string, Method>> = {
  'auth.test': {
    known: [],
    call: (world) => ({
      url: 'https://standin.slack.com/',
      team: 'Stand-in',
      user: 'replibot',
      team_id: world.team,
      user_id: world.botUser,
      bot_id: world.botId,
      is_enterprise_install: false,
    }),
  },
  'chat.postMessage': {
    known: [...POST, ...MORE],
    call(world, args) {
      const message = post(world, args);
      return { channel: message.channel, ts: message.ts, message: asSlackMessage(world, message, true) };
    },
  },
  'chat.postEphemeral': {
    known: [
      'channel',
      'user',
      'text',
      'blocks',
      'attachments',
      'thread_ts',
      'link_names',
      'parse',
      'username',
    ],
    call: (world, args) => ({ message_ts: post(world, args, asString(args.user)).ts }),
  },
  'chat.update': {
    known: [
      'channel',
      'ts',
      'text',
      'blocks',
      'attachments',
      'metadata',
      'link_names',
      'parse',
      'markdown_text',
    ],
    call(world, args) {
      const message = update(world, args);
      return { channel: message.channel, ts: message.ts, text: latest(message).text };
    },
  },
  'chat.delete': {
    known: ['channel', 'ts'],
    call: (world, args) => ({ channel: args.channel, ts: remove(world, args).ts }),
  },
  'conversations.history': { known: READ, call: (world, args) => history(world, args, false) },
  'conversations.replies': { known: [...READ, 'ts'], call: (world, args) => history(world, args, true) },
  'conversations.info': {
    known: ['channel', 'include_locale', 'include_num_members'],
    call(world, args) {
      const channel = world.channels.get(asString(args.channel));
      if (!channel) throw new SlackRefusal('channel_not_found');
      return { channel: { id: channel.id, name: channel.name, is_im: channel.kind === 'direct' } };
    },
  },
  'users.info': {
    known: ['user', 'include_locale'],
    call(world, args) {
      const user = world.users.get(asString(args.user));
      if (!user) throw new SlackRefusal('user_not_found');
      const profile = { display_name: user.name, real_name: user.name };
      return { user: { id: user.id, name: user.name, is_admin: user.admin, is_owner: false, profile } };
    },
  },
  'conversations.open': {
    known: ['channel', 'users', 'return_im', 'prevent_creation'],
    scope: 'im:write',
    call: (world, args) => ({ channel: { id: directChannel(world, asString(args.users)) } }),
  },
  'usergroups.list': {
    known: ['include_count', 'include_disabled', 'include_users', 'team_id'],
    scope: 'usergroups:read',
    call: (world, args) => ({
      usergroups: [...world.groups].map(([id, users]) => ({
        id,
        ...(args.include_users === 'true' ? { users } : {}),
      })),
    }),
  },
  'views.open': { known: ['trigger_id', 'interactivity_pointer', 'view'], call: openView },
  'chat.startStream': {
    known: [
      'channel',
      'thread_ts',
      'markdown_text',
      'chunks',
      'recipient_user_id',
      'recipient_team_id',
      'task_display_mode',
    ],
    call: (world, args) => ({ channel: args.channel, ts: startStream(world, args).ts }),
  },
  'chat.appendStream': {
    known: ['channel', 'ts', 'markdown_text', 'chunks'],
    call: (world, args) => ({ channel: args.channel, ts: appendStream(world, args).ts }),
  },
  'chat.stopStream': {
    known: ['channel', 'ts', 'markdown_text', 'chunks', 'blocks', 'metadata', 'session_status'],
    call: (world, args) => ({ channel: args.channel, ts: stopStream(world, args).ts }),
  },
  'assistant.threads.setStatus': {
    known: ['channel_id', 'thread_ts', 'status', 'loading_messages', 'username', 'icon_emoji', 'icon_url'],
    call(world, args) {
      setStatus(world, args);
      return {};
    },
  },
  'agents.sessions.setStatus': {
    known: ['channel_id', 'thread_ts', 'status', 'title', 'initiator_user_id'],
    call(world, args) {
      setSessionStatus(world, args);
      return { status: args.status };
    },
  },
  'files.getUploadURLExternal': {
    known: ['filename', 'length', 'alt_txt', 'snippet_type'],
    scope: 'files:write',
    call: (world, args, baseUrl) => getUploadUrl(world, baseUrl, args),
  },
  'files.completeUploadExternal': {
    known: ['files', 'channel_id', 'channels', 'thread_ts', 'initial_comment', 'blocks'],
    scope: 'files:write',
    call: completeUpload,
  },
  'files.info': {
    known: ['file', 'cursor', 'limit', 'page', 'count'],
    scope: 'files:read',
    call: (world, args, baseUrl) => ({ file: asSlackFile(world, baseUrl, asString(args.file)) }),
  },
  'reactions.add': { known: ['channel', 'name', 'timestamp'], call: () => ({}) },
};

function directChannel(world: World, user: string): string {
  if (!world.users.has(user)) throw new SlackRefusal('user_not_found');
  const id = user === ALICE ? DIRECT : `D0${user}`;
  const known = world.channels.get(id);
  world.channels.set(id, known ?? { id, name: 'direct', kind: 'direct', botPresent: true, archived: false });
  return id;
}

/** Newest first in a channel, oldest first in a thread, as Slack does. */
function history(world: World, args: Json, thread: boolean): Json {
  const channel = world.channels.get(asString(args.channel));
  if (!channel) throw new SlackRefusal('channel_not_found');
  if (!channel.botPresent) throw new SlackRefusal('not_in_channel');
  const all = world.messages.filter((message) => {
    if (message.channel !== channel.id || message.deleted || message.ephemeralFor !== undefined) return false;
    const [ts, oldest, latestTs] = [message.ts, args.oldest ?? 0, args.latest ?? Number.MAX_VALUE].map(
      Number,
    );
    if (ts === undefined || oldest === undefined || latestTs === undefined) return false;
    if (args.inclusive === 'true' ? ts < oldest || ts > latestTs : ts <= oldest || ts >= latestTs)
      return false;
    if (!thread) return message.threadTs === undefined;
    return message.ts === args.ts || message.threadTs === args.ts;
  });
  if (thread && all.length === 0) throw new SlackRefusal('thread_not_found');
  if (!thread) all.reverse();
  const withMetadata = args.include_all_metadata === 'true';
  const limit = Number(args.limit ?? 100);
  return {
    messages: all.slice(0, limit).map((message) => asSlackMessage(world, message, withMetadata)),
    has_more: all.length > limit,
  };
}

/** Runs one method; throws SlackRefusal. */
export function callMethod(world: World, name: string, args: Json, baseUrl: string): Json {
  const method = methods[name];
  if (!method) throw new SlackRefusal('unknown_method');
  const unknown = Object.keys(args).filter((arg) => arg !== 'token' && !method.known.includes(arg));
  if (unknown.length > 0)
    throw new SlackRefusal(
      'invalid_arguments',
      unknown.map((arg) => `[ERROR] unknown: ${arg}`),
    );
  if (method.scope && world.missingScopes.has(method.scope)) throw new SlackRefusal('missing_scope');
  return { ok: true, ...method.call(world, args, baseUrl) };
}

/** A post to a response_url: 5 uses in 30 minutes; on a slash command every use is a new message. */
export function respond(world: World, id: string, body: Json): void {
  const url = world.responseUrls.get(id);
  if (!url || world.now() > url.since + 30 * 60_000) throw new SlackRefusal('expired_url');
  if (url.uses >= 5) throw new SlackRefusal('used_url');
  url.uses += 1;
  const version = versionOf(world, body);
  if (url.original && body.replace_original === true) {
    url.original.versions.push(version);
    return;
  }
  const ephemeral = body.response_type !== 'in_channel';
  add(world, {
    channel: url.channel,
    author: world.botUser,
    through: 'response_url',
    version,
    ...(ephemeral ? { ephemeralFor: url.user } : {}),
  });
}
