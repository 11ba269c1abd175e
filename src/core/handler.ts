/** One invocation from arrival to answer: dedupe, permission, arguments, limits, run. The one place that catches. */

import { randomBytes } from 'node:crypto';
import { parseArguments } from './arguments.ts';
import type { Budget } from './budget/budget.ts';
import { describeRefusal } from './budget/describe.ts';
import type { ButtonPress, Handler, Invocation, Message, Person, Reply } from './chat.ts';
import type { Clock } from './clock.ts';
import type { Command } from './command.ts';
import { OperatorError, ReplyGoneError, UserError } from './errors.ts';
import { describeError, type Log } from './log.ts';
import type { Pacer } from './reply/writer.ts';
import type { RequestLimits } from './request-limits.ts';
import type { Runner } from './runs/runner.ts';
import type { Admission, RunStore } from './runs/store.ts';

export interface HandlerOptions {
  readonly commands: readonly Command[];
  readonly admins: ReadonlySet<string>;
  readonly timezone: string;
  readonly runner: Runner;
  readonly runs: RunStore;
  readonly limits: RequestLimits;
  readonly pacer: Pacer;
  readonly budget: Budget;
  readonly clock: Clock;
  readonly log: Log;
  /** The events that were answered; a run's is taken together with its row. */
  readonly events: {
    isTaken(eventId: string): Promise<boolean>;
    /** True the first time. */
    take(eventId: string): Promise<boolean>;
  };
}

export function createHandler(options: HandlerOptions): Handler {
  const { runner, runs, pacer, clock, log } = options;
  const commands = new Map(options.commands.map((command) => [command.name, command]));
  const isAdmin = (person: Person) => person.platformAdmin || options.admins.has(person.id);

  function describeUnknown(name: string): string {
    const below = [...commands.keys()].filter((known) => known.startsWith(`${name} `));
    if (below.length === 0) return `There is no command \`${name}\`. \`/help\` lists what there is.`;
    return `\`/${name}\` wants one more word: ${below.map((known) => `\`/${known}\``).join(', ')}.`;
  }

  /** The message to answer with, or undefined when a run has taken over the reply or nothing is to be said. */
  async function answer(
    invocation: Invocation,
    reply: Reply,
    take: () => Promise<boolean>,
  ): Promise<Message | undefined> {
    const { person, place, attachments } = invocation;
    const command = commands.get(invocation.command);
    if (!command) throw new UserError(describeUnknown(invocation.command));
    const admin = isAdmin(person);
    if (command.access === 'admins' && !admin) {
      throw new UserError(
        `Only admins may use \`/${command.name}\`: members with Manage Server on Discord, admins and owners on Slack.`,
      );
    }
    const args = parseArguments(command.options, invocation.args);
    const context = { person, place, attachments, admin };
    switch (command.kind) {
      case 'instant':
        if (!(await take())) return undefined;
        return command.run(args, context);
      case 'model': {
        await options.limits.take(person.id);
        const plan = await command.plan(args, context);
        return refusal(await runner.admit(invocation, plan, reply));
      }
    }
  }

  function refusal(admission: Admission): Message | undefined {
    switch (admission.type) {
      case 'admitted':
      case 'duplicate':
        return undefined;
      case 'busy':
        throw new UserError(
          `You have ${admission.atOnce} ${admission.atOnce === 1 ? 'request' : 'requests'} running already. Wait for one to end, or cancel it.`,
        );
      case 'refused':
        throw new UserError(describeRefusal(admission.refusal, clock.now(), options.timezone));
    }
  }

  /** What a person gets to read of an error; what the operator needs goes to the log. */
  function explain(error: unknown, fields: object): string {
    if (error instanceof UserError) return error.message;
    if (error instanceof OperatorError) {
      log.error(
        { ...fields, reason: error.message },
        'a request failed for a reason only the operator can mend',
      );
      return error.forPerson;
    }
    const reference = randomBytes(4).toString('hex');
    const stack = error instanceof Error ? error.stack : undefined;
    log.error({ ...fields, reference, reason: describeError(error), stack }, 'a request failed');
    return `Something went wrong on our side. Nothing was charged. An admin finds it in the log under ${reference}.`;
  }

  /** Takes an event at most once for this delivery of it; false when another delivery has. */
  function createTaker(eventId: string): () => Promise<boolean> {
    let taken = false;
    return async () => {
      taken ||= await options.events.take(eventId);
      return taken;
    };
  }

  return {
    async handle(invocation, reply) {
      const fields = { event: invocation.eventId, command: invocation.command, person: invocation.person.id };
      const take = createTaker(invocation.eventId);
      let message: Message | undefined;
      try {
        if (await options.events.isTaken(invocation.eventId)) return;
        message = await answer(invocation, reply, take);
      } catch (error) {
        message = { text: explain(error, fields) };
      }
      // A refusal is said once however often its event is delivered; with the store away it is said all the same.
      if (!message || !(await take().catch(() => true))) return;
      const writer = pacer.open(reply);
      try {
        await writer.finish(message);
      } catch (error) {
        const gone = error instanceof ReplyGoneError;
        log.warn({ ...fields, reason: describeError(error), gone }, 'an answer could not be shown');
      } finally {
        writer.close();
      }
    },

    async press({ id, person }: ButtonPress) {
      try {
        const [action, runId = ''] = id.split(':');
        const run = action === 'cancel' ? await runs.get(runId) : undefined;
        if (!run) return 'This button no longer does anything.';
        if (run.personId !== person.id && !isAdmin(person))
          return 'Only the one who asked or an admin can cancel this.';
        if (run.state === 'settled' || run.state === 'closed') return 'This has already ended.';
        // Also when it was pressed before: the first cancel may never have reached Replicate.
        await runner.cancel(run, person.id);
        if (run.cancelledBy !== undefined) return 'This is being cancelled already.';
        return 'Cancelled. It costs what it has used until now.';
      } catch (error) {
        const refusal = error instanceof UserError || error instanceof OperatorError;
        const sentence = explain(error, { button: id, person: person.id });
        return refusal ? sentence : 'That did not work. Please press again.';
      }
    },

    suggest(commandName, optionName, typed) {
      const option = commands.get(commandName)?.options[optionName];
      if (option?.type === 'string') return (option.suggest?.(typed) ?? []).slice(0, 25);
      if (option?.type !== 'choice') return [];
      return option.choices
        .filter((choice) => choice.includes(typed.toLowerCase()))
        .slice(0, 25)
        .map((choice) => ({ name: choice, value: choice }));
    },
  };
}
