/** Forms that people fill in: declared by commands, shown by surfaces. */

import type { AboutMessage, Attachment, Choice, Files, Person, Place, Values } from './chat.ts';
import type { MediaKind } from './command.ts';

/** In characters and pieces, by what Discord takes. Slack, which takes less of some, shortens what it shows; files are ten there too. */
export const FORM_LIMITS = {
  id: 100,
  title: 45,
  label: 45,
  description: 100,
  choices: 25,
  choice: 100,
  text: 4000,
  files: 10,
} as const;

/** Fields to fill in, shown as the surface does that: a dialog on Discord and Slack, a form on the page. */
export interface Form {
  /** `form:<command>:<argument>`: what the submission is for. */
  readonly id: string;
  readonly title: string;
  readonly fields: readonly FormField[];
}

/** Within FORM_LIMITS. A number's text is checked by the core. A surface that has no room for all fields shows the first ones. */
export interface FormField {
  readonly name: string;
  readonly label: string;
  readonly description?: string;
  readonly required: boolean;
  readonly type: 'line' | 'text' | 'choice' | 'boolean' | 'file';
  /** Of a choice. */
  readonly choices?: readonly Choice[];
  /** What stands there at first; of a choice one of its values, of a boolean `true` or `false`. */
  readonly value?: string;
  readonly maxLength?: number;
  /** Of a file: how many it takes at most; one when absent. */
  readonly maxFiles?: number;
  /** Of a file: the kinds that are of use. A surface need not enforce it. */
  readonly accept?: readonly MediaKind[];
}

/** Whether a menu can hold them. */
export function fitsMenu(choices: readonly Choice[]): boolean {
  const fits = ({ name, value }: Choice) => name !== '' && value !== '' && value.length <= FORM_LIMITS.choice;
  return choices.length > 0 && choices.length <= FORM_LIMITS.choices && choices.every(fits);
}

/** What was filled in, by the fields' names; a field left empty is absent. */
export interface FormFields {
  readonly values: Values;
  /** At least one under each name, in the order in which they were chosen. */
  readonly files: Readonly<Record<string, readonly Attachment[]>>;
}

/** What a command's options take of it: one file each. */
export function firstFiles(files: FormFields['files']): Files {
  return Object.fromEntries(
    Object.entries(files).flatMap(([name, [first]]) => (first ? [[name, first]] : [])),
  );
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
