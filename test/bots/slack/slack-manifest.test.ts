/** The manifest asks for what the surface handles, within Slack's limits. */

import { describe, expect, it } from 'vitest';
import { slackManifest } from '../../../src/bots/slack/manifest.ts';
import { commands, createBench, eventually } from './slack-harness.ts';

describe('the Slack manifest', () => {
  const socket = JSON.parse(JSON.stringify(slackManifest(commands, { mode: 'socket' })));
  const http = JSON.parse(
    JSON.stringify(slackManifest(commands, { mode: 'http', publicUrl: 'https://bot.example/' })),
  );

  it('keeps within Slack’s limits', () => {
    expect(socket.display_information.name.length).toBeLessThanOrEqual(35);
    expect(socket.display_information.description.length).toBeLessThanOrEqual(140);
    expect(socket.features.bot_user.display_name.length).toBeLessThanOrEqual(80);
    expect(socket.features.slash_commands.length).toBeLessThanOrEqual(50);
    for (const { command, description, usage_hint: hint = '' } of socket.features.slash_commands) {
      expect(command).toMatch(/^\/[a-z-]{1,31}$/);
      expect(description.length).toBeLessThanOrEqual(2000);
      expect(hint.length).toBeLessThanOrEqual(1000);
    }
  });

  it('has one slash command for every first word, with its options', () => {
    const hints = socket.features.slash_commands.map((slash: Record<string, unknown>) => [
      slash.command,
      slash.usage_hint,
    ]);
    expect(hints).toEqual([
      ['/ask', 'prompt [--model llama/claude] [--private]'],
      ['/transcribe', undefined],
      ['/usage', undefined],
      ['/budget', 'view | set amount [--person person] [--role role] [--channel channel]'],
    ]);
  });

  it('lists only events and commands that are answered', async () => {
    const bench = await createBench('socket');
    await bench.start();
    try {
      expect(socket.settings.event_subscriptions.bot_events).toEqual([
        'app_mention',
        'message.im',
        'agent_session_stopped',
      ]);
      await bench.slack.mention('<@bot> x');
      await bench.slack.directMessage('x');
      for (const { command } of socket.features.slash_commands) await bench.slack.slash(command, 'view');
      await eventually(() => bench.invocations.length === 6);
    } finally {
      await bench.close();
    }
  });

  it('offers the message shortcuts that are answered', async () => {
    const { shortcuts } = socket.features;
    expect(shortcuts.map(({ name, type }: Record<string, unknown>) => [name, type])).toEqual([
      ['Ask about this', 'message'],
      ['Transcribe this', 'message'],
    ]);
    for (const { name, description } of shortcuts) {
      expect(name.length).toBeLessThanOrEqual(24);
      expect(description.length).toBeLessThanOrEqual(150);
    }
    const bench = await createBench('socket');
    await bench.start();
    try {
      const { message } = await bench.slack.directMessage('about me');
      await eventually(() => bench.invocations[0]);
      for (const { callback_id: id } of shortcuts) await bench.slack.shortcut(message, id);
      await eventually(() => bench.slack.world.views.length === 1 && bench.invocations.length === 2);
    } finally {
      await bench.close();
    }
  });

  it('asks for the scopes of everything that it calls', async () => {
    const scopes: string[] = socket.oauth_config.scopes.bot;
    for (const scope of [
      'files:read',
      'files:write',
      'im:write',
      'usergroups:read',
      'users:read',
      'assistant:write',
    ])
      expect(scopes).toContain(scope);
    expect(new Set(scopes).size).toBe(scopes.length);
    expect(socket.features.agent_view.agent_description.length).toBeLessThanOrEqual(300);
  });

  it('names the request URL over HTTP and none over sockets', () => {
    const url = 'https://bot.example/slack/events';
    expect(socket.settings.socket_mode_enabled).toBe(true);
    expect(JSON.stringify(socket)).not.toContain('/slack/events');
    expect(http.settings.socket_mode_enabled).toBe(false);
    expect(http.settings.event_subscriptions.request_url).toBe(url);
    expect(http.settings.interactivity.request_url).toBe(url);
    expect(http.features.slash_commands[0].url).toBe(url);
  });
});
