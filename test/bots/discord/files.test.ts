/** Files of an answer: uploaded with its last page, once each, and never at the price of the answer itself. */

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MessageFile } from '../../../src/core/chat.ts';
import { createPacer } from '../../../src/core/reply/pacer.ts';
import { createSkippingClock } from '../../core/models/replicate-server.ts';
import { type DiscordBot, startDiscordBot, writeAll } from './discord-bot.ts';

const mebibyte = 1024 * 1024;

describe('a file of an answer on Discord', () => {
  let bot: DiscordBot;
  let folder: string;
  beforeEach(async () => {
    bot = await startDiscordBot();
    folder = await mkdtemp(join(tmpdir(), 'replibot-files-'));
  });
  afterEach(async () => {
    await bot.close();
    await rm(folder, { recursive: true });
  });

  async function file(name: string, bytes: Buffer, more: Partial<MessageFile> = {}): Promise<MessageFile> {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return { id: name, name, contentType: 'image/png', sizeBytes: bytes.length, path, ...more };
  }
  const ask = async () => {
    const command = bot.standin.sendCommand({ name: 'ask', options: { prompt: 'hi' } });
    return { command, ...(await bot.next()) };
  };
  const uploads = () =>
    bot.standin.requests.filter(
      (request) => Array.isArray(request.body.attachments) && request.status === 200,
    );
  const answers = () =>
    bot.standin.messages(bot.standin.channel).filter((each) => each.author.id === bot.standin.botId);

  it('is uploaded with the last page, several together, with what they show in words', async () => {
    const { command, reply } = await ask();
    const bytes = [randomBytes(3000), randomBytes(50_000)];
    const files = [
      await file('a cat.png', bytes[0] ?? Buffer.alloc(0), { alt: 'a cat' }),
      await file('secret.png', bytes[1] ?? Buffer.alloc(0), { alt: 'x'.repeat(2000), spoiler: true }),
    ];
    await writeAll(reply, { text: 'word '.repeat(600), status: 'Drawing' }, false);
    await writeAll(reply, { text: 'word '.repeat(600), footnote: 'sdxl · $0.01', files });
    const [first, last] = command.messages();
    if (!first || !last) throw new Error('there are no two pages');
    expect(bot.standin.filesOf(first)).toEqual([]);
    const shown = bot.standin.filesOf(last);
    expect(shown.map(({ name, contentType }) => [name, contentType])).toEqual([
      ['a_cat.png', 'image/png'],
      ['SPOILER_secret.png', 'image/png'],
    ]);
    expect(shown.map(({ alt }) => alt?.length)).toEqual([5, 1024]);
    expect(shown.map((each) => Buffer.from(each.bytes))).toEqual(bytes);
    expect(uploads()).toHaveLength(1);
  });

  it('is all there is to an answer without text', async () => {
    bot.standin.mention('draw');
    const { reply } = await bot.next();
    await writeAll(reply, { text: '', files: [await file('a.png', randomBytes(9))] });
    const [message] = answers();
    expect(message && bot.standin.filesOf(message)).toHaveLength(1);
    expect(message && bot.standin.text(message)).toBe('');
  });

  it('lets the text go first when it is so large that its upload takes a while', async () => {
    const { command, reply } = await ask();
    const message = { text: 'Done', footnote: '$0.01', files: [await file('a.png', randomBytes(mebibyte))] };
    expect(await reply.write(message, true)).toBe('more');
    expect(command.messages().map(bot.standin.text)).toEqual(['Done\n-# $0.01']);
    expect(uploads()).toEqual([]);
    expect(await reply.write(message, true)).toBe('shown');
    expect(command.messages().map(bot.standin.filesOf)[0]).toHaveLength(1);
  });

  it('stays when the page is edited again, and one more is added to it', async () => {
    const { command, reply } = await ask();
    const one = await file('one.png', randomBytes(9));
    const two = await file('two.png', randomBytes(9));
    await writeAll(reply, { text: 'Half', files: [one] }, false);
    await writeAll(reply, { text: 'Half and whole', files: [one] }, false);
    await writeAll(reply, { text: 'Done', files: [one, two] });
    const [message] = command.messages();
    expect(message && bot.standin.filesOf(message).map(({ name }) => name)).toEqual(['one.png', 'two.png']);
    expect(bot.standin.world.uploads.size).toBe(2);
  });

  it('is not uploaded again by the process that takes the reply over', async () => {
    const { command, reply } = await ask();
    const files = [await file('one.png', randomBytes(9)), await file('two.png', randomBytes(9))];
    await reply.write({ text: 'Half' }, false);
    const before = JSON.parse(JSON.stringify(reply.ref));
    await writeAll(reply, { text: 'Done', files });
    const after = JSON.parse(JSON.stringify(reply.ref));
    await writeAll(bot.surface.reopen(after), { text: 'Done.', files });
    // The process that uploaded them died before it could store that.
    await writeAll(bot.surface.reopen(before), { text: 'Done!', files });
    const [message] = command.messages();
    expect(message && bot.standin.text(message)).toBe('Done!');
    expect(message && bot.standin.filesOf(message)).toHaveLength(2);
    expect(bot.standin.world.uploads.size).toBe(2);
  });

  it('is not uploaded twice when the message was created just before a crash', async () => {
    bot.standin.mention('draw');
    const { reply } = await bot.next();
    const files = [await file('one.png', randomBytes(9))];
    const before = JSON.parse(JSON.stringify(reply.ref));
    await writeAll(reply, { text: 'Done', files });
    await writeAll(bot.surface.reopen(before), { text: 'Done!', files });
    expect(answers().map(bot.standin.text)).toEqual(['Done!']);
    expect(answers().map((each) => bot.standin.filesOf(each).length)).toEqual([1]);
    expect(bot.standin.world.uploads.size).toBe(1);
  });

  it('that Discord takes no more is replaced by a sentence', async () => {
    const { command, reply } = await ask();
    const files = [await file('big.png', randomBytes(2000))];
    bot.standin.world.attachmentSizeLimit = 1000;
    await expect(reply.write({ text: 'Done', footnote: '$0.01', files }, true)).rejects.toThrow(/413/);
    await writeAll(reply, { text: 'Done', footnote: '$0.01', files });
    expect(command.messages().map(bot.standin.text)).toEqual([
      'Done\n\nbig.png: It is too large to attach here.\n-# $0.01',
    ]);
  });

  it('over the limit is not even sent', async () => {
    const { command, reply } = await ask();
    expect(reply.fileLimits).toEqual({
      maxCount: 10,
      maxBytes: 10 * mebibyte,
      maxTotalBytes: 25 * mebibyte - 64 * 1024,
    });
    const nine = randomBytes(9 * mebibyte);
    const files = [
      await file('huge.png', randomBytes(9), { sizeBytes: 10 * mebibyte + 1 }),
      await file('a.png', nine),
      await file('b.png', nine),
      await file('c.png', nine),
    ];
    await writeAll(reply, { text: 'Done', files });
    const [message] = command.messages();
    expect(message && bot.standin.filesOf(message).map(({ name }) => name)).toEqual(['a.png', 'b.png']);
    expect(message && bot.standin.text(message)).toContain(
      'Done\n\nhuge.png: It is too large to attach here.\n\nc.png: It is too large to attach here.',
    );
    expect(bot.standin.requests.every((request) => request.status < 400)).toBe(true);
  });

  it('follows the limit that the interaction names, until its token has run out', async () => {
    bot.standin.world.attachmentSizeLimit = 20 * mebibyte;
    const { reply } = await ask();
    expect(reply.fileLimits?.maxBytes).toBe(20 * mebibyte);
    await reply.write({ text: 'Half' }, false);
    bot.standin.advance(16 * 60_000);
    await reply.write({ text: 'Whole' }, false);
    expect(reply.fileLimits?.maxBytes).toBe(10 * mebibyte);
  });

  it('that is gone from the disk costs nobody the answer', async () => {
    const { command, reply } = await ask();
    const files = [await file('a.png', randomBytes(9)), await file('gone.png', randomBytes(9))];
    await rm(join(folder, 'gone.png'));
    await expect(reply.write({ text: 'Done', files }, true)).rejects.toThrow('could not be read');
    await writeAll(reply, { text: 'Done', files });
    const [message] = command.messages();
    expect(message && bot.standin.text(message)).toBe('Done\n\ngone.png: It is not there any more.');
    expect(message && bot.standin.filesOf(message).map(({ name }) => name)).toEqual(['a.png']);
  });

  describe.each(['an interaction', 'a mention'])('that Discord does not take from %s', (kind) => {
    const openReply = async () => {
      if (kind === 'a mention') bot.standin.mention('draw');
      else bot.standin.sendCommand({ name: 'ask', options: { prompt: 'hi' } });
      return (await bot.next()).reply;
    };
    const link = { url: 'https://replicate.delivery/x/cat.png', expiresAt: Date.UTC(2026, 10, 21, 17, 20) };
    const again = { id: 'again:run-1', label: 'Again', style: 'secondary' } as const;
    const tries = () =>
      bot.standin.requests.filter(({ body, status }) => Array.isArray(body.attachments) && status >= 400);
    const shown = () =>
      answers()
        .filter((each) => !each.loading)
        .map((each) => [bot.standin.text(each), bot.standin.filesOf(each).map(({ name }) => name)]);

    it('does not keep the text waiting, and in the end the answer says so and links it', async () => {
      const reply = await openReply();
      bot.standin.failUploads(/./, 503);
      const files = [await file('cat.png', randomBytes(9), { link })];
      const message = { text: 'Done', footnote: '$0.01', buttons: [again], files };
      await expect(reply.write(message, true)).rejects.toThrow('503');
      expect(await reply.write(message, true)).toBe('more');
      expect([shown(), tries().length]).toEqual([[['Done\n-# $0.01', []]], 1]);
      const pacer = createPacer({ clock: createSkippingClock() });
      await pacer.open(bot.surface.reopen(JSON.parse(JSON.stringify(reply.ref)))).finish(message);
      const sentence = `cat.png: ${link.url} It could not be uploaded. The link works until 17:20 UTC.`;
      expect(shown()).toEqual([[`Done\n\n${sentence}\n-# $0.01`, []]]);
      expect(tries()).toHaveLength(6);
    });

    it('follows as soon as it does', async () => {
      const reply = await openReply();
      bot.standin.failUploads(/./, 500);
      const message = { text: 'Done', files: [await file('cat.png', randomBytes(9), { link })] };
      for (let write = 0; write < 4; write++) await reply.write(message, true).catch(() => undefined);
      expect(shown()).toEqual([['Done', []]]);
      bot.standin.clearFaults();
      await writeAll(reply, message);
      expect(shown()).toEqual([['Done', ['cat.png']]]);
      expect(bot.standin.pings()).toEqual([]);
    });

    it.each([
      [503, 0],
      [400, 50_035],
      [413, 40_005],
    ])('does not keep the others away (%i)', async (status, code) => {
      const reply = await openReply();
      bot.standin.failUploads(/bad/, status, code);
      const files = [
        await file('bad.png', randomBytes(9)),
        await file('one.png', randomBytes(9)),
        await file('two.png', randomBytes(9)),
      ];
      await createPacer({ clock: createSkippingClock() }).open(reply).finish({ text: 'Done', files });
      expect(shown()).toEqual([
        [expect.stringMatching(/^Done\n\nbad\.png: It .*\.$/), ['one.png', 'two.png']],
      ]);
    });

    it('costs nobody the answer where the bot may not attach files', async () => {
      const reply = await openReply();
      bot.standin.failUploads(/./, 403, 50_013);
      const files = [await file('cat.png', randomBytes(9), { link })];
      await createPacer({ clock: createSkippingClock() }).open(reply).finish({ text: 'Done', files });
      expect(shown()).toEqual([
        [expect.stringMatching(/^Done\n\ncat\.png: https.* could not be uploaded/), []],
      ]);
      expect(tries()).toHaveLength(1);
    });
  });
});
