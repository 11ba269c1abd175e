/** What a model command wants to run, what that can cost, and what may follow from it. */

import type { ModelRef } from './models/prediction.ts';

/** What a model command wants to run: plain JSON, stored in the run's row and read again by whoever takes the run over. */
export interface Plan {
  /** The name people know it by, for the footnote. */
  readonly label: string;
  readonly model: ModelRef;
  readonly input: Readonly<Record<string, unknown>>;
  /** A presenter's name, and what it wants to know. */
  readonly presenter: string;
  readonly presenterOptions?: Readonly<Record<string, unknown>>;
  /** Buttons under the finished answer; a press asks the command for the `followUp` of that name. */
  readonly followUps?: readonly FollowUp[];
  readonly cost: PlanCost;
  /** What to say before it runs, like the audio's length; it then waits for a yes. */
  readonly notice?: string;
  /** What the inputs were that a small budget has cut. */
  readonly uncut?: Readonly<Record<string, unknown>>;
  /** When the first of the files in its input is gone, in ms since the epoch, where that is known. */
  readonly filesKeptUntil?: number;
  /** The model's input that limits its output's tokens: an answer that reached it was cut off. */
  readonly limitInput?: string;
  /** Where the exchange is remembered when it succeeded, and the run whose exchange it takes the place of. */
  readonly memory?: { readonly key: string; readonly prompt: string; readonly replaces?: string };
}

export interface Planned extends Plan {
  /** What went into the input beside the options' words (files, the message asked about), for whoever judges it. Not stored. */
  readonly read?: string;
}

/** `name` is lower case letters, like `again`. */
export interface FollowUp {
  readonly name: string;
  readonly label: string;
  /** A press opens the command's form for the run's id instead. */
  readonly form?: boolean;
  /** Offered only under an answer that a limit cut off. */
  readonly whenCut?: boolean;
  /** Offered only where the answer has at least so many files. */
  readonly files?: number;
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
    }
  | {
      readonly by: 'image';
      readonly microUsdPerImage: number;
      readonly images: number;
      /** The model's input that says how many; it is set to what the hold pays for. Absent: always `images`. */
      readonly countInput?: string;
      readonly deadlineSeconds: number;
    }
  | {
      readonly by: 'audio-second';
      readonly microUsdPerAudioSecond: number;
      /** An upper bound. */
      readonly audioSeconds: number;
      readonly deadlineSeconds: number;
    };
