/** What the core and the surfaces say to each other: who asks, where, what, and the Reply port that surfaces implement. */

import type { FormFields } from './form.ts';

/** `none`: nowhere, for a run whose answer is read by the bot itself. */
export type SurfaceName = 'discord' | 'slack' | 'web' | 'api' | 'none';

/**
 * Who asks. `id` is `discord:<user id>`, `slack:<team id>/<user id>`, `web:<name>` or `key:<API key name>`; stable, and the
 * key of their budget.
 */
export interface Person {
  readonly id: string;
  /** What to call them in a log or a report. */
  readonly name: string;
  /** May administer budgets here by the platform's own rights (Manage Server, Slack admin or owner). */
  readonly platformAdmin: boolean;
  /** Roles and user groups that may have a budget: `discord:<role id>`, `slack:<team id>/<user group id>`. */
  readonly roles?: readonly string[];
}

/** Where on a surface. All ids are the platform's own. */
export interface Place {
  readonly surface: SurfaceName;
  /** Guild or team; absent in a Discord DM. */
  readonly workspace?: string;
  readonly channel: string;
  readonly thread?: string;
  /** A conversation between one person and the bot: memory is kept per channel. */
  readonly direct: boolean;
  /** Open to adults only (Discord's age-restricted channels). */
  readonly ageRestricted?: boolean;
}

/** A file's bytes on their way. Whoever asked for it reads the stream to its end or cancels it. */
export interface FileContent {
  readonly stream: ReadableStream<Uint8Array>;
  /** As the sender says; not to be believed. */
  readonly contentType?: string;
  readonly sizeBytes?: number;
}

/** A file that came with the request. What is said of its type and size is the sender's word. */
export interface Attachment {
  readonly name: string;
  readonly url: string;
  readonly contentType?: string;
  readonly sizeBytes?: number;
  /** Of sound and video, where the platform knows it. */
  readonly durationSeconds?: number;
  /** When `url` ends, in ms since the epoch, where the platform says. */
  readonly expiresAt?: number;
  /** Opens a file that only the surface can fetch (Slack's, the page's uploads). Absent: `url` is open to everybody. */
  open?(signal?: AbortSignal): Promise<FileContent>;
}

/** By name. */
export type Values = Readonly<Record<string, string | number | boolean>>;
export type Files = Readonly<Record<string, Attachment>>;

/** Arguments as they arrive: already typed by the platform's form, or one line of text to be parsed. */
export type RawArguments =
  | {
      readonly form: 'typed';
      readonly values: Values;
      /** By the name of the attachment option. */
      readonly files?: Files;
    }
  | { readonly form: 'text'; readonly text: string };

/** A message that a command is used on ("Ask about this"). */
export interface AboutMessage {
  readonly text: string;
  readonly attachments: readonly Attachment[];
}

/** One request from a person, the same from every surface. */
export interface Invocation {
  /** Unique per platform event and stable across its redeliveries; a second arrival with the same id is dropped. */
  readonly eventId: string;
  /** A command's full name, like `ask` or `budget set`. */
  readonly command: string;
  readonly args: RawArguments;
  readonly person: Person;
  readonly place: Place;
  readonly attachments: readonly Attachment[];
  readonly about?: AboutMessage;
  /** What was filled into the command's form, and the argument that the form was for. */
  readonly fields?: FormFields & { readonly argument: string };
}

/** A press on a button that one of our replies carries. `id` is the button's, like `cancel:<run id>`. */
export interface ButtonPress {
  /** Like an invocation's. */
  readonly eventId: string;
  readonly id: string;
  readonly person: Person;
  readonly place: Place;
  /** Opens a new reply in the same place, for a button that asks for something new. Called at most once. */
  reply(): Reply;
}

/** What the bot shows. `text` is untrusted markdown of any length; it pings nobody. */
export interface Message {
  readonly text: string;
  /** A short line about what is going on, shown below the text while the run lasts ("The model is booting, 12 s"). */
  readonly status?: string;
  /** Small print under a finished answer: model, seconds, cost, what is left. */
  readonly footnote?: string;
  readonly buttons?: readonly Button[];
  /** Shown with the text's last page; the same `id` is never uploaded twice to a reply. */
  readonly files?: readonly MessageFile[];
}

/** A file to upload, on this machine's disk until the run is closed. It fits the reply's `fileLimits`. */
export interface MessageFile {
  /** The same in every message of a reply, also after a restart. */
  readonly id: string;
  /** Clean: no path, no control characters. */
  readonly name: string;
  /** Found by looking at the bytes. */
  readonly contentType: string;
  readonly sizeBytes: number;
  readonly path: string;
  /** Said to people who cannot see it; at most 1,024 characters (Discord). */
  readonly alt?: string;
  /** Covered until somebody wants to see it. */
  readonly spoiler?: boolean;
  /** Where everybody can fetch it until then (ms), if anywhere: for a surface that can't upload it after all. */
  readonly link?: { readonly url: string; readonly expiresAt: number };
}

/** What a surface takes of files. */
export interface FileLimits {
  readonly maxCount: number;
  readonly maxBytes: number;
  /** All files of one message. */
  readonly maxTotalBytes: number;
}

/** An `id` that begins with `form:` opens that form; every other press is told to the handler. */
export interface Button {
  /** At most 100 characters (Discord's custom_id); survives restarts. */
  readonly id: string;
  readonly label: string;
  readonly style: 'primary' | 'secondary' | 'danger';
}

/** Enough for another process to go on writing a reply: plain JSON, read only by the surface that made it. */
export interface ReplyRef {
  readonly surface: SurfaceName;
  readonly [key: string]: unknown;
}

/** One rate-limit bucket of a surface. Replies whose lanes have the same key share its slots. */
export interface Lane {
  readonly key: string;
  /** Requests that fit into one window. */
  readonly slots: number;
  readonly windowMs: number;
  /** Other processes of the same bot may draw from it at the same time. The key then says which bot this is. */
  readonly shared?: boolean;
}

/** The bot's answer on a surface: one or more messages ("pages") that are created and edited. */
export interface Reply {
  /** Changes as pages are created: stored again after every write that returned. */
  readonly ref: ReplyRef;
  readonly lane: Lane;
  /** Absent where files are not shown at all (API). */
  readonly fileLimits?: FileLimits;
  /** Nothing that it shows can be changed any more (an ephemeral message on Slack): what is new is another reply. */
  readonly unchangeable?: boolean;
  /** Characters that fit on one of its messages; absent where a reply is one message of any length. */
  readonly pageLength?: number;
  /**
   * Sends at most one request that brings the surface closer to showing exactly this message, and says whether it is
   * now all there. The pacer calls it again, in a new slot, with the newest message then, until it is. Never called
   * while an earlier call is pending. Throws RateLimitedError, ReplyGoneError, or the reason it failed this time.
   */
  write(message: Message, final: boolean): Promise<'shown' | 'more'>;
}

export interface Choice {
  readonly name: string;
  readonly value: string;
}
