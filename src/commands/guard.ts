/** The guard: a moderation model judges what people ask before other models get to see it. */

import { describeRefusal } from '../core/budget/describe.ts';
import type { Message, Person, Place, Reply } from '../core/chat.ts';
import type { Clock } from '../core/clock.ts';
import type { Command, Options } from '../core/command.ts';
import type { Config } from '../core/config/config.ts';
import { OperatorError, UserError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type { Admission } from '../core/runs/admit.ts';
import { describeBusy } from '../core/runs/messages.ts';
import { createRunId } from '../core/runs/run-id.ts';
import type { Runner } from '../core/runs/runner.ts';
import type { RunStore } from '../core/runs/store.ts';
import { inputNamed, limited } from './model-inputs.ts';
import type { ModelRuns } from './model-run.ts';

export interface GuardOptions {
  readonly config: NonNullable<Config['guard']>;
  readonly modelRuns: ModelRuns;
  readonly runner: Pick<Runner, 'admit' | 'cancel'>;
  readonly runs: Pick<RunStore, 'get'>;
  readonly clock: Clock;
  readonly timezone: string;
}

const PROMPT_INPUTS = ['prompt', 'text', 'input', 'message', 'content'];
/** The categories of what is unsafe stand in the template. */
const HIDDEN_TOKENS = { template: 1000 };
/** Beside the run's own deadline: for the queue, the ledger and the network. */
const GRACE_MS = 30_000;

/**
 * The same commands, of which the configured ones have their requests judged first. Each judgement is a run of its own, held
 * and charged like any other; without a clear verdict nothing else is run.
 */
export function guardCommands(commands: readonly Command[], options: GuardOptions): readonly Command[] {
  const judge = createJudge(options);
  return commands.map((command) => {
    if (command.kind !== 'model' || !options.config.commands.includes(command.name)) return command;
    const plan = command.plan.bind(command);
    return {
      ...command,
      async plan(args, context) {
        const { read, ...planned } = await plan(args, context);
        const text = [read, ...writtenBy(command.options, args)].filter(Boolean).join('\n\n');
        if (text !== '') await judge(text, context.person, context.place);
        return planned;
      },
    };
  });
}

/** What the asker wrote, in every option that takes words of theirs. */
function writtenBy(options: Options, args: Readonly<Record<string, unknown>>): readonly unknown[] {
  return Object.entries(options)
    .filter(([, option]) => option.type === 'string' && !option.suggest)
    .map(([name]) => args[name]);
}

function createJudge({ config, modelRuns, runner, runs, clock, timezone }: GuardOptions) {
  const { model } = config;

  async function planFor(text: string, place: Place): Promise<Plan> {
    const { resolved } = await modelRuns.choose([model], undefined, place);
    const { plan } = await modelRuns.plan({
      model,
      resolved,
      given: {
        [inputNamed(resolved, PROMPT_INPUTS)?.name ?? 'prompt']: text,
        ...limited(resolved, model.maxOutputTokens),
      },
      hiddenTokens: HIDDEN_TOKENS,
    });
    return { ...plan, presenter: 'text' };
  }

  function admitted(admission: Admission): string {
    switch (admission.type) {
      case 'admitted':
        return admission.run.id;
      case 'busy':
        throw new UserError(describeBusy(admission.limits), 'limit');
      case 'refused':
        throw new UserError(describeRefusal(admission.refusal, clock.now(), timezone), 'budget');
      case 'duplicate':
        throw new Error('a judgement was asked for twice');
    }
  }

  /** Throws a UserError for what is not allowed, and an OperatorError when there is no verdict. */
  return async (text: string, person: Person, place: Place): Promise<void> => {
    const { reply, answered } = createUnseenReply();
    const request = {
      eventId: `guard:${createRunId(clock.now())}`,
      command: 'guard',
      person,
      place: { ...place, surface: 'none' },
    } as const;
    const runId = admitted(await runner.admit(request, await planFor(text, place), reply));
    const waitMs = model.maxSeconds * 1000 + GRACE_MS;
    const { text: verdict } = await within(answered, waitMs, clock).catch(async (error: unknown) => {
      // Nobody waits for this verdict any more; it is to cost no more either.
      const late = await runs.get(runId);
      if (late) await runner.cancel(late, person.id);
      throw error;
    });
    const run = await runs.get(runId);
    if (run?.outcome === 'succeeded') {
      if (/^\s*safe\b/i.test(verdict)) return;
      if (/^\s*unsafe\b/i.test(verdict)) {
        throw new UserError(
          'The guard of this bot does not allow that. Please ask for something else.',
          'forbidden',
        );
      }
    }
    throw new OperatorError(
      `the guard ${model.name} gave no verdict: ${run?.failure ?? verdict.slice(0, 200)}`,
      'What you asked could not be checked, so it was not run. Please try again later.',
    );
  };
}

/** Nobody limits us here. */
const LANE = { key: 'none', slots: 1000, windowMs: 1000 };

/** A reply that nobody sees: its last message is the answer. */
function createUnseenReply(): { readonly reply: Reply; readonly answered: Promise<Message> } {
  let answer: (message: Message) => void = () => undefined;
  const answered = new Promise<Message>((resolve) => {
    answer = resolve;
  });
  return {
    answered,
    reply: {
      ref: { surface: 'none' },
      lane: LANE,
      async write(message, final) {
        if (final) answer(message);
        return 'shown';
      },
    },
  };
}

async function within<T>(promise: Promise<T>, ms: number, clock: Clock): Promise<T> {
  const timer = new AbortController();
  try {
    return await Promise.race([
      promise,
      clock.sleep(ms, timer.signal).then(() => {
        throw new OperatorError(
          'the guard took too long',
          'What you asked could not be checked in time, so it was not run. Please try again later.',
        );
      }),
    ]);
  } finally {
    timer.abort();
  }
}
