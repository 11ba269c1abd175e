/** Signing in, registering commands only when they changed, and coming back after the gateway was lost. */

import { afterEach, describe, expect, it } from 'vitest';
import { OperatorError } from '../../../src/core/errors.ts';
import { createDiscordStandin, type DiscordStandin } from '../../standins/discord/standin.ts';
import { startDiscordBot, until } from './discord-bot.ts';

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
    expect(standin.world.commands.map(({ type, name }) => `${type} ${name}`)).toEqual([
      '1 ask',
      '1 transcribe',
      '1 usage',
      '1 help',
      '1 budget',
      '3 Ask about this',
      '3 Transcribe this',
    ]);
    expect(standin.world.commands.every((command) => String(command.contexts) === '0,1,2')).toBe(true);
    const budget = standin.world.commands.find(({ name }) => name === 'budget');
    expect(budget?.default_member_permissions).toBe('32');
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

  const refusals = [
    [4004, /4004.*DISCORD_TOKEN/],
    [4010, /4010.*DISCORD_SHARDS/],
    [4011, /4011.*DISCORD_SHARDS/],
    [4013, /4013.*Guilds, GuildMessages, DirectMessages/],
    [4014, /4014.*Privileged Gateway Intents/],
  ] as const;

  it.each(refusals)('says what to do when Discord closes the gateway with %i', async (code, sentence) => {
    const standin = await newStandin();
    standin.refuseIdentify(code);
    const start = startDiscordBot({ standin });
    await expect(start).rejects.toThrow(OperatorError);
    await expect(start).rejects.toThrow(sentence);
    await expect(start).rejects.not.toThrow(standin.token);
  });

  it('logs what to do when the token is taken away later, and is not ready any more', async () => {
    const standin = await newStandin();
    const bot = await startDiscordBot({ standin });
    standin.refuseIdentify(4004);
    standin.disconnect(4004);
    await until(() => expect(bot.logged.join()).toMatch(/for good.*4004.*DISCORD_TOKEN/));
    expect(bot.surface.ready).toBe(false);
    await bot.surface.stop();
  });

  it('serves the shards that it was given, and gets the events of their servers alone', async () => {
    const standin = await newStandin();
    const home = Number((BigInt(standin.channel.guildId ?? '0') >> 22n) % 2n);
    const bots = await Promise.all(
      [home, 1 - home].map((shard) => startDiscordBot({ standin, shards: { ids: [shard], total: 2 } })),
    );
    expect(standin.identifies.map((each) => JSON.stringify(Reflect.get(each, 'shard'))).sort()).toEqual([
      '[0,2]',
      '[1,2]',
    ]);
    const asked = standin.mention('hi');
    const [mine, other] = bots;
    expect((await mine?.next())?.invocation.eventId).toBe(`discord:${asked.id}`);
    standin.directMessage('hello');
    const direct = home === 0 ? mine : other;
    expect((await direct?.next())?.invocation.place.direct).toBe(true);
    expect(bots.map((bot) => bot.taken.length).reduce((sum, count) => sum + count)).toBe(2);
    for (const bot of bots) await bot.surface.stop();
  });

  it('opens as many shards as Discord recommends when it was given none', async () => {
    const standin = await newStandin();
    standin.world.recommendedShards = 3;
    const bot = await startDiscordBot({ standin });
    expect(standin.connected()).toBe(3);
    expect(standin.identifies.map((each) => Reflect.get(each, 'shard')?.[1])).toEqual([3, 3, 3]);
    await bot.surface.stop();
  });

  it('comes back after the gateway was lost, and misses nothing said meanwhile', async () => {
    const standin = await newStandin();
    const bot = await startDiscordBot({ standin });
    standin.disconnect();
    standin.mention('while you were away');
    const { invocation } = await bot.next();
    expect(invocation.args).toEqual({ form: 'text', text: 'while you were away' });
    await until(() => expect(bot.surface.ready).toBe(true));
    await bot.surface.stop();
  });
});
