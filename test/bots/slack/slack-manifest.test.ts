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
      ['/usage', undefined],
      ['/budget', 'view | set amount [--person person]'],
    ]);
  });

  it('lists only events and commands that are answered', async () => {
    const bench = await createBench('socket');
    await bench.start();
    try {
      expect(socket.settings.event_subscriptions.bot_events).toEqual(['app_mention', 'message.im']);
      await bench.slack.mention('<@bot> x');
      await bench.slack.directMessage('x');
      for (const { command } of socket.features.slash_commands) await bench.slack.slash(command, 'view');
      await eventually(() => bench.invocations.length === 5);
    } finally {
      await bench.close();
    }
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
