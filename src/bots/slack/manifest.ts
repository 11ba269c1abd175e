/** The Slack app manifest for exactly what the surface handles. */

import type { Command, Option } from '../../core/command.ts';
import { firstWords } from './commands.ts';
import { messageActions } from './message-actions.ts';
import { shorten } from './text.ts';

export type ManifestOptions =
  | { readonly mode: 'socket' }
  /** `publicUrl` is where Slack reaches our HTTP server, without a path. */
  | { readonly mode: 'http'; readonly publicUrl: string };

const DESCRIPTION_LIMIT = 2000;
const USAGE_LIMIT = 1000;

/** What the bot may do in a workspace, and why. */
export const SCOPES: readonly string[] = [
  // Mentions, and the slash commands.
  'app_mentions:read',
  'commands',
  // Posting, editing, deleting our own messages; ephemeral ones.
  'chat:write',
  // Looking whether a post whose answer was lost is there; and direct messages.
  'channels:history',
  'groups:history',
  'im:history',
  'mpim:history',
  // Private answers that have no room in a channel, and their files.
  'im:write',
  // Files that people share, and those of our answers.
  'files:read',
  'files:write',
  // Streaming in direct messages, with a status and a Stop button.
  'assistant:write',
  // What people are called and who is an admin; the user groups that budgets are for.
  'users:read',
  'usergroups:read',
];

const BOT_EVENTS = ['app_mention', 'message.im', 'agent_session_stopped'];
const DESCRIPTION = 'Runs models hosted on Replicate: answers stream in, budgets hold.';
const SHORTCUT_DESCRIPTION_LIMIT = 150;

/** Plain JSON for "Create an app from a manifest". */
export function slackManifest(commands: readonly Command[], options: ManifestOptions): object {
  const url = options.mode === 'http' ? `${options.publicUrl.replace(/\/+$/, '')}/slack/events` : undefined;
  const requestUrl = url ? { request_url: url } : {};
  return {
    display_information: {
      name: 'Replibot',
      description: DESCRIPTION,
    },
    features: {
      // People write to the bot in its Messages tab.
      app_home: {
        home_tab_enabled: false,
        messages_tab_enabled: true,
        messages_tab_read_only_enabled: false,
      },
      agent_view: { agent_description: DESCRIPTION },
      bot_user: { display_name: 'replibot', always_online: options.mode === 'http' },
      slash_commands: firstWords(commands).map((word) => ({
        command: `/${word}`,
        description: shorten(descriptionOf(word, commands), DESCRIPTION_LIMIT),
        ...usageHint(word, commands),
        // People and channels arrive with their ids.
        should_escape: true,
        ...(url ? { url } : {}),
      })),
      shortcuts: messageActions(commands).map(({ command, label, callbackId }) => ({
        name: label,
        type: 'message',
        callback_id: callbackId,
        description: shorten(command.description, SHORTCUT_DESCRIPTION_LIMIT),
      })),
    },
    oauth_config: { scopes: { bot: SCOPES } },
    settings: {
      event_subscriptions: { ...requestUrl, bot_events: BOT_EVENTS },
      interactivity: { is_enabled: true, ...requestUrl },
      org_deploy_enabled: false,
      socket_mode_enabled: options.mode === 'socket',
      token_rotation_enabled: false,
    },
  };
}

function behind(word: string, commands: readonly Command[]): readonly Command[] {
  return commands.filter((command) => command.name.split(' ')[0] === word);
}

function descriptionOf(word: string, commands: readonly Command[]): string {
  return behind(word, commands)
    .map((command) => command.description)
    .join(' · ');
}

/** `prompt [--model llama]`; with subcommands, each of them. */
function usageHint(word: string, commands: readonly Command[]): { usage_hint?: string } {
  const hints = behind(word, commands).map((command) => {
    const second = command.name.split(' ').slice(1);
    // A file is not typed: it comes with a mention, a direct message or a form.
    const typed = Object.entries(command.options).filter(([, option]) => option.type !== 'attachment');
    const options = typed.map(([name, option], index) => hintOf(name, option, index));
    return [...second, ...options].join(' ');
  });
  const hint = shorten(hints.filter(Boolean).join(' | '), USAGE_LIMIT);
  return hint ? { usage_hint: hint } : {};
}

/** The first option is positional. */
function hintOf(name: string, option: Option, index: number): string {
  if (index === 0) return option.required ? name : `[${name}]`;
  const value = option.type === 'choice' ? option.choices.join('/') : name;
  const flag = option.type === 'boolean' ? `--${name}` : `--${name} ${value}`;
  return option.required ? flag : `[${flag}]`;
}
