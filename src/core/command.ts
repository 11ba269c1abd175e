/** What a command is, and how its options are declared once for every surface. */

import type { AboutMessage, Attachment, Choice, Invocation, Message, Person, Place } from './chat.ts';
import type { Form, FormField } from './form.ts';
import type { Plan, Planned } from './plan.ts';
import type { Run } from './runs/run.ts';

interface OptionBase {
  /** At most 100 characters (Discord). */
  readonly description: string;
  readonly required?: boolean;
  /** What the command takes when it is left out, as a form shows it at first. */
  readonly default?: string | number | boolean;
}

/** One option of a command. On Slack and in mentions the first is positional and the others are `--name value`. */
export type Option =
  | (OptionBase & {
      readonly type: 'string';
      readonly maxLength?: number;
      readonly suggest?: (typed: string) => readonly Choice[] | Promise<readonly Choice[]>;
    })
  | (OptionBase & { readonly type: 'choice'; readonly choices: readonly string[] })
  | (OptionBase & { readonly type: 'integer'; readonly min?: number; readonly max?: number })
  | (OptionBase & { readonly type: 'number'; readonly min?: number; readonly max?: number })
  | (OptionBase & { readonly type: 'boolean' })
  /** A file; where none is named for it, the first fitting one that came with the request. */
  | (OptionBase & { readonly type: 'attachment'; readonly accept?: readonly MediaKind[] })
  /** A role or user group; the value is like `discord:<role id>`, `slack:<team id>/<user group id>`. */
  | (OptionBase & { readonly type: 'role' })
  /** A channel of the place that it is said in; the value is the platform's id. */
  | (OptionBase & { readonly type: 'channel' })
  /** A person of the surface: a picker on Discord, a mention or an id elsewhere; the value is a person's id. */
  | (OptionBase & { readonly type: 'person' });

export type MediaKind = 'image' | 'audio' | 'video' | 'text';

export type Options = Readonly<Record<string, Option>>;

type Value<O extends Option> = O['type'] extends 'integer' | 'number'
  ? number
  : O['type'] extends 'boolean'
    ? boolean
    : O['type'] extends 'attachment'
      ? Attachment
      : string;

/** The parsed arguments of a command with these options. */
export type Arguments<O extends Options> = {
  readonly [K in keyof O]: O[K]['required'] extends true ? Value<O[K]> : Value<O[K]> | undefined;
};

/** The same where a file may be missing though it is required. */
type ArgumentsSoFar<O extends Options> = {
  readonly [K in keyof O]: O[K]['type'] extends 'attachment' ? Attachment | undefined : Arguments<O>[K];
};

export type Access = 'everyone' | 'admins';

interface CommandBase<O extends Options> {
  /** Lower case; one word, or two where the first is shared (`budget set`), which Discord shows as a subcommand. */
  readonly name: string;
  /** One word that means the same where commands are written (`models` for `models list`). No surface registers it. */
  readonly alias?: string;
  readonly description: string;
  readonly options: O;
  readonly access: Access;
  /** Answers are shown to the asker alone where the surface can. */
  readonly private?: boolean;
  /** Offered on every message ("Ask about this"). */
  readonly onMessage?: MessageAction;
  /**
   * The form behind a button `form:<command>:<argument>`. Its submission comes as an invocation with what was filled in as
   * `context.fields`: a field named like an option gives that option, and the first option is the argument otherwise.
   * Absent: a command that takes a file has the form of its options, see core/option-form.ts.
   */
  form?(argument: string, context: Omit<CommandContext, 'fields'>): Promise<Form>;
}

/** A command used on a message: Discord's message command, Slack's message shortcut. */
export interface MessageAction {
  /** At most 24 characters (Slack). */
  readonly label: string;
  /** Asked in a dialog before the command runs; the answer is the option of the same name. */
  readonly asks?: FormField;
}

/** What a command knows of its request beside the arguments. */
export interface CommandContext {
  readonly person: Person;
  readonly place: Place;
  readonly attachments: readonly Attachment[];
  /** Admin by the platform or by the configuration. */
  readonly admin: boolean;
  readonly about?: AboutMessage;
  readonly fields?: Invocation['fields'];
}

export interface ModelCommand<O extends Options = Options> extends CommandBase<O> {
  readonly kind: 'model';
  plan(args: Arguments<O>, context: CommandContext): Promise<Planned>;
  /**
   * What is answered instead of a run while something is missing (a form to fill in); undefined when nothing is. Asked
   * before `plan`, and before people are asked for a required file.
   */
  askBack?(args: ArgumentsSoFar<O>, context: CommandContext): Promise<Message | undefined>;
  /** What a press on one of the plan's `followUps` asks for. UserError when it is no longer possible. */
  followUp?(name: string, run: Run, context: CommandContext): Promise<Plan>;
}

export interface InstantCommand<O extends Options = Options> extends CommandBase<O> {
  readonly kind: 'instant';
  run(args: Arguments<O>, context: CommandContext): Promise<Message>;
}

export type Command = ModelCommand | InstantCommand;

/** Declares a command and ties its arguments' types to its options. */
export function defineModelCommand<const O extends Options>(command: Omit<ModelCommand<O>, 'kind'>): Command {
  return { ...command, kind: 'model' } as Command;
}

/** Declares a command that is answered from our own state. */
export function defineInstantCommand<const O extends Options>(
  command: Omit<InstantCommand<O>, 'kind'>,
): Command {
  return { ...command, kind: 'instant' } as Command;
}
