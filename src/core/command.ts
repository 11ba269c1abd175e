/** What a command is, and how its options are declared once for every surface. */

import type { Attachment, Button, Choice, Message, Person, Place } from './chat.ts';
import type { ModelRef, PredictionEvent } from './models/prediction.ts';

interface OptionBase {
  /** At most 100 characters (Discord). */
  readonly description: string;
  readonly required?: boolean;
}

/** One option of a command. On Slack and in mentions the first is positional and the others are `--name value`. */
export type Option =
  | (OptionBase & {
      readonly type: 'string';
      readonly maxLength?: number;
      readonly suggest?: (typed: string) => readonly Choice[];
    })
  | (OptionBase & { readonly type: 'choice'; readonly choices: readonly string[] })
  | (OptionBase & { readonly type: 'integer'; readonly min?: number; readonly max?: number })
  | (OptionBase & { readonly type: 'boolean' })
  /** A person of the surface: a picker on Discord, a mention or an id elsewhere; the value is a person's id. */
  | (OptionBase & { readonly type: 'person' });

export type Options = Readonly<Record<string, Option>>;

type Value<O extends Option> = O['type'] extends 'integer'
  ? number
  : O['type'] extends 'boolean'
    ? boolean
    : string;

/** The parsed arguments of a command with these options. */
export type Arguments<O extends Options> = {
  readonly [K in keyof O]: O[K]['required'] extends true ? Value<O[K]> : Value<O[K]> | undefined;
};

export type Access = 'everyone' | 'admins';

interface CommandBase<O extends Options> {
  /** Lower case; one word, or two where the first is shared (`budget set`), which Discord shows as a subcommand. */
  readonly name: string;
  readonly description: string;
  readonly options: O;
  readonly access: Access;
  /** Answers are shown to the asker alone where the surface can. */
  readonly private?: boolean;
}

/** What a command knows of its request beside the arguments. */
export interface CommandContext {
  readonly person: Person;
  readonly place: Place;
  readonly attachments: readonly Attachment[];
  /** Admin by the platform or by the configuration. */
  readonly admin: boolean;
}

/** What a model command wants to run: plain JSON, stored in the run's row and read again by whoever takes the run over. */
export interface Plan {
  /** The name people know it by, for the footnote. */
  readonly label: string;
  readonly model: ModelRef;
  readonly input: Readonly<Record<string, unknown>>;
  /** A presenter's name. */
  readonly presenter: string;
  readonly cost: PlanCost;
  /** Where the exchange is remembered when it succeeded. */
  readonly memory?: { readonly key: string; readonly prompt: string };
}

/** What the run can cost, in the price's own unit, so that a smaller hold can shrink the limit with it. Money is micro-USD. */
export type PlanCost =
  | { readonly by: 'free'; readonly deadlineSeconds: number }
  | {
      readonly by: 'second';
      readonly microUsdPerSecond: number;
      /** From creation, boot included. */
      readonly deadlineSeconds: number;
      readonly typicalSeconds: number;
    }
  | {
      readonly by: 'token';
      readonly microUsdPerMillionInput: number;
      readonly microUsdPerMillionOutput: number;
      /** An upper bound. */
      readonly inputTokens: number;
      readonly maxOutputTokens: number;
      readonly typicalOutputTokens: number;
      /** The model's input that limits the output's tokens; it is set to what the hold pays for. */
      readonly limitInput: string;
      readonly deadlineSeconds: number;
    };

export interface ModelCommand<O extends Options = Options> extends CommandBase<O> {
  readonly kind: 'model';
  plan(args: Arguments<O>, context: CommandContext): Promise<Plan>;
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

/** Turns what a prediction does into what people see. Found again by name after a restart and fed from the beginning. */
export interface Presenter {
  push(event: PredictionEvent): void;
  /** What there is to show now, without status, footnote and buttons. */
  text(): string;
  buttons?(runId: string): readonly Button[];
}
