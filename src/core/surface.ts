/** A surface as the core sees it, and the core as a surface sees it. */

import type { ButtonPress, Choice, Invocation, Person, Place, Reply, ReplyRef, SurfaceName } from './chat.ts';
import type { Form, FormSubmission } from './form.ts';

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
  /** A new message in a channel, by the platform's id, that nobody asked for there (a warning to the admins). Absent without channels (API). */
  announce?(channel: string): Reply;
}

/** What a surface calls. None of these throws: whatever goes wrong is answered in the reply and logged. */
export interface Handler {
  /** Resolves when the request is answered or has become a stored run; the run's answer follows through the reply. */
  handle(invocation: Invocation, reply: Reply): Promise<void>;
  /** Resolves with a short sentence for the one who pressed, shown to them alone. */
  press(press: ButtonPress): Promise<string>;
  /** Choices for one option while it is typed, best first, at most 25 (Discord's limit). */
  suggest(command: string, option: string, typed: string): Promise<readonly Choice[]>;
  /** The form behind a button's or a message action's id; a sentence when there is none for this person. */
  openForm(id: string, person: Person, place: Place): Promise<Form | string>;
  /** Like `handle`, for what was filled into a form. */
  submit(submission: FormSubmission, reply: Reply): Promise<void>;
}
