/** Forms that people fill in: declared by commands, shown by surfaces. */

import type { AboutMessage, Choice, Files, Person, Place, Values } from './chat.ts';

/** Fields to fill in, shown as the surface does that: a dialog on Discord and Slack, a form on the page. */
export interface Form {
  /** `form:<command>:<argument>`, at most 100 characters: what the submission is for. */
  readonly id: string;
  /** At most 45 characters (Discord). */
  readonly title: string;
  readonly fields: readonly FormField[];
}

/** A number's text is checked by the core. A surface that has no room for all fields shows the first ones. */
export interface FormField {
  readonly name: string;
  /** At most 45 characters (Discord). */
  readonly label: string;
  /** At most 100 characters (Discord). */
  readonly description?: string;
  readonly required: boolean;
  readonly type: 'line' | 'text' | 'choice' | 'boolean' | 'file';
  /** Of a choice: at most 25 (Discord). */
  readonly choices?: readonly Choice[];
  /** What stands there at first; of a choice one of its values, of a boolean `true` or `false`. */
  readonly value?: string;
  readonly maxLength?: number;
}

/** What was filled in, by the fields' names; a field left empty is absent. */
export interface FormFields {
  readonly values: Values;
  readonly files: Files;
}

export interface FormSubmission {
  /** Like an invocation's. */
  readonly eventId: string;
  /** The form's. */
  readonly id: string;
  readonly fields: FormFields;
  readonly person: Person;
  readonly place: Place;
  readonly about?: AboutMessage;
}
