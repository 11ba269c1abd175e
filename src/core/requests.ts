/** From an invocation to a run or a message: permission, arguments, limits, money. Throws what the person is to be told. */

import type { AdminWarnings } from './admin-warnings.ts';
import { completeArguments, describeMissing, type GivenArguments, readArguments } from './arguments.ts';
import type { Budget } from './budget/budget.ts';
import { describeRefusal } from './budget/describe.ts';
import type { Invocation, Message, Person, Reply, ReplyRef } from './chat.ts';
import type { Clock } from './clock.ts';
import type { Arguments, Command, CommandContext, ModelCommand, Options } from './command.ts';
import { UserError } from './errors.ts';
import { askForFile } from './option-form.ts';
import type { People } from './people.ts';
import type { Plan, Planned } from './plan.ts';
import type { Proposals } from './proposals.ts';
import type { RequestLimits } from './request-limits.ts';
import type { Admission } from './runs/admit.ts';
import { describeBusy } from './runs/messages.ts';
import type { Run } from './runs/run.ts';
import type { Runner, RunRequest } from './runs/runner.ts';

export interface RequestsOptions {
  readonly commands: readonly Command[];
  readonly admins: ReadonlySet<string>;
  readonly timezone: string;
  readonly runner: Runner;
  readonly limits: RequestLimits;
  readonly budget: Budget;
  readonly clock: Clock;
  readonly events: Events;
  readonly proposals: Proposals;
  readonly warnings: AdminWarnings;
  readonly people: Pick<People, 'note'>;
}

/** The events that were answered; a run's is taken together with its row. */
export interface Events {
  isTaken(eventId: string): Promise<boolean>;
  /** True the first time. */
  take(eventId: string): Promise<boolean>;
}

/** What a request came to. */
export type Accepted =
  /** Its answer follows through the reply. */
  | { readonly type: 'run'; readonly run: Run }
  | {
      readonly type: 'message';
      readonly message: Message;
      readonly onShown?: (ref: ReplyRef) => Promise<void>;
    }
  /** The event was taken before: there is nothing to be said. */
  | { readonly type: 'duplicate' };

export interface Requests {
  readonly commands: ReadonlyMap<string, Command>;
  readonly events: Events;
  isAdmin(person: Person): boolean;
  /** The command of that name, if this person may use it. */
  permitted(name: string, person: Person): Command;
  /** Throws UserError or OperatorError when it is refused. `take` takes the event for an answer without a run. */
  accept(invocation: Invocation, reply: Reply, take: () => Promise<boolean>): Promise<Accepted>;
  /** Counts the request, makes its plan, and admits its run, or asks first whether to. Throws like `accept`. */
  run(
    request: RunRequest,
    plan: () => Promise<Planned>,
    reply: Reply,
    take: () => Promise<boolean>,
  ): Promise<Accepted>;
  /** Admits the run of a plan that was agreed to. Throws like `accept`. */
  admit(request: RunRequest, plan: Plan, reply: Reply): Promise<Accepted>;
}

export function createRequests(options: RequestsOptions): Requests {
  const { runner, limits, clock, timezone, events } = options;
  const commands = new Map(
    options.commands.flatMap((command) => [
      [command.name, command] as const,
      ...(command.alias === undefined ? [] : [[command.alias, command] as const]),
    ]),
  );
  const isAdmin = (person: Person) => person.platformAdmin || options.admins.has(person.id);

  function describeUnknown(name: string): string {
    const below = [...commands.keys()].filter((known) => known.startsWith(`${name} `));
    if (below.length === 0) return `There is no command \`${name}\`. \`/help\` lists what there is.`;
    return `\`/${name}\` wants one more word: ${below.map((known) => `\`/${known}\``).join(', ')}.`;
  }

  function permitted(name: string, person: Person): Command {
    const command = commands.get(name);
    if (!command) throw new UserError(describeUnknown(name), 'unknown');
    if (command.access === 'everyone' || isAdmin(person)) return command;
    throw new UserError(
      `Only admins may use \`/${command.name}\`: members with Manage Server on Discord, admins and owners on Slack.`,
      'forbidden',
    );
  }

  function accepted(admission: Admission): Accepted {
    switch (admission.type) {
      case 'admitted':
        return { type: 'run', run: admission.run };
      case 'duplicate':
        return { type: 'duplicate' };
      case 'busy':
        throw new UserError(describeBusy(admission.limits), 'limit');
      case 'refused':
        if (admission.usedUp) options.warnings.tell([admission.usedUp]);
        throw new UserError(describeRefusal(admission.refusal, clock.now(), timezone), 'budget');
    }
  }

  async function admit(request: RunRequest, plan: Plan, reply: Reply): Promise<Accepted> {
    await options.people.note(request.person);
    const admission = await runner.admit(request, plan, reply);
    if (admission.type === 'admitted') await limits.rest(request.person.id, request.command);
    return accepted(admission);
  }

  const run: Requests['run'] = async (request, makePlan, reply, take) => {
    await limits.take(request.person.id, request.command);
    const { read: _judged, ...plan } = await makePlan();
    const question = await options.proposals.ask(request, plan, reply.ref);
    if (!question) return admit(request, plan, reply);
    if (!(await take())) return { type: 'duplicate' };
    return { type: 'message', message: question.message, onShown: question.keep };
  };

  return {
    commands,
    events,
    isAdmin,
    permitted,
    run,
    admit,
    async accept(invocation, reply, take) {
      const { person, place, attachments, about, fields } = invocation;
      const command = permitted(invocation.command, person);
      const given = readArguments(command.options, invocation.args, [
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
        case 'instant': {
          const args = completeArguments(command.options, given);
          if (!(await take())) return { type: 'duplicate' };
          return { type: 'message', message: await command.run(args, context) };
        }
        case 'model': {
          const question = await askBack(command, given, context);
          if (question)
            return (await take()) ? { type: 'message', message: question } : { type: 'duplicate' };
          const args = completeArguments(command.options, given);
          return run(invocation, () => command.plan(args, context), reply, take);
        }
      }
    },
  };
}

/** What has to be asked before it can run. A file is asked for with a form, where a person can fill one in that they have not. */
async function askBack(
  command: ModelCommand,
  given: GivenArguments<Options>,
  context: CommandContext,
): Promise<Message | undefined> {
  const isFile = (name: string) => command.options[name]?.type === 'attachment';
  const file = given.missing.find(isFile);
  const canAsk = !context.fields && !context.about && context.place.surface !== 'api';
  if (file === undefined || !canAsk) completeArguments(command.options, given);
  const own = given.missing.every(isFile)
    ? await command.askBack?.(given.args as Arguments<Options>, context)
    : undefined;
  if (own || file === undefined) return own;
  return askForFile(command.name, given.args, describeMissing(command.options, file, given.unused));
}
