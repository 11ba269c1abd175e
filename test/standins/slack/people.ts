/** What people do in the Slack stand-in: type commands, mention the bot, write to it, press buttons. */

import type { Deliveries, Delivery } from './deliveries.ts';
import { add } from './messages.ts';
import type { Json } from './refusal.ts';
import {
  ALICE,
  buttonsOf,
  DIRECT,
  GENERAL,
  latest,
  type ResponseUrl,
  type StandinMessage,
  type World,
} from './world.ts';

interface Where {
  readonly user?: string;
  readonly channel?: string;
  readonly thread_ts?: string;
  readonly files?: readonly Json[];
}

export interface People {
  slash(command: string, text: string, where?: Where): Promise<Delivery>;
  /** `text` is what Slack sends: escaped, with the bot's mention in it (`<@bot>` stands for it). */
  mention(
    text: string,
    where?: Where,
  ): Promise<{ delivery: Delivery; message: StandinMessage; eventId: string }>;
  directMessage(
    text: string,
    extra?: Json,
  ): Promise<{ delivery: Delivery; message: StandinMessage; eventId: string }>;
  /** Presses the button with this action_id on the message as it stands now. */
  press(message: StandinMessage, actionId: string, user?: string): Promise<Delivery>;
}

export function createPeople(world: World, deliveries: () => Deliveries, baseUrl: () => string): People {
  let counter = 0;
  const nextId = (prefix: string) => `${prefix}${++counter}`;
  const nextTrigger = (user: string) => {
    const id = nextId('trigger.');
    world.triggers.set(id, { user, since: world.now(), used: false });
    return id;
  };

  function responseUrl(entry: Omit<ResponseUrl, 'since' | 'uses'>): string {
    const id = nextId('url');
    world.responseUrls.set(id, { ...entry, since: world.now(), uses: 0 });
    return `${baseUrl()}/response/${id}`;
  }

  async function sendEvent(
    event: Json,
    where: { user: string; channel: string; thread?: string | undefined; text: string },
  ) {
    const version = { at: world.now(), text: where.text, blocks: [], pings: [] };
    const author = { channel: where.channel, author: where.user, through: 'person' as const };
    const message = add(world, { ...author, version, ...(where.thread ? { threadTs: where.thread } : {}) });
    const eventId = nextId('Ev');
    const full = { ...event, user: where.user, text: where.text, ts: message.ts, event_ts: message.ts };
    const delivery = await deliveries().send('events_api', eventId, {
      type: 'event_callback',
      token: 'unused',
      team_id: world.team,
      api_app_id: 'A0APP',
      event: { ...full, channel: where.channel, ...(where.thread ? { thread_ts: where.thread } : {}) },
      event_id: eventId,
      event_time: Math.floor(world.now() / 1000),
      authorizations: [
        {
          enterprise_id: null,
          team_id: world.team,
          user_id: world.botUser,
          is_bot: true,
          is_enterprise_install: false,
        },
      ],
    });
    return { delivery, message, eventId };
  }

  return {
    slash(command, text, where = {}) {
      const { user = ALICE, channel = GENERAL } = where;
      const triggerId = nextTrigger(user);
      return deliveries().send('slash_commands', triggerId, {
        token: 'unused',
        team_id: world.team,
        team_domain: 'standin',
        channel_id: channel,
        channel_name: world.channels.get(channel)?.name ?? 'unknown',
        user_id: user,
        user_name: world.users.get(user)?.name.toLowerCase() ?? 'unknown',
        command,
        text,
        api_app_id: 'A0APP',
        is_enterprise_install: 'false',
        response_url: responseUrl({ channel, user }),
        trigger_id: triggerId,
      });
    },
    mention(text, where = {}) {
      const { user = ALICE, channel = GENERAL, thread_ts: thread, files } = where;
      const written = text.replaceAll('<@bot>', `<@${world.botUser}>`);
      return sendEvent(
        { type: 'app_mention', ...(files ? { files } : {}) },
        { user, channel, thread, text: written },
      );
    },
    directMessage: (text, extra = {}) =>
      sendEvent({ type: 'message', channel_type: 'im', ...extra }, { user: ALICE, channel: DIRECT, text }),
    press(message, actionId, user = ALICE) {
      const button = buttonsOf(latest(message)).find((each) => each.actionId === actionId);
      if (!button) throw new Error(`the message has no button ${actionId}`);
      const triggerId = nextTrigger(user);
      const thread = message.threadTs ? { thread_ts: message.threadTs } : {};
      return deliveries().send('interactive', triggerId, {
        type: 'block_actions',
        token: 'unused',
        api_app_id: 'A0APP',
        team: { id: world.team, domain: 'standin' },
        user: {
          id: user,
          username: world.users.get(user)?.name,
          name: world.users.get(user)?.name,
          team_id: world.team,
        },
        channel: { id: message.channel, name: world.channels.get(message.channel)?.name },
        container: {
          type: 'message',
          message_ts: message.ts,
          channel_id: message.channel,
          is_ephemeral: message.ephemeralFor !== undefined,
          ...thread,
        },
        ...(message.ephemeralFor === undefined
          ? {
              message: {
                type: 'message',
                ts: message.ts,
                user: world.botUser,
                bot_id: world.botId,
                ...thread,
              },
            }
          : {}),
        trigger_id: triggerId,
        response_url: responseUrl({ channel: message.channel, user, original: message }),
        actions: [
          {
            type: 'button',
            action_id: actionId,
            value: button.value,
            block_id: 'b1',
            action_ts: world.nextTs(),
          },
        ],
      });
    },
  };
}
