/** Signing in, registering commands only when they changed, and coming back after the gateway was lost. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import { OperatorError } from '../../../src/core/errors.ts';
import { createDiscordStandin, type DiscordStandin } from '../../standins/discord/standin.ts';
import { startDiscordBot } from './discord-bot.ts';

describe('the Discord surface', () => {
  const open: DiscordStandin[] = [];
  const newStandin = async () => {
    const standin = await createDiscordStandin();
    open.push(standin);
    return standin;
  };
  afterEach(async () => {
    for (const standin of open.splice(0)) await standin.close();
  });

  it('registers its commands once, and again only when Discord has others', async () => {
    const standin = await newStandin();
    for (let life = 0; life < 3; life++) await (await startDiscordBot({ standin })).surface.stop();
    expect(standin.world.commandPuts).toBe(1);
    expect(standin.world.commands.map((command) => command.name)).toEqual(['ask', 'usage', 'help', 'budget']);
    expect(standin.world.commands.every((command) => String(command.contexts) === '0,1,2')).toBe(true);
    expect(standin.world.commands.at(-1)?.default_member_permissions).toBe('32');
    standin.world.commands.pop();
    await (await startDiscordBot({ standin })).surface.stop();
    expect(standin.world.commandPuts).toBe(2);
  });

  it('asks for no privileged intent', async () => {
    const standin = await newStandin();
    const { surface } = await startDiscordBot({ standin });
    expect(surface.ready).toBe(true);
    expect(standin.identifies).toMatchObject([{ intents: (1 << 0) | (1 << 9) | (1 << 12) }]);
    await surface.stop();
    expect(surface.ready).toBe(false);
  });

  it('says that the token was refused, without the token', async () => {
    const standin = await newStandin();
    const start = startDiscordBot({ standin, token: 'secret-but-wrong' });
    await expect(start).rejects.toThrow(OperatorError);
    await expect(start).rejects.toThrow(/DISCORD_TOKEN/);
    await expect(start).rejects.not.toThrow(/secret-but-wrong/);
  });

  it('comes back after the gateway was lost, and misses nothing said meanwhile', async () => {
    const standin = await newStandin();
    const bot = await startDiscordBot({ standin });
    standin.disconnect();
    standin.mention('while you were away');
    const { invocation } = await bot.next();
    expect(invocation.args).toEqual({ form: 'text', text: 'while you were away' });
    await vi.waitFor(() => expect(bot.surface.ready).toBe(true));
    await bot.surface.stop();
  });
});
