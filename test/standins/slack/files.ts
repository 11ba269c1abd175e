/** Files in the Slack stand-in: those that people share, and those that the bot uploads in Slack's three steps. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { add, writableChannel } from './messages.ts';
import { asObjects, asString, type Json, SlackRefusal } from './refusal.ts';
import type { StandinFile, World } from './world.ts';

/** A file that a person has put on Slack; returns it as Slack's events carry it. */
export function shareFile(
  world: World,
  baseUrl: string,
  file: { name: string; mimetype: string; bytes: Uint8Array; redirect?: string; more?: Json },
): Json {
  const id = `F0FILE${world.files.size + 1}`;
  const { name, mimetype, bytes, redirect } = file;
  world.files.set(id, {
    id,
    name,
    mimetype,
    bytes,
    length: bytes.length,
    shares: [],
    ...(redirect && { redirect }),
  });
  return { ...asSlackFile(world, baseUrl, id), ...file.more };
}

export function asSlackFile(world: World, baseUrl: string, id: string): Json {
  const file = world.files.get(id);
  if (!file) throw new SlackRefusal('file_not_found');
  const channels = file.shares.map((share) => share.channel);
  return {
    id,
    name: file.name,
    title: file.name,
    mimetype: file.mimetype,
    size: file.length,
    mode: 'hosted',
    is_external: false,
    url_private: `${baseUrl}/files/${id}`,
    url_private_download: `${baseUrl}/files/${id}/download`,
    channels: channels.filter((channel) => channel.startsWith('C')),
    groups: [],
    ims: channels.filter((channel) => channel.startsWith('D')),
  };
}

export function getUploadUrl(world: World, baseUrl: string, args: Json): Json {
  const length = Number(args.length);
  if (!args.filename || !Number.isInteger(length) || length <= 0) throw new SlackRefusal('missing_argument');
  if (asString(args.alt_txt).length > 1000) throw new SlackRefusal('alt_txt_too_large');
  const id = `F0FILE${world.files.size + 1}`;
  const file: StandinFile = { id, name: asString(args.filename), mimetype: '', length, shares: [] };
  world.files.set(id, { ...file, ...(args.alt_txt ? { alt: asString(args.alt_txt) } : {}) });
  return { upload_url: `${baseUrl}/upload/${id}`, file_id: id };
}

export function completeUpload(world: World, args: Json): Json {
  const files = asObjects(args.files, 'invalid_arguments').map(({ id }) => {
    const file = world.files.get(asString(id));
    if (!file?.bytes) throw new SlackRefusal('file_not_found');
    return file;
  });
  if (files.length === 0) throw new SlackRefusal('invalid_arguments');
  const channel = writableChannel(world, { channel: args.channel_id });
  const threadTs = asString(args.thread_ts);
  const version = { at: world.now(), text: '', blocks: [], pings: [] };
  const thread = threadTs ? { threadTs } : {};
  const message = add(world, { channel, author: world.botUser, through: 'api', version, files, ...thread });
  for (const file of files) file.shares.push({ channel, ts: message.ts });
  return { files: files.map(({ id }) => ({ id, title: '' })) };
}

/** The bytes of an upload; Slack's own address, without a token. */
export function receiveUpload(world: World, id: string, body: Buffer, request: IncomingMessage): number {
  const file = world.files.get(id);
  if (!file) return 404;
  if (Number(request.headers['content-length']) !== file.length || body.length !== file.length) return 400;
  file.bytes = new Uint8Array(body);
  return 200;
}

/** Without the token or the scope: the login page, with status 200. */
export function serveFile(world: World, id: string, authorized: boolean, response: ServerResponse): void {
  const file = world.files.get(id);
  if (!file?.bytes) {
    response.writeHead(404).end();
  } else if (!authorized || world.missingScopes.has('files:read')) {
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      .end('<html>Sign in to Slack</html>');
  } else if (file.redirect) {
    response.writeHead(302, { location: file.redirect }).end();
  } else {
    response
      .writeHead(200, { 'content-type': file.mimetype, 'content-length': file.bytes.length })
      .end(file.bytes);
  }
}
