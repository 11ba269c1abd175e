/** Files that people share on Slack → attachments that only we can open, with the bot's token. */

import { z } from 'zod';
import type { Attachment, FileContent } from '../../core/chat.ts';
import { OperatorError, UserError } from '../../core/errors.ts';
import { isTrusted, type TrustedHosts } from '../../core/files/link.ts';

/** A file object of Slack's, as far as it is needed; of a file in another workspace there is at first only the id. */
const slackFile = z.object({
  id: z.string(),
  name: z.string().nullish(),
  title: z.string().nullish(),
  mimetype: z.string().optional(),
  size: z.number().optional(),
  duration_ms: z.number().optional(),
  is_external: z.boolean().optional(),
  url_private: z.string().optional(),
  url_private_download: z.string().optional(),
});

type SlackFile = z.infer<typeof slackFile>;

export interface IncomingFiles {
  /** Slack's `files`, whatever came; what is no file, or is none any more, is left out. */
  attachments(files: unknown): readonly Attachment[];
}

interface IncomingFilesOptions {
  readonly botToken: string;
  /** Another base URL than https://slack.com/api/. */
  readonly apiUrl?: string;
  readonly fetch: typeof globalThis.fetch;
  /** files.info: the file object behind an id. */
  readonly describe: (id: string) => Promise<unknown>;
}

const SLACK_DOMAINS = [
  'slack.com',
  'slack-gov.com',
  'slack-files.com',
  'slack-files-gov.com',
  'slack-edge.com',
];
const MAX_REDIRECTS = 5;
const ANSWER_TIMEOUT_MS = 30_000;

export function createIncomingFiles(options: IncomingFilesOptions): IncomingFiles {
  const { botToken, fetch } = options;
  const hosts: TrustedHosts = { domains: SLACK_DOMAINS, baseUrls: options.apiUrl ? [options.apiUrl] : [] };

  async function addressOf(file: SlackFile): Promise<string> {
    const address = file.url_private_download ?? file.url_private;
    if (address !== undefined) return address;
    const found = slackFile.safeParse(await options.describe(file.id));
    const url = found.data?.url_private_download ?? found.data?.url_private;
    if (url === undefined) throw new UserError('Slack does not let me have that file.');
    return url;
  }

  /** The token goes to the first host alone, and nothing is fetched from hosts that are not Slack's. */
  async function follow(address: string, signal: AbortSignal): Promise<Response> {
    let url = new URL(address);
    const { origin } = url;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      if (!isTrusted(url.href, hosts))
        throw new UserError('That file does not lie on Slack, so I cannot open it.');
      const response = await fetch(url, {
        redirect: 'manual',
        signal,
        headers: url.origin === origin ? { authorization: `Bearer ${botToken}` } : {},
      });
      const location = response.headers.get('location');
      if (response.status < 300 || response.status >= 400 || location === null) return response;
      await response.body?.cancel();
      url = new URL(location, url);
    }
    throw new Error('Slack passed a file on from address to address without an end');
  }

  async function open(file: SlackFile, signal?: AbortSignal): Promise<FileContent> {
    if (file.is_external) throw new UserError('That file does not lie on Slack. Please upload it here.');
    const answered = new AbortController();
    const timer = setTimeout(
      () => answered.abort(new Error('Slack did not send the file in time')),
      ANSWER_TIMEOUT_MS,
    );
    const signals = signal ? AbortSignal.any([signal, answered.signal]) : answered.signal;
    const response = await follow(await addressOf(file), signals).finally(() => clearTimeout(timer));
    const contentType = response.headers.get('content-type') ?? undefined;
    const loginPage = contentType?.startsWith('text/html') && !file.mimetype?.startsWith('text/html');
    if (response.status === 401 || response.status === 403 || loginPage) {
      await response.body?.cancel();
      const reason = loginPage ? 'a login page instead of it' : String(response.status);
      throw new OperatorError(
        `Slack refused a file: ${reason}. The bot token lacks the scope files:read`,
        'I am not allowed to read files on Slack. Please tell whoever runs me.',
      );
    }
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      if (response.status === 404 || response.status === 410)
        throw new UserError('That file is no longer on Slack.');
      throw new Error(`Slack answered ${response.status} for a file`);
    }
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const sizeBytes = Number.isSafeInteger(length) ? length : file.size;
    return {
      stream: response.body,
      ...(contentType !== undefined && { contentType }),
      ...(sizeBytes !== undefined && { sizeBytes }),
    };
  }

  return {
    attachments(files) {
      if (!Array.isArray(files)) return [];
      return files.flatMap((each: unknown) => {
        const { data: file } = slackFile.safeParse(each);
        // A deleted file leaves its tombstone; one beyond a free workspace's limit is hidden.
        const mode: unknown = Object(each).mode;
        if (!file || mode === 'tombstone' || mode === 'hidden_by_limit') return [];
        return [
          {
            name: file.name || file.title || file.id,
            url: file.url_private_download ?? file.url_private ?? '',
            ...(file.mimetype && { contentType: file.mimetype }),
            ...(file.size !== undefined && { sizeBytes: file.size }),
            ...(file.duration_ms !== undefined && { durationSeconds: file.duration_ms / 1000 }),
            open: (signal?: AbortSignal) => open(file, signal),
          },
        ];
      });
    },
  };
}
