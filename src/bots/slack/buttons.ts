/** Bolt's listeners for pressed buttons and the agent's Stop button. Acknowledges before anything else. */

import type { App } from '@slack/bolt';
import type { Message } from '../../core/chat.ts';
import type { Handler } from '../../core/surface.ts';
import type { Actor, Actors } from './actor.ts';
import type { Dialogs } from './dialogs.ts';
import type { People } from './people.ts';
import type { Requests } from './requests.ts';

interface ButtonsOptions {
  readonly app: App;
  readonly handler: Handler;
  readonly requests: Requests;
  readonly people: People;
  readonly actors: Actors;
  readonly dialogs: Dialogs;
  /** What the replies in a thread show that can be stopped. */
  readonly stoppable: (channel: string, threadTs: string) => readonly Message[];
}

export interface Buttons {
  /** Presses a message's Cancel button for the person who stopped it in Slack's own way. */
  cancel(message: Message, actor: Omit<Actor, 'private'>): Promise<void>;
}

export function addButtons(options: ButtonsOptions): Buttons {
  const { app, handler, requests, people, actors, dialogs } = options;

  async function press(id: string, actor: Actor): Promise<void> {
    const person = await people.person(actor.userId, { name: actor.userName, rights: true });
    const place = requests.place(actor.channel, actor.threadTs);
    const reply = () => requests.reply(actor);
    await actors.tell(actor, await handler.press({ eventId: actor.eventId, id, person, place, reply }));
  }

  async function cancel(message: Message, actor: Omit<Actor, 'private'>): Promise<void> {
    const button = message.buttons?.find(({ id }) => id.startsWith('cancel:'));
    if (!button) return;
    // Several runs may be stopped by one event.
    const eventId = `${actor.eventId}:${button.id}`;
    const pressing: Actor = { ...actor, eventId, private: false };
    await actors.keep(pressing, button.id, press(button.id, pressing));
  }

  app.action({ type: 'block_actions' }, async ({ body, ack }) => {
    await ack();
    const [action] = body.actions;
    const channel = body.channel?.id ?? body.container.channel_id;
    if (action?.type !== 'button' || typeof channel !== 'string') return;
    const thread: unknown = body.message?.thread_ts ?? body.container.thread_ts;
    const actor: Actor = {
      eventId: `slack:${body.trigger_id}`,
      userId: body.user.id,
      userName: body.user.name ?? body.user.id,
      channel,
      private: body.container.is_ephemeral === true,
      ...(typeof thread === 'string' && { threadTs: thread }),
      ...(body.response_url && { responseUrl: body.response_url }),
    };
    const { action_id: id } = action;
    const work = id.startsWith('form:') ? dialogs.openForm(id, body.trigger_id, actor) : press(id, actor);
    void actors.keep(actor, id, work);
  });

  app.event('agent_session_stopped', async ({ event, body }) => {
    const { channel, thread_ts: threadTs, user: userId } = event;
    const actor = { eventId: `slack:${body.event_id}`, userId, channel, threadTs };
    await Promise.all(options.stoppable(channel, threadTs).map((message) => cancel(message, actor)));
  });

  return { cancel };
}
