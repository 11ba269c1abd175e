/** Presses on the buttons under our replies: cancelling a run, and asking for something new from a finished one. */

import type { ButtonPress, Person, Reply, SurfaceName } from './chat.ts';
import { OperatorError, UserError } from './errors.ts';
import { explainError } from './explain-error.ts';
import type { Shown } from './handler.ts';
import type { Log } from './log.ts';
import type { Proposals } from './proposals.ts';
import type { Requests } from './requests.ts';
import type { Run } from './runs/run.ts';
import type { Runner } from './runs/runner.ts';
import type { RunStore } from './runs/store.ts';
import type { Surface } from './surface.ts';

export interface ButtonPressesOptions {
  readonly requests: Requests;
  readonly runner: Runner;
  readonly runs: RunStore;
  readonly proposals: Proposals;
  readonly surfaces: () => ReadonlyMap<SurfaceName, Surface>;
  readonly log: Log;
  readonly show: (shown: Shown, reply: Reply, fields: object) => Promise<void>;
}

const NOTHING = 'This button no longer does anything.';

/** Resolves with a short sentence for the one who pressed, or '' when the answer is shown elsewhere. Never throws. */
export function createButtonPresses(options: ButtonPressesOptions): (press: ButtonPress) => Promise<string> {
  const { requests, runner, runs, log } = options;

  async function cancel(run: Run, person: Person): Promise<string> {
    if (run.state === 'settled' || run.state === 'closed') return 'This has already ended.';
    // Also when it was pressed before: the first cancel may never have reached Replicate.
    await runner.cancel(run, person.id);
    if (run.cancelledBy !== undefined) return 'This is being cancelled already.';
    return 'Cancelled. It costs what it has used until now.';
  }

  async function followUp(name: string, run: Run, press: ButtonPress): Promise<string> {
    const { person, place, eventId } = press;
    const command = requests.permitted(run.command, person);
    const offered = run.plan.followUps?.some((offer) => offer.name === name);
    if (!offered || command.kind !== 'model') return NOTHING;
    const context = { person, place, attachments: [], admin: requests.isAdmin(person) };
    const reply = press.reply();
    const accepted = await requests.run(
      { eventId, command: run.command, person, place },
      async () => {
        if (!command.followUp) throw new UserError(NOTHING);
        return command.followUp(name, run, context);
      },
      reply,
      () => requests.events.take(eventId),
    );
    if (accepted.type === 'message') await options.show(accepted, reply, fieldsOf(press));
    return '';
  }

  /**
   * The question turns into the answer, or into the reason why there will be none. Whoever has to wait for their other
   * requests can press again.
   */
  async function decide(press: ButtonPress, id: string, yes: boolean): Promise<string> {
    const proposal = await options.proposals.find(id, press.person);
    if (typeof proposal === 'string') return proposal;
    const { person } = press;
    const { request, plan, replyRef } = proposal;
    const question = options.surfaces().get(replyRef.surface)?.reopen(replyRef);
    if (!question) return NOTHING;
    const reply = question.unchangeable ? press.reply() : question;
    // One event for both buttons, however often they are pressed.
    const eventId = `proposal:${id}`;
    const decided = 'This was decided already.';
    let text = 'Not run. Nothing was charged.';
    if (yes) {
      try {
        // What the one who presses may do, and which roles they have, is as it is now.
        requests.permitted(request.command, person);
        const accepted = await requests.admit({ ...request, eventId, person }, plan, reply);
        return accepted.type === 'duplicate' ? decided : '';
      } catch (error) {
        if (!(error instanceof UserError) || error.kind === 'limit') throw error;
        text = error.message;
      }
    }
    if (!(await requests.events.take(eventId))) return decided;
    await options.show({ message: { text } }, reply, fieldsOf(press));
    return '';
  }

  return async (press) => {
    const { id, person } = press;
    try {
      const [action = '', runId = ''] = id.split(':');
      if (action === 'confirm' || action === 'decline')
        return await decide(press, runId, action === 'confirm');
      const run = await runs.get(runId);
      if (!run) return NOTHING;
      if (run.personId !== person.id && !requests.isAdmin(person))
        return 'Only the one who asked or an admin can do this.';
      return action === 'cancel' ? await cancel(run, person) : await followUp(action, run, press);
    } catch (error) {
      const refusal = error instanceof UserError || error instanceof OperatorError;
      const sentence = explainError(error, log, fieldsOf(press));
      return refusal ? sentence : 'That did not work. Please press again.';
    }
  };
}

function fieldsOf({ id, person }: ButtonPress): object {
  return { button: id, person: person.id };
}
