/** Files that people share on Slack, and files of answers, on the wire with their bytes compared. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Attachment, Message, MessageFile, Reply } from '../../../src/core/chat.ts';
import { OperatorError, UserError } from '../../../src/core/errors.ts';
import { createPacer } from '../../../src/core/reply/pacer.ts';
import { createSkippingClock } from '../../core/models/replicate-server.ts';
import {
  ALICE,
  BOB,
  DIRECT,
  ELSEWHERE,
  GENERAL,
  latest,
  type StandinMessage,
  shownText,
  smallPrint,
} from '../../standins/slack/world.ts';
import { type Bench, createBench, eventually, writeAll } from './slack-harness.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const voice = {
  name: 'voice.m4a',
  mimetype: 'audio/mp4',
  bytes: bytesOf('not really sound, but these bytes'),
};

let bench: Bench;
beforeEach(async () => {
  bench = await createBench('socket');
  await bench.start();
});
afterEach(() => bench.close());

describe('files that people share on Slack', () => {
  async function attachmentOf(file: Parameters<Bench['slack']['file']>[0]): Promise<Attachment> {
    await bench.slack.mention('<@bot> transcribe', { files: [bench.slack.file(file)] });
    const { attachments } = await eventually(() => bench.invocations.at(-1));
    return attachments[0] ?? expect.fail('no attachment');
  }

  async function download(attachment: Attachment): Promise<Uint8Array> {
    const content = await attachment.open?.();
    return new Uint8Array(await new Response(content?.stream ?? expect.fail('no open')).arrayBuffer());
  }

  it('come with a mention, with what Slack says of them and all their bytes', async () => {
    const attachment = await attachmentOf({ ...voice, more: { duration_ms: 61_500 } });
    expect(attachment).toMatchObject({
      name: 'voice.m4a',
      contentType: 'audio/mp4',
      sizeBytes: voice.bytes.length,
      durationSeconds: 61.5,
    });
    expect(await download(attachment)).toEqual(voice.bytes);
  });

  it('come with a direct message', async () => {
    await bench.slack.directMessage('transcribe', {
      subtype: 'file_share',
      files: [bench.slack.file(voice)],
    });
    const { attachments, command } = await eventually(() => bench.invocations[0]);
    expect(command).toBe('transcribe');
    expect(await download(attachments[0] ?? expect.fail())).toEqual(voice.bytes);
  });

  it('come from other workspaces as an id alone, and are asked for', async () => {
    const { id } = bench.slack.file(voice);
    await bench.slack.mention('<@bot> x', { files: [{ id, file_access: 'check_file_info' }] });
    const { attachments } = await eventually(() => bench.invocations[0]);
    expect(await download(attachments[0] ?? expect.fail())).toEqual(voice.bytes);
  });

  it('are not there when they were deleted', async () => {
    await bench.slack.mention('<@bot> x', { files: [{ id: 'F0GONE', mode: 'tombstone' }] });
    expect((await eventually(() => bench.invocations[0])).attachments).toEqual([]);
  });

  it('are the operator’s to mend when the token has no files:read', async () => {
    bench.slack.world.missingScopes.add('files:read');
    const error = await download(await attachmentOf(voice)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OperatorError);
    expect(String(error)).toContain('files:read');
    expect(error).toHaveProperty('forPerson', expect.stringContaining('not allowed to read files'));
  });

  it('are not followed to other hosts, let alone with the token', async () => {
    const visits: (string | undefined)[] = [];
    const stranger = createServer((request, response) => {
      visits.push(request.headers.authorization);
      response.end('mine now');
    });
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const address = stranger.address();
    const port = typeof address === 'object' ? address?.port : 0;
    try {
      const attachment = await attachmentOf({ ...voice, redirect: `http://127.0.0.1:${port}/steal` });
      await expect(download(attachment)).rejects.toThrow(UserError);
      expect(visits).toEqual([]);
    } finally {
      stranger.close();
    }
  });

  it('that lie elsewhere have to be uploaded', async () => {
    const attachment = await attachmentOf({ ...voice, more: { is_external: true } });
    await expect(download(attachment)).rejects.toThrow('Please upload it here.');
  });
});

describe('files of answers on Slack', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'replibot-slack-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function fileOf(name: string, more: Partial<MessageFile> = {}): MessageFile {
    const bytes = bytesOf(`the bytes of ${name}`);
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return {
      id: name,
      name,
      contentType: 'image/png',
      sizeBytes: bytes.length,
      path,
      alt: `A ${name}`,
      ...more,
    };
  }

  async function openReply(ask: () => Promise<unknown>): Promise<Reply> {
    bench.answer = async () => undefined;
    await ask();
    return eventually(() => bench.replies.at(-1));
  }

  const withFiles = (): StandinMessage[] => bench.slack.messages().filter((message) => message.files?.length);
  const called = (method: string) => bench.slack.calls.filter((call) => call.method === method).length;
  const shownFiles = () =>
    withFiles().flatMap(({ files = [] }) =>
      files.map(({ name, alt, bytes }) => ({ name, alt, text: new TextDecoder().decode(bytes) })),
    );

  it('are shown together below the text, with their alt text', async () => {
    const reply = await openReply(() => bench.slack.mention('<@bot> imagine'));
    const files = [fileOf('cat.png'), fileOf('dog.png', { alt: 'x'.repeat(1024) })];
    expect(await reply.write({ text: 'Here:', footnote: 'sdxl', files }, true)).toBe('more');
    expect([reply.lane.key, reply.lane.slots]).toEqual(['slack:T0TEAM/U0BOT:files', 100]);
    await writeAll(reply, { text: 'Here:', footnote: 'sdxl', files });
    expect(shownFiles()).toEqual([
      { name: 'cat.png', alt: 'A cat.png', text: 'the bytes of cat.png' },
      { name: 'dog.png', alt: `${'x'.repeat(999)}…`, text: 'the bytes of dog.png' },
    ]);
    const [text, picture] = bench.slack.messages(GENERAL);
    expect([shownText(latest(text ?? expect.fail())), withFiles().length]).toEqual(['Here:', 1]);
    expect(picture?.threadTs).toBe(text?.threadTs);
    expect(await reply.write({ text: 'Here:', footnote: 'sdxl', files }, true)).toBe('shown');
    expect(called('files.getUploadURLExternal')).toBe(2);
  });

  it('are shown below a streamed text', async () => {
    const reply = await openReply(() => bench.slack.directMessage('imagine'));
    await writeAll(reply, { text: 'Working' }, false);
    await writeAll(reply, { text: 'Working: done.', files: [fileOf('cat.png')] });
    expect([called('chat.startStream'), shownFiles().length]).toEqual([1, 1]);
    expect(withFiles()[0]?.threadTs).toBe(bench.slack.messages(DIRECT)[0]?.threadTs);
  });

  it.each([1, 2, 3, 4])(
    'are shown once when the process dies in step %i, its ref stored or not',
    async (step) => {
      for (const stored of [true, false]) {
        const before = withFiles().length;
        const reply = await openReply(() => bench.slack.mention('<@bot> imagine'));
        const message: Message = { text: 'Here:', files: [fileOf('cat.png'), fileOf('dog.png')] };
        let ref = reply.ref;
        for (let at = 1; at <= step; at++) {
          if (at === step && !stored) ref = JSON.parse(JSON.stringify(reply.ref));
          await reply.write(message, true);
          if (stored) ref = JSON.parse(JSON.stringify(reply.ref));
        }
        await writeAll(bench.otherSurface().reopen(ref), message);
        expect(withFiles()).toHaveLength(before + 1);
        expect(
          withFiles()
            .at(-1)
            ?.files?.map(({ name }) => name),
        ).toEqual(['cat.png', 'dog.png']);
      }
    },
  );

  it('are shown once when the answer to showing them is lost', async () => {
    const reply = await openReply(() => bench.slack.mention('<@bot> imagine'));
    bench.slack.failNext('files.completeUploadExternal', 'lost-answer');
    const message = { text: 'Here:', files: [fileOf('cat.png')] };
    await expect(writeAll(reply, message)).rejects.toThrow('files.completeUploadExternal');
    await writeAll(reply, message);
    expect(withFiles()).toHaveLength(1);
  });

  it.each(['files.getUploadURLExternal', 'files.completeUploadExternal'])(
    'are said to be missing, and why, when %s meets a full workspace',
    async (method) => {
      const reply = await openReply(() => bench.slack.mention('<@bot> imagine'));
      bench.slack.failNext(method, { error: 'storage_limit_reached' });
      const message = { text: 'Here:', footnote: 'sdxl', files: [fileOf('cat.png')] };
      await writeAll(reply, message);
      const sentence =
        'Here:\n\n**The files could not be uploaded: this workspace has used up its storage on Slack.**';
      expect(bench.slack.messages(GENERAL).map((each) => shownText(latest(each)))).toEqual([sentence]);
      await writeAll(bench.otherSurface().reopen(JSON.parse(JSON.stringify(reply.ref))), message);
      expect(bench.slack.messages(GENERAL).map((each) => shownText(latest(each)))).toEqual([sentence]);
    },
  );

  it('of a private answer go to the asker’s direct messages', async () => {
    const reply = await openReply(() => bench.slack.slash('/ask', 'x --private', { user: BOB }));
    await writeAll(reply, { text: 'Here:', footnote: 'sdxl', files: [fileOf('cat.png')] });
    const [said] = bench.slack.messages(GENERAL);
    expect(said?.ephemeralFor).toBe(BOB);
    expect(smallPrint(latest(said ?? expect.fail()))).toContain(
      'sdxl · The files are in your direct messages with me.',
    );
    expect(withFiles().map(({ channel }) => channel)).toEqual([`D0${BOB}`]);
  });

  it('of an answer where the bot is no member do too', async () => {
    const reply = await openReply(() => bench.slack.slash('/ask', 'x', { channel: ELSEWHERE }));
    await writeAll(reply, { text: 'Here:', files: [fileOf('cat.png')] });
    expect(withFiles().map(({ channel }) => channel)).toEqual([DIRECT]);
    const [said] = bench.slack.messages(ELSEWHERE);
    expect(smallPrint(latest(said ?? expect.fail()))).toContain('in the direct messages of whoever asked');
  });

  it('that are spoilers lie in a thread, where only those see them who look', async () => {
    const reply = await openReply(() => bench.slack.slash('/ask', 'x', { user: ALICE }));
    await writeAll(reply, { text: 'Behind this:', files: [fileOf('cat.png', { spoiler: true })] });
    const [text] = bench.slack.messages(GENERAL);
    expect([text?.threadTs, withFiles()[0]?.threadTs]).toEqual([undefined, text?.ts]);
  });

  describe('that Slack does not take', () => {
    const link = { url: 'https://replicate.delivery/x/cat.png', expiresAt: Date.UTC(2026, 10, 21, 17, 20) };
    const sentence = `cat.png: ${link.url} It could not be uploaded. The link works until 17:20 UTC.`;
    const texts = () =>
      bench.slack
        .messages()
        .filter((message) => !message.files?.length)
        .map((message) => shownText(latest(message)));
    const finish = (reply: Reply, message: Message) =>
      createPacer({ clock: createSkippingClock() }).open(reply).finish(message);

    it('do not keep the text waiting, and in the end the answer says so and links them', async () => {
      const reply = await openReply(() => bench.slack.mention('<@bot> imagine'));
      bench.slack.failUploads(/cat/);
      const message: Message = { text: 'Here:', footnote: 'sdxl', files: [fileOf('cat.png', { link })] };
      expect(await reply.write(message, true)).toBe('more');
      await expect(reply.write(message, true)).rejects.toThrow('503');
      expect(texts()).toEqual(['Here:']);
      await finish(bench.surface.reopen(JSON.parse(JSON.stringify(reply.ref))), message);
      expect([texts(), bench.slack.failedUploads]).toEqual([[`Here:\n\n${sentence}`], 6]);
      expect(smallPrint(latest(bench.slack.messages(GENERAL)[0] ?? expect.fail()))).toBe('sdxl');
    });

    it('are said to be missing below a text that was streamed', async () => {
      const reply = await openReply(() => bench.slack.directMessage('imagine'));
      await writeAll(reply, { text: 'Here' }, false);
      bench.slack.failUploads(/cat/);
      await finish(reply, { text: 'Here:', footnote: 'sdxl', files: [fileOf('cat.png', { link })] });
      expect([texts(), called('chat.startStream')]).toEqual([[`Here:\n\n${sentence}`], 1]);
      expect([...bench.slack.world.sessions.values()]).toEqual(['active']);
    });

    it('are said to be missing behind an answer that can’t be edited', async () => {
      const reply = await openReply(() => bench.slack.slash('/ask', 'x --private', { user: ALICE }));
      bench.slack.failUploads(/cat/);
      await finish(reply, { text: 'Here:', files: [fileOf('cat.png', { link })] });
      expect(texts()).toEqual(['Here:', sentence]);
    });

    it('follow as soon as it does', async () => {
      const reply = await openReply(() => bench.slack.mention('<@bot> imagine'));
      bench.slack.failUploads(/cat/);
      const message: Message = { text: 'Here:', files: [fileOf('cat.png', { link })] };
      for (let write = 0; write < 4; write++) await reply.write(message, true).catch(() => undefined);
      bench.slack.failUploads();
      await writeAll(reply, message);
      expect([texts(), shownFiles().map(({ name }) => name)]).toEqual([['Here:'], ['cat.png']]);
    });

    it('do not keep the others away', async () => {
      const reply = await openReply(() => bench.slack.mention('<@bot> imagine'));
      bench.slack.failUploads(/cat/);
      const files = [fileOf('cat.png', { link }), fileOf('one.png'), fileOf('two.png')];
      await finish(reply, { text: 'Here:', files });
      expect(texts()).toEqual([`Here:\n\n${sentence}`]);
      expect(shownFiles().map(({ name }) => name)).toEqual(['one.png', 'two.png']);
    });

    it('are linked, too, when it does not show what it has taken', async () => {
      const reply = await openReply(() => bench.slack.mention('<@bot> imagine'));
      for (let times = 0; times < 6; times++)
        bench.slack.failNext('files.completeUploadExternal', { error: 'internal_error' });
      await finish(reply, { text: 'Here:', files: [fileOf('cat.png', { link })] });
      expect([texts(), withFiles()]).toEqual([[`Here:\n\n${sentence}`], []]);
    });
  });
});
