/** The endpoints of Discord's HTTP API, version 10, that a bot of ours needs. */

import type { UploadedFile } from './attachment-rules.ts';
import { readCommands } from './command-rules.ts';
import type { Interactions } from './interactions.ts';
import type { Messages } from './messages.ts';
import type { Json } from './refusal.ts';
import { channelJson, messageJson, userJson } from './wire.ts';
import type { StandinChannel, World } from './world.ts';

export interface EndpointCall {
  readonly params: readonly string[];
  readonly query: URLSearchParams;
  readonly body: Json;
  readonly raw: unknown;
  readonly files: readonly UploadedFile[];
}
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}
export interface Endpoint {
  readonly method: string;
  readonly pattern: RegExp;
  /** Webhook and callback endpoints carry their own token in the path. */
  readonly open?: true;
  readonly bucket?: string;
  run(call: EndpointCall): Answer;
}

export interface EndpointParts {
  world: World;
  messages: Messages;
  interactions: Interactions;
  gatewayUrl(): string;
  /** The direct channel with a person; refuses strangers. */
  openDirect(userId: string): StandinChannel;
}

const ok = (body: unknown): Answer => ({ status: 200, body });
const noContent: Answer = { status: 204 };
const at = (call: EndpointCall, index: number) => decodeURIComponent(call.params[index] ?? '');

export function createEndpoints(parts: EndpointParts): readonly Endpoint[] {
  const { world, messages, interactions } = parts;
  return [
    { method: 'GET', pattern: /^\/gateway\/bot$/, run: () => ok(gatewayBot(world, parts.gatewayUrl())) },
    { method: 'GET', pattern: /^\/users\/@me$/, run: () => ok(userJson(world.bot)) },
    {
      method: 'GET',
      pattern: /^\/applications\/@me$/,
      run: () =>
        ok({ id: world.bot.id, name: world.bot.name, description: '', bot: userJson(world.bot), flags: 0 }),
    },
    { method: 'GET', pattern: /^\/applications\/(\d+)\/commands$/, run: () => ok(world.commands) },
    {
      method: 'PUT',
      pattern: /^\/applications\/(\d+)\/commands$/,
      run: (call) => {
        world.commands = readCommands(call.raw, world.nextId, world.bot.id);
        world.commandPuts += 1;
        return ok(world.commands);
      },
    },
    {
      method: 'POST',
      pattern: /^\/interactions\/(\d+)\/([^/]+)\/callback$/,
      open: true,
      run: (call) => {
        interactions.callback(at(call, 0), at(call, 1), call.body);
        return noContent;
      },
    },
    {
      method: 'GET',
      pattern: /^\/webhooks\/\d+\/([^/]+)\/messages\/([^/]+)$/,
      open: true,
      run: (call) => ok(messageJson(world, interactions.find(at(call, 0), at(call, 1)))),
    },
    {
      method: 'PATCH',
      pattern: /^\/webhooks\/\d+\/([^/]+)\/messages\/([^/]+)$/,
      open: true,
      bucket: 'webhook-edit',
      run: (call) =>
        ok(messageJson(world, interactions.edit(at(call, 0), at(call, 1), call.body, call.files))),
    },
    {
      method: 'DELETE',
      pattern: /^\/webhooks\/\d+\/([^/]+)\/messages\/([^/]+)$/,
      open: true,
      run: (call) => {
        interactions.find(at(call, 0), at(call, 1)).deleted = true;
        return noContent;
      },
    },
    {
      method: 'POST',
      pattern: /^\/webhooks\/\d+\/([^/]+)$/,
      open: true,
      bucket: 'webhook-send',
      run: (call) => ok(messageJson(world, interactions.followUp(at(call, 0), call.body, call.files))),
    },
    {
      method: 'POST',
      pattern: /^\/users\/@me\/channels$/,
      run: (call) => ok(channelJson(parts.openDirect(String(call.body.recipient_id)))),
    },
    {
      method: 'DELETE',
      pattern: /^\/channels\/(\d+)\/messages\/(\d+)$/,
      run: (call) => {
        messages.channel(at(call, 0));
        messages.find(at(call, 0), at(call, 1)).deleted = true;
        return noContent;
      },
    },
    {
      method: 'GET',
      pattern: /^\/channels\/(\d+)$/,
      run: (call) => ok(channelJson(messages.channel(at(call, 0)))),
    },
    {
      method: 'GET',
      pattern: /^\/channels\/(\d+)\/messages\/(\d+)$/,
      run: (call) => {
        messages.channel(at(call, 0));
        return ok(messageJson(world, messages.find(at(call, 0), at(call, 1))));
      },
    },
    {
      method: 'POST',
      pattern: /^\/channels\/(\d+)\/messages\/(\d+)\/threads$/,
      run: (call) => ok(channelJson(messages.startThread(at(call, 0), at(call, 1), call.body))),
    },
    {
      method: 'GET',
      pattern: /^\/channels\/(\d+)\/messages$/,
      run: (call) => {
        const { id } = messages.channel(at(call, 0));
        const after = BigInt(call.query.get('after') ?? '0');
        const listed = [...world.messages.values()].filter(
          (each) => each.channelId === id && !each.deleted && !each.ephemeral && BigInt(each.id) > after,
        );
        const limit = Number(call.query.get('limit') ?? '50');
        return ok(
          listed
            .slice(0, limit)
            .reverse()
            .map((each) => messageJson(world, each)),
        );
      },
    },
    {
      method: 'POST',
      pattern: /^\/channels\/(\d+)\/messages$/,
      bucket: 'channel-send',
      run: (call) => {
        const message = messages.createInChannel(at(call, 0), call.body, call.files);
        return ok({ ...messageJson(world, message), nonce: message.nonce });
      },
    },
    {
      method: 'PATCH',
      pattern: /^\/channels\/(\d+)\/messages\/(\d+)$/,
      bucket: 'channel-edit',
      run: (call) =>
        ok(messageJson(world, messages.editInChannel(at(call, 0), at(call, 1), call.body, call.files))),
    },
    {
      method: 'POST',
      pattern: /^\/channels\/(\d+)\/typing$/,
      bucket: 'typing',
      run: (call) => {
        world.typing.push({ channelId: messages.channel(at(call, 0)).id, at: world.now() });
        return noContent;
      },
    },
  ];
}

function gatewayBot(world: World, url: string): Json {
  const limit = { total: 1000, remaining: 1000, reset_after: 86_400_000, max_concurrency: 16 };
  return { url, shards: world.recommendedShards, session_start_limit: limit };
}
