/** One invocation from arrival to answer: dedupe, permission, arguments, limits, run. The one place that catches. */

import { parseArguments } from './arguments.ts';
import type { Budget } from './budget/budget.ts';
import { describeRefusal } from './budget/describe.ts';
import { createButtonPresses } from './button-presses.ts';
import type { Handler, Invocation, Message, Person, Reply } from './chat.ts';
import type { Clock } from './clock.ts';
import type { Command, CommandContext } from './command.ts';
import { ReplyGoneError, UserError } from './errors.ts';
import { explainError } from './explain-error.ts';
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
  const { runner, pacer, clock, log } = options;
  const commands = new Map(options.commands.map((command) => [command.name, command]));
  const isAdmin = (person: Person) => person.platformAdmin || options.admins.has(person.id);

  function describeUnknown(name: string): string {
    const below = [...commands.keys()].filter((known) => known.startsWith(`${name} `));
    if (below.length === 0) return `There is no command \`${name}\`. \`/help\` lists what there is.`;
    return `\`/${name}\` wants one more word: ${below.map((known) => `\`/${known}\``).join(', ')}.`;
  }

  /** The command of that name, if this person may use it. */
  function permitted(name: string, person: Person): Command {
    const command = commands.get(name);
    if (!command) throw new UserError(describeUnknown(name));
    if (command.access === 'everyone' || isAdmin(person)) return command;
    throw new UserError(
      `Only admins may use \`/${command.name}\`: members with Manage Server on Discord, admins and owners on Slack.`,
    );
  }

  /** The message to answer with, or undefined when a run has taken over the reply or nothing is to be said. */
  async function answer(
    invocation: Invocation,
    reply: Reply,
    take: () => Promise<boolean>,
  ): Promise<Message | undefined> {
    const { person, place, attachments, about, fields } = invocation;
    const command = permitted(invocation.command, person);
    const args = parseArguments(command.options, invocation.args, [
      ...attachments,
      ...(about?.attachments ?? []),
    ]);
    const context: CommandContext = {
      person,
      place,
      attachments,
      admin: isAdmin(person),
      ...(about && { about }),
      ...(fields && { fields }),
    };
    switch (command.kind) {
      case 'instant':
        if (!(await take())) return undefined;
        return command.run(args, context);
      case 'model': {
        await options.limits.take(person.id);
        const plan = await command.plan(args, context);
        return describeAdmission(await runner.admit(invocation, plan, reply));
      }
    }
  }

  function describeAdmission(admission: Admission): Message | undefined {
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

  async function show(message: Message, reply: Reply, fields: object): Promise<void> {
    const writer = pacer.open(reply);
    try {
      await writer.finish(message);
    } catch (error) {
      const gone = error instanceof ReplyGoneError;
      log.warn({ ...fields, reason: describeError(error), gone }, 'an answer could not be shown');
    } finally {
      writer.close();
    }
  }

  /** Takes an event at most once for this delivery of it; false when another delivery has. */
  function createTaker(eventId: string): () => Promise<boolean> {
    let taken = false;
    return async () => {
      taken ||= await options.events.take(eventId);
      return taken;
    };
  }

  async function handle(invocation: Invocation, reply: Reply): Promise<void> {
    const fields = { event: invocation.eventId, command: invocation.command, person: invocation.person.id };
    const take = createTaker(invocation.eventId);
    let message: Message | undefined;
    try {
      if (await options.events.isTaken(invocation.eventId)) return;
      message = await answer(invocation, reply, take);
    } catch (error) {
      message = { text: explainError(error, log, fields) };
    }
    // A refusal is said once however often its event is delivered; with the store away it is said all the same.
    if (!message || !(await take().catch(() => true))) return;
    await show(message, reply, fields);
  }

  return {
    handle,
    press: createButtonPresses({
      commands,
      isAdmin,
      runner,
      runs: options.runs,
      limits: options.limits,
      log,
      describeAdmission,
      show,
    }),

    async suggest(commandName, optionName, typed) {
      const option = commands.get(commandName)?.options[optionName];
      if (option?.type === 'string') {
        try {
          return ((await option.suggest?.(typed)) ?? []).slice(0, 25);
        } catch (error) {
          log.warn({ command: commandName, reason: describeError(error) }, 'nothing could be suggested');
          return [];
        }
      }
      if (option?.type !== 'choice') return [];
      return option.choices
        .filter((choice) => choice.includes(typed.toLowerCase()))
        .slice(0, 25)
        .map((choice) => ({ name: choice, value: choice }));
    },

    async openForm(id, person, place) {
      try {
        const { command: name, argument } = readFormId(id);
        const command = permitted(name, person);
        if (!command.form) throw new UserError('This button no longer does anything.');
        return await command.form(argument, { person, place, attachments: [], admin: isAdmin(person) });
      } catch (error) {
        return explainError(error, log, { form: id, person: person.id });
      }
    },

    submit({ id, fields, ...request }, reply) {
      const { command, argument } = readFormId(id);
      const names = Object.keys(commands.get(command)?.options ?? {});
      const given = Object.entries(fields.values).filter(([name]) => names.includes(name));
      const values = {
        ...(names[0] !== undefined && { [names[0]]: argument }),
        ...Object.fromEntries(given),
      };
      const attachments = Object.values(fields.files);
      return handle(
        {
          ...request,
          command,
          args: { form: 'typed', values },
          attachments,
          fields: { ...fields, argument },
        },
        reply,
      );
    },
  };
}

/** `form:<command>:<argument>`; the argument may hold colons. */
function readFormId(id: string): { readonly command: string; readonly argument: string } {
  const [, command = '', ...argument] = id.split(':');
  return { command, argument: argument.join(':') };
}
