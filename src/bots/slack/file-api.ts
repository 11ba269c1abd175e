/** Files to and from Slack: the calls that uploading takes. Nothing here throws a client's error object. */

import { createReadStream } from 'node:fs';
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { MessageFile } from '../../core/chat.ts';
import { describeError } from '../../core/log.ts';
import { slackErrorCode, translateError } from './errors.ts';
import { shorten } from './text.ts';

export interface FileApi {
  /** Sends the bytes; resolves with Slack's id of a file that nobody sees yet. Throws FileRefusedError. */
  upload(file: MessageFile): Promise<string>;
  /** Shows uploaded files in one message. Throws FileRefusedError. */
  share(files: readonly SharedFile[], where: { channel: string; threadTs?: string }): Promise<void>;
  /** Whether a file has been shown in a channel. */
  isShared(id: string, channel: string): Promise<boolean>;
  /** files.info: the file object behind an id. */
  describe(id: string): Promise<unknown>;
}

export interface SharedFile {
  /** Slack's. */
  readonly id: string;
  readonly title: string;
}

/** Slack does not take the file; the message is a sentence for people. */
export class FileRefusedError extends Error {
  override readonly name = 'FileRefusedError';
}

const uploadPlace = z.object({ upload_url: z.url(), file_id: z.string() });

/** Slack's limit is 1,000 characters. */
const ALT_LIMIT = 1000;
const UPLOAD_TIMEOUT_MS = 5 * 60_000;

const REFUSALS: ReadonlyMap<string, string> = new Map([
  [
    'storage_limit_reached',
    'The files could not be uploaded: this workspace has used up its storage on Slack.',
  ],
  ['file_uploads_disabled', 'The files could not be uploaded: this workspace does not allow uploads.'],
  [
    'file_uploads_except_images_disabled',
    'The files could not be uploaded: this workspace allows only pictures.',
  ],
  [
    'file_upload_size_restricted',
    'The files could not be uploaded: they are larger than this workspace allows.',
  ],
  [
    'file_type_not_allowed',
    'The files could not be uploaded: this workspace does not allow files of this type.',
  ],
  ['file_sharing_not_allowed', 'The files could not be uploaded: this channel does not allow files.'],
  [
    'missing_scope',
    'The files could not be uploaded: I lack the permission (files:write). Please tell whoever runs me.',
  ],
]);

export function createFileApi(client: WebClient, fetch: typeof globalThis.fetch): FileApi {
  async function call<T>(what: string, request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      const refusal = REFUSALS.get(slackErrorCode(error) ?? '');
      throw refusal ? new FileRefusedError(refusal) : translateError(error, what);
    }
  }

  async function send(url: string, file: MessageFile): Promise<void> {
    const init: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(file.sizeBytes) },
      body: ReadableStream.from<Uint8Array>(createReadStream(file.path)),
      duplex: 'half',
      signal: AbortSignal.timeout(UPLOAD_TIMEOUT_MS),
    };
    const response = await fetch(url, init).catch((error: unknown) => {
      throw new Error(`uploading a file failed: ${describeError(error)}`);
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`uploading a file failed: ${response.status}`);
  }

  async function describe(id: string): Promise<unknown> {
    try {
      return (await client.files.info({ file: id })).file;
    } catch (error) {
      throw translateError(error, 'files.info');
    }
  }

  return {
    describe,
    async upload(file) {
      const answer = await call('files.getUploadURLExternal', () =>
        // The client's own method calls it alt_text, which Slack does not know.
        client.apiCall('files.getUploadURLExternal', {
          filename: file.name,
          length: file.sizeBytes,
          ...(file.alt && { alt_txt: shorten(file.alt, ALT_LIMIT) }),
        }),
      );
      const { upload_url: url, file_id: id } = uploadPlace.parse(answer);
      await send(url, file);
      return id;
    },
    async share(files, { channel, threadTs }) {
      await call('files.completeUploadExternal', () =>
        client.apiCall('files.completeUploadExternal', {
          files: files.map(({ id, title }) => ({ id, title })),
          channel_id: channel,
          ...(threadTs && { thread_ts: threadTs }),
        }),
      );
    },
    async isShared(id, channel) {
      const { channels = [], groups = [], ims = [] } = Object(await describe(id));
      return [channels, groups, ims].flat().includes(channel);
    },
  };
}
