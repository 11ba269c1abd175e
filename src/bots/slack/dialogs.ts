/** Message shortcuts and forms: what opens a dialog on Slack, and what is done with what was filled in. */

import type { App } from '@slack/bolt';
import type { AboutMessage } from '../../core/chat.ts';
import type { Command } from '../../core/command.ts';
import { type Form, firstFiles } from '../../core/form.ts';
import { describeError, type Log } from '../../core/log.ts';
import type { Handler } from '../../core/surface.ts';
import type { Actor, Actors } from './actor.ts';
import type { SlackApi } from './api.ts';
import type { FileApi } from './file-api.ts';
import type { IncomingFiles } from './incoming-files.ts';
import { messageActions } from './message-actions.ts';
import { formModal, MODAL, type ModalPlace, readModal, readModalPlace } from './modal.ts';
import type { People } from './people.ts';
import type { Requests, SlackRequest } from './requests.ts';
import { decodeSlackText } from './text.ts';

interface DialogsOptions {
  readonly app: App;
  readonly commands: readonly Command[];
  readonly handler: Handler;
  readonly requests: Requests;
  readonly people: People;
  readonly actors: Actors;
  readonly incoming: IncomingFiles;
  readonly api: SlackApi;
  readonly files: FileApi;
  readonly log: Log;
}

export interface Dialogs {
  /** Shows the form behind a button, or says why there is none. */
  openForm(id: string, triggerId: string, actor: Actor): Promise<void>;
}

type CarriedMessage = NonNullable<ModalPlace['about']>;

export function addDialogs(options: DialogsOptions): Dialogs {
  const { app, commands, handler, requests, people, actors, incoming, api, log } = options;

  const personOf = ({ userId, userName }: Actor) => people.person(userId, { name: userName, rights: true });

  /** Slack takes a view for three seconds after what it answers. */
  async function show(
    form: Pick<Form, 'title' | 'fields'>,
    triggerId: string,
    actor: Actor,
    what: Pick<ModalPlace, 'purpose' | 'about'>,
  ): Promise<void> {
    const { channel, threadTs, responseUrl, private: isPrivate } = actor;
    const place = { ...what, channel, threadTs, responseUrl, private: isPrivate };
    try {
      await app.client.views.open({ trigger_id: triggerId, view: formModal(form, place) });
    } catch (error) {
      log.warn({ error: describeError(error) }, 'a form could not be opened');
      await actors.tell(actor, 'The form could not be opened in time. Please try again.');
    }
  }

  async function submit(place: ModalPlace, values: unknown, actor: Actor): Promise<void> {
    const fields = readModal(values, incoming.attachments);
    const about = place.about && (await readAbout(place.channel, place.about));
    const { purpose } = place;
    if ('form' in purpose) {
      const person = await personOf(actor);
      const where = requests.place(actor.channel, actor.threadTs);
      const submission = { eventId: actor.eventId, id: purpose.form, fields, person, place: where };
      return handler.submit(submission, requests.reply(actor));
    }
    const command = commands.find(({ name }) => name === purpose.command);
    const { values: given, files } = fields;
    const args = { form: 'typed', values: given, files: firstFiles(files) } as const;
    if (command && about) await use(command, about, actor, args);
  }

  /** The message as the dialog carried it; what had no room there is read again. */
  async function readAbout(channel: string, carried: CarriedMessage): Promise<AboutMessage> {
    const { ts, threadTs, cut } = carried;
    const read = cut ? await api.readText({ channel, ...(threadTs && { threadTs }) }, ts) : undefined;
    const files = await Promise.all(carried.files.map((id) => options.files.describe(id)));
    const text = read === undefined ? carried.text : decodeSlackText(read);
    return { text, attachments: incoming.attachments(files) };
  }

  function use(
    command: Command,
    about: AboutMessage,
    actor: Actor,
    args: SlackRequest['args'],
  ): Promise<void> {
    return requests.serve({ ...actor, command, args, about, attachments: [], quoted: true });
  }

  for (const { command, action, callbackId, label } of messageActions(commands)) {
    app.shortcut({ type: 'message_action', callback_id: callbackId }, async ({ shortcut, ack }) => {
      await ack();
      const { message, channel, user, response_url: responseUrl, trigger_id: triggerId } = shortcut;
      const inThread: unknown = message.thread_ts;
      const threadTs = typeof inThread === 'string' ? inThread : undefined;
      const actor: Actor = {
        eventId: `slack:${triggerId}`,
        userId: user.id,
        userName: user.name,
        channel: channel.id,
        // The answer belongs below the message that it is about.
        threadTs: threadTs ?? message.ts,
        responseUrl,
        private: command.private === true,
      };
      const text = decodeSlackText(message.text ?? '');
      if (!action.asks) {
        const about = { text, attachments: incoming.attachments(message.files) };
        return void actors.keep(actor, callbackId, use(command, about, actor, { form: 'typed', values: {} }));
      }
      const about = { ts: message.ts, threadTs, text, cut: false, files: idsOf(message.files) };
      const what = { purpose: { command: command.name }, about };
      void actors.keep(
        actor,
        callbackId,
        show({ title: label, fields: [action.asks] }, triggerId, actor, what),
      );
    });
  }

  app.view({ callback_id: MODAL, type: 'view_submission' }, async ({ ack, body, view }) => {
    await ack();
    const place = readModalPlace(view.private_metadata);
    if (!place) return;
    const { channel, threadTs, responseUrl, private: isPrivate } = place;
    // A view is submitted once.
    const eventId = `slack:${view.id}`;
    const who = { userId: body.user.id, userName: body.user.name };
    const actor: Actor = { eventId, ...who, channel, threadTs, responseUrl, private: isPrivate };
    void actors.keep(actor, 'a form', submit(place, view.state.values, actor));
  });

  return {
    async openForm(id, triggerId, actor) {
      const place = requests.place(actor.channel, actor.threadTs);
      const form = await handler.openForm(id, await personOf(actor), place);
      if (typeof form === 'string') return actors.tell(actor, form);
      await show(form, triggerId, actor, { purpose: { form: form.id } });
    },
  };
}

function idsOf(files: unknown): string[] {
  if (!Array.isArray(files)) return [];
  return files.flatMap((file: unknown) => {
    const id: unknown = Object(file).id;
    return typeof id === 'string' ? [id] : [];
  });
}
