/** The moments of a run at which a bot is killed, seen in what passes a gate; and its way from there to the end. */

import type { BotProcess } from './bot-process.ts';
import { dieAt } from './dying.ts';
import type { Passage } from './gate.ts';
import type { Platform, Stage } from './stage.ts';
import { allClosed } from './waiting.ts';

type Matcher = (passage: Passage) => boolean;

export interface Moment {
  readonly name: string;
  /** Whose gate it is seen at. */
  readonly at: 'replicate' | Platform;
  /** The first passage where it is true is where the process dies; neither request nor answer gets any further. */
  readonly when: Matcher;
}

/** A request that is sent and never arrives. */
export const before =
  (matches: Matcher): Matcher =>
  (passage) =>
    passage.when === 'before' && matches(passage);

/** A request that arrives and whose answer is lost. */
export const after =
  (matches: Matcher): Matcher =>
  (passage) =>
    passage.when === 'after' && matches(passage);

const isCreate = ({ method, path }: Passage) => method === 'POST' && path === '/v1/predictions';

/** Replicate is asked for the prediction, which has this status. */
export const isFound = (status: string) =>
  after(
    ({ method, path, answerBody }) =>
      method === 'GET' && path.startsWith('/v1/predictions/') && answerBody.includes(`"${status}"`),
  );

export const moneyHeld: Moment = {
  name: 'the money is held and nothing was sent',
  at: 'replicate',
  when: before(isCreate),
};

export const predictionCreated: Moment = {
  name: 'the prediction was created and its answer is lost',
  at: 'replicate',
  when: after(isCreate),
};

export const predictionEnded: Moment = {
  name: 'the prediction has ended and is not settled',
  at: 'replicate',
  when: isFound('succeeded'),
};

/** Kills a bot at this moment of what it is asked and starts another one. Resolves when that has closed the run. */
export async function dieAndGoOn<Asked>(
  stage: Stage,
  { at, when }: Moment,
  ask: (bot: BotProcess) => Asked | Promise<Asked>,
): Promise<{ asked: Asked; second: BotProcess }> {
  const gates = { replicate: stage.replicateGate, discord: stage.discordGate, slack: stage.slackGate };
  const first = await stage.startBot();
  const killed = dieAt(gates[at], when, first);
  const asked = await ask(first);
  await killed;
  const second = await stage.startBot();
  await allClosed(stage);
  return { asked, second };
}
