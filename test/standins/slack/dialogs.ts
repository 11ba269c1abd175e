/** What people do in the Slack stand-in beside writing: choose message shortcuts, fill in modals, stop an agent. */

import type { Deliveries, Delivery } from './deliveries.ts';
import { asObject, asObjects, asString, type Json } from './refusal.ts';
import { ALICE, latest, type StandinMessage, type StandinView, type World } from './world.ts';

export interface Dialogs {
  /** Chooses a message shortcut on somebody's message. */
  shortcut(
    message: StandinMessage,
    callbackId: string,
    more?: { user?: string; files?: readonly Json[] },
  ): Promise<Delivery>;
  /**
   * Submits a modal with what was typed, chosen, ticked or uploaded (files as `file` gave them), by block id. Refuses what
   * Slack's client refuses: required fields left empty, choices that are not offered.
   */
  submit(
    view: StandinView,
    filled: Readonly<Record<string, string | boolean | readonly Json[]>>,
  ): Promise<Delivery>;
  /** Presses the agent's Stop button in a thread: Slack ends the live streams and tells the bot. */
  stop(channel: string, threadTs: string, user?: string): Promise<Delivery>;
}

export function createDialogs(world: World, deliveries: () => Deliveries, baseUrl: () => string): Dialogs {
  let counter = 0;
  const userOf = (id: string) => {
    const name = world.users.get(id)?.name.toLowerCase();
    return { id, name, username: name, team_id: world.team };
  };
  const team = () => ({ id: world.team, domain: 'standin' });

  return {
    shortcut(message, callbackId, { user = ALICE, files } = {}) {
      const triggerId = `shortcut.${++counter}`;
      world.triggers.set(triggerId, { user, since: world.now(), used: false });
      const url = `shortcut${counter}`;
      world.responseUrls.set(url, { channel: message.channel, user, since: world.now(), uses: 0 });
      return deliveries().send('interactive', triggerId, {
        type: 'message_action',
        token: 'unused',
        action_ts: world.nextTs(),
        team: team(),
        user: userOf(user),
        channel: { id: message.channel, name: world.channels.get(message.channel)?.name },
        callback_id: callbackId,
        trigger_id: triggerId,
        message_ts: message.ts,
        response_url: `${baseUrl()}/response/${url}`,
        message: {
          type: 'message',
          user: message.author,
          ts: message.ts,
          text: latest(message).text,
          ...(message.threadTs ? { thread_ts: message.threadTs } : {}),
          ...(files ? { files } : {}),
        },
      });
    },
    submit({ id, user, view }, filled) {
      const blocks = asObjects(view.blocks, 'invalid_arguments');
      const values = Object.fromEntries(
        blocks.map((block) => {
          const element = asObject(block.element, 'invalid_arguments');
          const name = asString(block.block_id);
          const state = stateOf(element, filled[name], block.optional === true);
          return [name, { [asString(element.action_id)]: { type: element.type, ...state } }];
        }),
      );
      return deliveries().send('interactive', `submit.${++counter}`, {
        type: 'view_submission',
        token: 'unused',
        team: team(),
        user: userOf(user),
        api_app_id: 'A0APP',
        trigger_id: `submit.${counter}`,
        view: { ...view, id, state: { values } },
        response_urls: [],
      });
    },
    stop(channel, threadTs, user = ALICE) {
      const live = world.messages.filter(
        (message) =>
          message.channel === channel && message.threadTs === threadTs && message.stream === 'live',
      );
      for (const message of live) message.stream = 'stopped';
      const eventId = `EvStop${++counter}`;
      return deliveries().send('events_api', eventId, {
        type: 'event_callback',
        token: 'unused',
        team_id: world.team,
        api_app_id: 'A0APP',
        event_id: eventId,
        event_time: Math.floor(world.now() / 1000),
        event: {
          type: 'agent_session_stopped',
          channel,
          thread_ts: threadTs,
          user,
          streaming_message_ts: live.map((message) => message.ts),
          event_ts: world.nextTs(),
        },
        authorizations: [{ enterprise_id: null, team_id: world.team, user_id: world.botUser, is_bot: true }],
      });
    },
  };
}

function stateOf(
  element: Json,
  filled: string | boolean | readonly Json[] | undefined,
  optional: boolean,
): Json {
  const options = asObjects(element.options, 'invalid_arguments');
  switch (element.type) {
    case 'checkboxes': {
      const ticked = filled ?? asObjects(element.initial_options, 'invalid_arguments').length > 0;
      return { selected_options: ticked ? options : [] };
    }
    case 'static_select': {
      const chosen = options.find((option) => option.value === filled) ?? element.initial_option ?? null;
      if (filled !== undefined && Object(chosen).value !== filled)
        throw new Error(`${String(filled)} is not offered`);
      if (!chosen && !optional) throw new Error('a required choice was left open');
      return { selected_option: chosen };
    }
    case 'file_input': {
      if (!filled && !optional) throw new Error('a required file is missing');
      const files = Array.isArray(filled) ? filled : [];
      const most = Number(element.max_files ?? 10);
      if (files.length > most) throw new Error(`${most} files at most`);
      return { files };
    }
    default: {
      const text = asString(filled ?? element.initial_value);
      if (!text && !optional) throw new Error('a required field was left empty');
      return { value: text || null };
    }
  }
}
