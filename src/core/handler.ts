/** What surfaces call, from arrival to answer: requests, presses, forms and suggestions. The one place that catches. */

import { createButtonPresses } from './button-presses.ts';
import type { Invocation, RawArguments, Reply, SurfaceName } from './chat.ts';
import { ReplyGoneError, UserError } from './errors.ts';
import { explainError } from './explain-error.ts';
import { type FormFields, firstFiles } from './form.ts';
import { describeError, type Log } from './log.ts';
import { optionForm, readOptionForm, takesFile } from './option-form.ts';
import type { Proposals } from './proposals.ts';
import type { Pacer } from './reply/writer.ts';
import type { Accepted, Requests } from './requests.ts';
import type { Runner } from './runs/runner.ts';
import type { RunStore } from './runs/store.ts';
import type { Handler, Surface } from './surface.ts';

export interface HandlerOptions {
  readonly requests: Requests;
  readonly runner: Runner;
  readonly runs: RunStore;
  readonly pacer: Pacer;
  readonly proposals: Proposals;
  readonly surfaces: () => ReadonlyMap<SurfaceName, Surface>;
  readonly log: Log;
}

/** A finished message, and what is done with its reply's ref once it is there. */
export type Shown = Pick<Extract<Accepted, { type: 'message' }>, 'message' | 'onShown'>;

/** What fits into a menu of suggestions (Discord). */
const MOST_CHOICES = 25;

export function createHandler(options: HandlerOptions): Handler {
  const { requests, pacer, log } = options;
  const { commands, events } = requests;

  /** Takes an event at most once for this delivery of it; false when another delivery has. */
  function createTaker(eventId: string): () => Promise<boolean> {
    let taken = false;
    return async () => {
      taken ||= await events.take(eventId);
      return taken;
    };
  }

  async function show({ message, onShown }: Shown, reply: Reply, fields: object): Promise<void> {
    const writer = pacer.open(reply);
    try {
      await writer.finish(message);
      await onShown?.(reply.ref);
    } catch (error) {
      const gone = error instanceof ReplyGoneError;
      log.warn({ ...fields, reason: describeError(error), gone }, 'an answer could not be shown');
    } finally {
      writer.close();
    }
  }

  async function handle(invocation: Invocation, reply: Reply): Promise<void> {
    const fields = { event: invocation.eventId, command: invocation.command, person: invocation.person.id };
    const take = createTaker(invocation.eventId);
    let shown: Shown;
    try {
      if (await events.isTaken(invocation.eventId)) return;
      const accepted = await requests.accept(invocation, reply, take);
      if (accepted.type !== 'message') return;
      shown = accepted;
    } catch (error) {
      shown = { message: { text: explainError(error, log, fields) } };
    }
    // A refusal is said once however often its event is delivered; with the store away it is said all the same.
    if (await take().catch(() => true)) await show(shown, reply, fields);
  }

  return {
    handle,
    press: createButtonPresses({ ...options, show }),

    async suggest(commandName, optionName, typed) {
      const option = commands.get(commandName)?.options[optionName];
      if (option?.type === 'string') {
        try {
          return ((await option.suggest?.(typed)) ?? []).slice(0, MOST_CHOICES);
        } catch (error) {
          log.warn({ command: commandName, reason: describeError(error) }, 'nothing could be suggested');
          return [];
        }
      }
      if (option?.type !== 'choice') return [];
      return option.choices
        .filter((choice) => choice.includes(typed.toLowerCase()))
        .slice(0, MOST_CHOICES)
        .map((choice) => ({ name: choice, value: choice }));
    },

    async openForm(id, person, place) {
      try {
        const { command: name, argument } = readFormId(id);
        const command = requests.permitted(name, person);
        const context = { person, place, attachments: [], admin: requests.isAdmin(person) };
        if (command.form) return await command.form(argument, context);
        if (takesFile(command)) return optionForm(command, argument);
        throw new UserError('This button no longer does anything.');
      } catch (error) {
        return explainError(error, log, { form: id, person: person.id });
      }
    },

    submit({ id, fields, ...request }, reply) {
      const { command: name, argument } = readFormId(id);
      const command = commands.get(name);
      const args =
        command && !command.form && takesFile(command)
          ? readOptionForm(command, argument, fields)
          : readOwnForm(Object.keys(command?.options ?? {}), argument, fields);
      const attachments = Object.values(fields.files).flat();
      return handle({ ...request, command: name, args, attachments, fields: { ...fields, argument } }, reply);
    },
  };
}

/** The first option is the argument, unless it was filled in. */
function readOwnForm(options: readonly string[], argument: string, fields: FormFields): RawArguments {
  const given = Object.entries(fields.values).filter(([name]) => options.includes(name));
  const values = {
    ...(options[0] !== undefined && { [options[0]]: argument }),
    ...Object.fromEntries(given),
  };
  return { form: 'typed', values, files: firstFiles(fields.files) };
}

/** `form:<command>:<argument>`; the argument may hold colons. */
function readFormId(id: string): { readonly command: string; readonly argument: string } {
  const [, command = '', ...argument] = id.split(':');
  return { command, argument: argument.join(':') };
}
