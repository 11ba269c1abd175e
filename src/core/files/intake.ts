/** Files and links that people give, looked at before anybody uses them: for a model to open, or as text. */

import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Attachment } from '../chat.ts';
import type { Clock } from '../clock.ts';
import { OperatorError, UserError } from '../errors.ts';
import type { Models } from '../models/prediction.ts';
import { download, FileTooLargeError, type OpenFile, type StoredFile } from './download.ts';
import { checkKind } from './kinds.ts';
import { createPublicLink, createTrustedLink, isTrusted, type OpenLink, type TrustedHosts } from './link.ts';
import { look } from './look.ts';
import { cleanFileName } from './names.ts';
import { type FileKind, type FileType, sniff } from './sniff.ts';
import { type Recording, type SoundLength, soundLength } from './sound-length.ts';

/** A file that a model can open. */
export interface ModelFile {
  readonly url: string;
  /** Clean. */
  readonly name: string;
  readonly type: FileType;
  /** Of sound and video, as well as it can be told. */
  readonly length?: SoundLength;
  /** When `url` ends, in ms since the epoch, where that is known. */
  readonly keptUntil?: number;
}

export interface Intake {
  /**
   * What is open to everybody is passed on as it is; what only the platform can open is uploaded to Replicate. Either way
   * its bytes have to be of an accepted kind. Throws a UserError that says what is wrong with the file.
   */
  forModel(
    source: Attachment | string,
    accept: readonly FileKind[],
    signal?: AbortSignal,
  ): Promise<ModelFile>;
  /** The text of a text file. Throws a UserError when it is none, or larger than `maxBytes`. */
  readText(attachment: Attachment, maxBytes: number, signal?: AbortSignal): Promise<string>;
}

export interface IntakeOptions {
  readonly models: Pick<Models, 'upload'>;
  /** Made when it is needed; nothing stays in it. */
  readonly directory: string;
  /** The platforms' own, for attachments; what people link to is opened at public addresses only. */
  readonly hosts: TrustedHosts;
  readonly clock: Clock;
  readonly publicLink?: OpenLink;
}

/** Replicate's limit for a file, kept for links too (replicate.com/docs/topics/predictions/input-files). */
const MAX_BYTES = 100_000_000;
/** For a look at a file's beginning. */
const LOOK_MS = 30_000;

export function createIntake(options: IntakeOptions): Intake {
  const { models, directory, hosts, clock, publicLink = createPublicLink() } = options;
  const trustedLink = createTrustedLink(hosts);

  /** Downloads into a folder of its own that is gone when `use` is done. */
  async function withFile<T>(
    openFile: OpenFile,
    limits: { maxBytes: number; signal: AbortSignal | undefined },
    use: (file: StoredFile) => Promise<T>,
  ): Promise<T> {
    const folder = join(directory, randomUUID());
    await mkdir(folder, { recursive: true });
    try {
      const { maxBytes, signal } = limits;
      const path = join(folder, 'file');
      const downloading = download(openFile, { path, maxBytes, clock, ...(signal && { signal }) });
      return await use(await explained(downloading));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** What opens an attachment; a link that somebody wrote is never opened as if its platform had handed it out. */
  function openerOf(attachment: Attachment): OpenFile {
    const fromPlatform = attachment.open?.bind(attachment);
    if (!fromPlatform) {
      const link = isTrusted(attachment.url, hosts) ? trustedLink : publicLink;
      return (openOptions) => link(attachment.url, openOptions);
    }
    return async ({ signal }) => {
      const { stream } = await fromPlatform(signal);
      return { body: stream, startsAt: 0, close: () => void stream.cancel().catch(() => undefined) };
    };
  }

  async function upload(
    attachment: Attachment,
    accept: readonly FileKind[],
    signal: AbortSignal | undefined,
  ): Promise<ModelFile> {
    if ((attachment.sizeBytes ?? 0) > MAX_BYTES) throw new FileTooLargeError(MAX_BYTES);
    return withFile(openerOf(attachment), { maxBytes: MAX_BYTES, signal }, async (file) => {
      checkKind(file.type, accept);
      const name = cleanFileName(attachment.name, file.type.extension);
      const { contentType } = file.type;
      const { url, expiresAt } = await models.upload({ ...file, name, contentType }, signal);
      const described = await describe(url, name, { ...file, content: file }, attachment.durationSeconds);
      return { ...described, ...(expiresAt !== undefined && { keptUntil: expiresAt }) };
    });
  }

  async function passOn(
    url: string,
    openFile: OpenFile,
    accept: readonly FileKind[],
    signal: AbortSignal | undefined,
    attachment?: Attachment,
  ): Promise<ModelFile> {
    const inTime = AbortSignal.timeout(LOOK_MS);
    const looking = look(openFile, signal ? AbortSignal.any([signal, inTime]) : inTime);
    const { head, sizeBytes } = await explained(looking);
    if ((sizeBytes ?? 0) > MAX_BYTES) throw new FileTooLargeError(MAX_BYTES);
    const type = sniff(head);
    checkKind(type, accept);
    const name = cleanFileName(attachment?.name ?? nameInLink(url), type.extension);
    const file = { type, content: { head }, ...(sizeBytes !== undefined && { sizeBytes }) };
    const described = await describe(url, name, file, attachment?.durationSeconds);
    const { expiresAt } = attachment ?? {};
    return { ...described, ...(expiresAt !== undefined && { keptUntil: expiresAt }) };
  }

  return {
    async forModel(source, accept, signal) {
      if (typeof source === 'string')
        return passOn(source, (openOptions) => publicLink(source, openOptions), accept, signal);
      if (source.open) return upload(source, accept, signal);
      return passOn(source.url, openerOf(source), accept, signal, source);
    },

    async readText(attachment, maxBytes, signal) {
      return withFile(openerOf(attachment), { maxBytes, signal }, async ({ path, type }) => {
        if (type.kind !== 'text') throw new UserError(`“${attachment.name}” is not a text file.`);
        try {
          return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
        } catch {
          throw new UserError(`“${attachment.name}” is not a text file in UTF-8.`);
        }
      });
    },
  };
}

async function describe(
  url: string,
  name: string,
  file: Omit<Recording, 'durationSeconds'>,
  durationSeconds: number | undefined,
): Promise<ModelFile> {
  const sounds = file.type.kind === 'audio' || file.type.kind === 'video';
  const length = sounds
    ? await soundLength({ ...file, ...(durationSeconds !== undefined && { durationSeconds }) })
    : undefined;
  return { url, name, type: file.type, ...(length && { length }) };
}

/** A host that does not answer is no fault of ours: whoever named it gets to hear of it. */
async function explained<T>(fetching: Promise<T>): Promise<T> {
  try {
    return await fetching;
  } catch (error) {
    if (error instanceof UserError || error instanceof OperatorError) throw error;
    throw new UserError(
      'That file can’t be fetched: its host does not answer as it should. Try again later.',
    );
  }
}

function nameInLink(url: string): string {
  const last = new URL(url).pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
