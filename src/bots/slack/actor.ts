/** Who pressed, chose or filled in something on Slack, and how they can be told what came of it. */

import { OperatorError } from '../../core/errors.ts';
import { describeError, type Log } from '../../core/log.ts';
import type { SlackApi } from './api.ts';
import { renderPage } from './page-blocks.ts';
import type { ReplyPlace } from './requests.ts';

/** Their reply's place; `private` when what they touched is seen by them alone. */
export interface Actor extends ReplyPlace {
  readonly eventId: string;
  readonly userName?: string;
}

export interface Actors {
  /** Shows a sentence to the one who acted, wherever that was. An empty one is not shown. */
  tell(actor: Actor, text: string): Promise<void>;
  /** Does what was asked for, after the acknowledgement. Never rejects: what goes wrong is logged and told. */
  keep(actor: Actor, what: string, work: Promise<void>): Promise<void>;
}

interface ActorsOptions {
  readonly api: SlackApi;
  readonly log: Log;
  /** Keeps a promise that nothing waits for, so that a stop can; returns it. */
  readonly keep: (work: Promise<void>) => Promise<void>;
}

export function createActors({ api, log, keep }: ActorsOptions): Actors {
  async function tell({ channel, userId, threadTs, responseUrl }: Actor, text: string): Promise<void> {
    if (text === '') return;
    const page = renderPage({ text });
    const where = { channel, user: userId, ...(threadTs ? { threadTs } : {}) };
    await api.whisper(where, page).catch((error: unknown) => {
      if (responseUrl === undefined) throw error;
      return api.respond(responseUrl, page, { private: true });
    });
  }

  async function failed(actor: Actor, what: string, error: unknown): Promise<void> {
    log.error({ error: describeError(error), what }, 'an action on Slack failed');
    const sentence =
      error instanceof OperatorError ? error.forPerson : 'That did not work. Please try again.';
    await tell(actor, sentence).catch((untold: unknown) => {
      log.warn({ error: describeError(untold), what }, 'nobody could be told that an action failed');
    });
  }

  return {
    tell,
    keep: (actor, what, work) => keep(work.catch((error: unknown) => failed(actor, what, error))),
  };
}
