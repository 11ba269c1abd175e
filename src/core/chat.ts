/** What the core and the surfaces say to each other: who asks, where, what, and the Reply port that surfaces implement. */

export type SurfaceName = 'discord' | 'slack' | 'web';

/** Who asks. `id` is `discord:<user id>`, `slack:<team id>/<user id>` or `web:<name>`; stable, and the key of their budget. */
export interface Person {
  readonly id: string;
  /** What to call them in a log or a report. */
  readonly name: string;
  /** May administer budgets here by the platform's own rights (Manage Server, Slack admin or owner). */
  readonly platformAdmin: boolean;
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
}

/** A file that came with the request. */
export interface Attachment {
  readonly name: string;
  readonly url: string;
  readonly contentType?: string;
  readonly sizeBytes?: number;
}

/** Arguments as they arrive: already typed by the platform's form, or one line of text to be parsed. */
export type RawArguments =
  | { readonly form: 'typed'; readonly values: Readonly<Record<string, string | number | boolean>> }
  | { readonly form: 'text'; readonly text: string };

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
}

/** A press on a button that one of our replies carries. `id` is the button's, like `cancel:<run id>`. */
export interface ButtonPress {
  readonly id: string;
  readonly person: Person;
  readonly place: Place;
}

/** What the bot shows. `text` is untrusted markdown of any length; it pings nobody. */
export interface Message {
  readonly text: string;
  /** A short line about what is going on, shown below the text while the run lasts ("The model is booting, 12 s"). */
  readonly status?: string;
  /** Small print under a finished answer: model, seconds, cost, what is left. */
  readonly footnote?: string;
  readonly buttons?: readonly Button[];
}

export interface Button {
  /** At most 100 characters (Discord's custom_id); survives restarts. */
  readonly id: string;
  readonly label: string;
  readonly style: 'secondary' | 'danger';
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
}

/** The bot's answer on a surface: one or more messages ("pages") that are created and edited. */
export interface Reply {
  /** Changes as pages are created: stored again after every write that returned. */
  readonly ref: ReplyRef;
  readonly lane: Lane;
  /**
   * Sends at most one request that brings the surface closer to showing exactly this message, and says whether it is
   * now all there. The pacer calls it again, in a new slot, with the newest message then, until it is. Never called
   * while an earlier call is pending. Throws RateLimitedError, ReplyGoneError, or the reason it failed this time.
   */
  write(message: Message, final: boolean): Promise<'shown' | 'more'>;
}

/** A place where people talk to the bot. Made with a Handler, which it calls for everything that arrives. */
export interface Surface {
  readonly name: SurfaceName;
  /** Connects; resolves when people can be served. Throws OperatorError when the platform refuses the credentials. */
  start(): Promise<void>;
  /** Takes no new requests from now on; replies can still be written until `stop`. */
  drain(): Promise<void>;
  stop(): Promise<void>;
  /** Connected right now, for /readyz. */
  readonly ready: boolean;
  /** The reply behind a stored ref, also one that another process began. */
  reopen(ref: ReplyRef): Reply;
}

/** What a surface calls. None of these throws: whatever goes wrong is answered in the reply and logged. */
export interface Handler {
  /** Resolves when the request is answered or has become a stored run; the run's answer follows through the reply. */
  handle(invocation: Invocation, reply: Reply): Promise<void>;
  /** Resolves with a short sentence for the one who pressed, shown to them alone. */
  press(press: ButtonPress): Promise<string>;
  /** Choices for one option while it is typed, best first, at most 25 (Discord's limit). */
  suggest(command: string, option: string, typed: string): readonly Choice[];
}

export interface Choice {
  readonly name: string;
  readonly value: string;
}
