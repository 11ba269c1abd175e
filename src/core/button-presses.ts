/** Presses on the buttons under our replies: cancelling a run, and asking for something new from a finished one. */

import type { ButtonPress, Message, Person, Reply } from './chat.ts';
import type { Command } from './command.ts';
import { OperatorError, UserError } from './errors.ts';
import { explainError } from './explain-error.ts';
import type { Log } from './log.ts';
import type { RequestLimits } from './request-limits.ts';
import type { Run } from './runs/run.ts';
import type { Runner } from './runs/runner.ts';
import type { Admission, RunStore } from './runs/store.ts';

export interface ButtonPressesOptions {
  readonly commands: ReadonlyMap<string, Command>;
  readonly isAdmin: (person: Person) => boolean;
  readonly runner: Runner;
  readonly runs: RunStore;
  readonly limits: RequestLimits;
  readonly log: Log;
  /** What is said of an admission; undefined when the run's answer follows by itself. */
  readonly describeAdmission: (admission: Admission) => Message | undefined;
  /** Shows a finished message. */
  readonly show: (message: Message, reply: Reply, fields: object) => Promise<void>;
}

/** Resolves with a short sentence for the one who pressed, or '' when the answer is shown elsewhere. Never throws. */
export function createButtonPresses(options: ButtonPressesOptions): (press: ButtonPress) => Promise<string> {
  const { commands, isAdmin, runner, runs, limits, log } = options;

  async function cancel(run: Run, person: Person): Promise<string> {
    if (run.state === 'settled' || run.state === 'closed') return 'This has already ended.';
    // Also when it was pressed before: the first cancel may never have reached Replicate.
    await runner.cancel(run, person.id);
    if (run.cancelledBy !== undefined) return 'This is being cancelled already.';
    return 'Cancelled. It costs what it has used until now.';
  }

  async function followUp(name: string, run: Run, press: ButtonPress): Promise<string> {
    const command = commands.get(run.command);
    const offered = run.plan.followUps?.some((offer) => offer.name === name);
    if (!offered || command?.kind !== 'model' || !command.followUp)
      return 'This button no longer does anything.';
    const { person, place, eventId } = press;
    await limits.take(person.id);
    const plan = await command.followUp(name, run, {
      person,
      place,
      attachments: [],
      admin: isAdmin(person),
    });
    const reply = press.reply();
    const message = options.describeAdmission(
      await runner.admit({ eventId, command: run.command, person, place }, plan, reply),
    );
    if (message) await options.show(message, reply, { button: press.id, person: person.id });
    return '';
  }

  return async (press) => {
    const { id, person } = press;
    try {
      const [action = '', runId = ''] = id.split(':');
      const run = await runs.get(runId);
      if (!run) return 'This button no longer does anything.';
      if (run.personId !== person.id && !isAdmin(person))
        return 'Only the one who asked or an admin can do this.';
      return action === 'cancel' ? await cancel(run, person) : await followUp(action, run, press);
    } catch (error) {
      const refusal = error instanceof UserError || error instanceof OperatorError;
      const sentence = explainError(error, log, { button: id, person: person.id });
      return refusal ? sentence : 'That did not work. Please press again.';
    }
  };
}
