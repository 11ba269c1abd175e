/** What arrives from Discord becomes an invocation, acknowledged in time. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../fake-clock.ts';
import { createDiscordStandin } from '../../standins/discord/standin.ts';
import { type DiscordBot, startDiscordBot, until, writeAll } from './discord-bot.ts';

describe('a request on Discord', () => {
  let bot: DiscordBot;
  beforeEach(async () => {
    bot = await startDiscordBot();
  });
  afterEach(() => bot.close());

  it('is acknowledged at once and answered in the message that says so', async () => {
    const { standin } = bot;
    const command = standin.sendCommand({
      name: 'ask',
      options: { prompt: 'Why is the sky blue?', length: 12 },
    });
    const { invocation, reply } = await bot.next();
    expect(command.acknowledgement()).toMatchObject({ type: 5 });
    expect(command.acknowledgement()?.afterMs).toBeLessThan(1000);
    await writeAll(reply, { text: 'Because of Rayleigh.' });
    expect(command.messages().map(standin.text)).toEqual(['Because of Rayleigh.']);
    expect(invocation).toEqual({
      eventId: `discord:${command.id}`,
      command: 'ask',
      args: { form: 'typed', values: { prompt: 'Why is the sky blue?', length: 12 } },
      person: { id: `discord:${standin.ada.id}`, name: 'Ada', platformAdmin: false },
      place: {
        surface: 'discord',
        workspace: standin.channel.guildId,
        channel: standin.channel.id,
        direct: false,
      },
      attachments: [],
    });
  });

  it('knows subcommands, people and Manage Server', async () => {
    const { standin } = bot;
    standin.sendCommand({ name: 'budget set', options: { amount: '5', who: standin.ada }, admin: true });
    const { invocation } = await bot.next();
    expect(invocation.command).toBe('budget set');
    expect(invocation.args).toEqual({
      form: 'typed',
      values: { amount: '5', who: `discord:${standin.ada.id}` },
    });
    expect(invocation.person.platformAdmin).toBe(true);
  });

  it('has numbers, roles and channels as its options are declared', async () => {
    const { standin } = bot;
    const role = standin.addRole('Painters');
    standin.sendCommand({ name: 'ask', options: { prompt: 'hi', warmth: 0.7 } });
    expect((await bot.next()).invocation.args).toEqual({
      form: 'typed',
      values: { prompt: 'hi', warmth: 0.7 },
    });
    const options = { amount: '5', role, where: standin.channel };
    standin.sendCommand({ name: 'budget set', options, admin: true });
    expect((await bot.next()).invocation.args).toEqual({
      form: 'typed',
      values: { amount: '5', role: `discord:${role}`, where: standin.channel.id },
    });
  });

  it('says which roles the asker has, and whether the channel is for adults only', async () => {
    const standin = await createDiscordStandin();
    const role = standin.addRole('Painters');
    const adult = standin.addChannel({ nsfw: true });
    const thread = standin.addChannel({ kind: 'thread', parentId: adult.id });
    const painter = standin.addUser('Frida', [role]);
    const roomy = await startDiscordBot({ standin });
    standin.sendCommand({ name: 'ask', options: { prompt: 'hi' }, user: painter, channel: adult });
    const typed = await roomy.next();
    standin.mention('hi', { user: painter, channel: thread });
    const written = await roomy.next();
    standin.mention('hi');
    const plain = await roomy.next();
    for (const { invocation } of [typed, written]) {
      expect(invocation.person.roles).toEqual([`discord:${role}`]);
      expect(invocation.place).toMatchObject({ channel: adult.id, ageRestricted: true });
    }
    expect(plain.invocation.person).not.toHaveProperty('roles');
    expect(plain.invocation.place).not.toHaveProperty('ageRestricted');
    await roomy.close();
  });

  it('brings its file under the name of the option', async () => {
    const { standin } = bot;
    const voice = {
      name: 'voice.ogg',
      url: 'https://cdn.test/voice.ogg',
      contentType: 'audio/ogg',
      sizeBytes: 12,
      durationSeconds: 3.5,
    };
    standin.sendCommand({ name: 'transcribe', options: { sound: voice } });
    const { invocation } = await bot.next();
    expect(invocation.args).toEqual({ form: 'typed', values: {}, files: { sound: voice } });
    expect(invocation.attachments).toEqual([]);
  });

  it('is answered in a direct message', async () => {
    const { standin } = bot;
    const channel = standin.directChannel(standin.ada);
    const command = standin.sendCommand({ name: 'ask', options: { prompt: 'hi' }, channel });
    const { invocation, reply } = await bot.next();
    expect(invocation.place).toEqual({ surface: 'discord', channel: channel.id, direct: true });
    await writeAll(reply, { text: 'Hello.' });
    expect(command.messages().map(standin.text)).toEqual(['Hello.']);
  });

  it('is answered where a person brought the app along, without the rights they have there', async () => {
    const { standin } = bot;
    const where = { channel: standin.elsewhere, userInstall: true, admin: true };
    const command = standin.sendCommand({ name: 'ask', options: { prompt: 'hi' }, ...where });
    const { invocation, reply } = await bot.next();
    expect(invocation.person.platformAdmin).toBe(false);
    expect(invocation.place.channel).toBe(standin.elsewhere.id);
    const text = 'All work and no play makes Jack a dull boy.\n'.repeat(190);
    await writeAll(reply, { text });
    expect(command.messages().map(standin.text).join('\n')).toBe(text.trim());
  });

  it('is answered to the asker alone when the command or the asker wants that', async () => {
    const { standin } = bot;
    const usage = standin.sendCommand({ name: 'usage' });
    await writeAll((await bot.next()).reply, { text: '$0.10' });
    const secret = standin.sendCommand({ name: 'ask', options: { prompt: 'psst', private: true } });
    await writeAll((await bot.next()).reply, { text: 'word '.repeat(900) });
    const open = standin.sendCommand({ name: 'ask', options: { prompt: 'hi', private: false } });
    await writeAll((await bot.next()).reply, { text: 'hello' });
    expect(usage.messages().map((each) => each.ephemeral)).toEqual([true]);
    expect(secret.messages().map((each) => each.ephemeral)).toEqual([true, true, true]);
    expect(open.messages().map((each) => each.ephemeral)).toEqual([false]);
  });

  it('by mention is a question, or a command when it begins with one', async () => {
    const { standin } = bot;
    const asked = standin.mention('Why is the sky blue?', {
      attachments: [
        { name: 'sky.png', url: 'https://cdn.test/sky.png', contentType: 'image/png', sizeBytes: 9 },
      ],
    });
    const first = await bot.next();
    expect(first.invocation).toMatchObject({
      eventId: `discord:${asked.id}`,
      command: 'ask',
      args: { form: 'text', text: 'Why is the sky blue?' },
      attachments: [
        { name: 'sky.png', url: 'https://cdn.test/sky.png', contentType: 'image/png', sizeBytes: 9 },
      ],
    });
    await until(() => expect(standin.world.typing).toHaveLength(1));
    await writeAll(first.reply, { text: 'Rayleigh.' });
    const answer = standin.messages(standin.channel).at(-1);
    expect(answer && standin.text(answer)).toBe('Rayleigh.');
    expect(answer?.replyTo).toBe(asked.id);
    standin.mention('budget set 5 --who Ada');
    expect((await bot.next()).invocation).toMatchObject({
      command: 'budget set',
      args: { form: 'text', text: '5 --who Ada' },
    });
    standin.mention('');
    expect((await bot.next()).invocation.command).toBe('help');
  });

  it('by mention in a thread is answered in the thread and counted on its channel', async () => {
    const { standin } = bot;
    standin.mention('hi', { channel: standin.thread });
    const { invocation, reply } = await bot.next();
    expect(invocation.place).toMatchObject({ channel: standin.channel.id, thread: standin.thread.id });
    await writeAll(reply, { text: 'Hello.' });
    expect(standin.messages(standin.thread).map(standin.text)).toContain('Hello.');
  });

  it('by direct message needs no mention, and what others say is left alone', async () => {
    const { standin } = bot;
    standin.say('not for the bot');
    standin.mention('from a bot', { user: { id: standin.world.nextId(), name: 'Robot', bot: true } });
    standin.directMessage('hello you');
    expect((await bot.next()).invocation).toMatchObject({
      command: 'ask',
      args: { form: 'text', text: 'hello you' },
      place: { direct: true },
    });
    expect(bot.taken).toHaveLength(1);
  });

  it('gets an empty list when suggestions take too long', async () => {
    const clock = createFakeClock();
    const slow = await startDiscordBot({ clock, suggest: () => new Promise(() => undefined) });
    const typing = slow.standin.autocomplete({ name: 'ask', options: { model: 'x' }, focused: 'model' });
    await until(async () => {
      await clock.advance(2500);
      expect(typing.acknowledgement()?.data).toEqual({ choices: [] });
    });
    await slow.close();
  });

  it('gets suggestions while it is typed, at most 25', async () => {
    const { standin } = bot;
    const typing = standin.autocomplete({ name: 'ask', options: { model: 'lla' }, focused: 'model' });
    await until(() => expect(typing.acknowledgement()?.type).toBe(8));
    const choices = typing.acknowledgement()?.data.choices;
    expect(choices).toHaveLength(25);
    expect(choices).toContainEqual({ name: 'ask model lla 0', value: 'm0' });
  });

  it('by a button is answered to the one who pressed alone', async () => {
    const { standin } = bot;
    const command = standin.sendCommand({ name: 'ask', options: { prompt: 'hi' } });
    const { reply } = await bot.next();
    await reply.write(
      { text: 'Once', buttons: [{ id: 'cancel:1', label: 'Cancel', style: 'danger' }] },
      false,
    );
    const [message] = command.messages();
    if (!message) throw new Error('there is no answer');
    const press = standin.press(message, 'cancel:1');
    await until(() => expect(press.followUps().map(standin.text)).toEqual(['Stopping @everyone.']));
    expect(press.followUps().map((each) => each.ephemeral)).toEqual([true]);
    expect(press.acknowledgement()).toMatchObject({ type: 6 });
    expect(command.messages().map(standin.text)).toEqual(['Once']);
    expect(bot.presses).toMatchObject([
      { eventId: `discord:${press.id}`, id: 'cancel:1', person: { id: `discord:${standin.ada.id}` } },
    ]);
    expect(standin.pings()).toEqual([]);
  });

  it('is acknowledged although the first try fails on the way', async () => {
    const { standin } = bot;
    standin.failNext('POST', /callback$/, 502);
    const command = standin.sendCommand({ name: 'ask', options: { prompt: 'hi' } });
    await bot.next();
    expect(command.acknowledgement()?.type).toBe(5);
  });

  it('that Discord gave up on is not begun', async () => {
    const { standin } = bot;
    standin.failNext('POST', /callback$/, 404, 10062);
    standin.sendCommand({ name: 'ask', options: { prompt: 'hi' } });
    await until(() => expect(bot.logged.join()).toContain('could not be answered'));
    expect(bot.taken).toEqual([]);
  });

  it('that another process was quicker to answer is left to that one', async () => {
    const { standin } = bot;
    standin.failNext('POST', /callback$/, 400, 40060);
    standin.sendCommand({ name: 'ask', options: { prompt: 'hi' } });
    await until(() => expect(bot.logged.join()).toContain('could not be answered'));
    expect(bot.taken).toEqual([]);
  });

  it('is not taken any more once the surface drains, while replies can still be written', async () => {
    const { standin } = bot;
    const before = standin.sendCommand({ name: 'ask', options: { prompt: 'hi' } });
    const { reply } = await bot.next();
    await bot.surface.drain();
    standin.sendCommand({ name: 'ask', options: { prompt: 'too late' } });
    await writeAll(reply, { text: 'still here' });
    expect(before.messages().map(standin.text)).toEqual(['still here']);
    expect(bot.taken).toHaveLength(1);
    expect(bot.surface.ready).toBe(false);
  });
});
