/** `/imagine` from the request to the bytes in the reply, against the sandbox. */

import { createHash } from 'node:crypto';
import { loadImage } from '@napi-rs/canvas';
import { PNG } from 'pngjs';
import { describe, expect, it, vi } from 'vitest';
import { createImagine } from '../../src/commands/imagine.ts';
import type { Invocation } from '../../src/core/chat.ts';
import type { ModelConfig } from '../../src/core/config/config.ts';
import {
  ADA,
  BOB,
  buttonOf,
  type Core,
  type CoreOptions,
  type SeenReply,
  startCore,
} from '../core/runs/running-core.ts';

const LIMITS = { maxCount: 10, maxBytes: 10_000_000, maxTotalBytes: 25_000_000 };
const BASE = { contextTokens: 4000, maxSeconds: 120, typicalSeconds: 5, maxOutputTokens: 1000 };
const SDXL: ModelConfig = {
  ...BASE,
  name: 'sdxl',
  ref: 'stability-ai/sdxl:7762fd07cf82c948538e41f63f77d685e02b063e37e496e96eefd46c929f9bdc',
  price: { by: 'second', microUsdPerSecond: 725 },
};
const FLUX: ModelConfig = {
  ...BASE,
  name: 'flux',
  ref: 'black-forest-labs/flux-schnell',
  price: { by: 'image', microUsdPerImage: 3000 },
};
const LEWD: ModelConfig = { ...SDXL, name: 'lewd', nsfw: true };

function start({ sandbox, ...more }: CoreOptions = {}): Promise<Core> {
  return startCore({
    fileLimits: LIMITS,
    commands: (services) => [
      createImagine({ ...services, config: { models: [SDXL, FLUX, LEWD] }, random: () => 0.5 }),
    ],
    ...more,
    sandbox: { stepsPerSecond: 2000, ...sandbox },
  });
}

function imagine(
  core: Core,
  values: Readonly<Record<string, string | number | boolean>>,
  more: Partial<Invocation> = {},
): Promise<SeenReply> {
  return core.ask('', { command: 'imagine', args: { form: 'typed', values }, ...more });
}

const digest = (bytes: Buffer | undefined) =>
  createHash('sha256')
    .update(bytes ?? '')
    .digest('hex');

/** Where the sandbox keeps a picture of the first prediction. */
function pictureOf(core: Core, index = 0): string {
  const output = core.sandbox.predictions[0]?.output;
  return Array.isArray(output) ? String(output[index]) : '';
}

/** The pictures of a prediction as the sandbox serves them. */
async function drawn(core: Core, index: number): Promise<Buffer[]> {
  const { output } = core.sandbox.predictions[index] ?? {};
  const urls = Array.isArray(output) ? output.map(String) : [];
  return Promise.all(urls.map(async (url) => Buffer.from(await (await fetch(url)).arrayBuffer())));
}

describe('pictures', () => {
  it('come as files with the very bytes, described, under their prompt and with what they cost', async () => {
    const core = await start();
    const reply = await imagine(core, {
      prompt: 'a red fox',
      count: 2,
      aspect: '16:9',
      seed: 7,
      spoiler: true,
    });
    const final = await reply.final();
    expect(final.text).toBe('> a red fox');
    expect(
      final.files?.map(({ name, alt, contentType, spoiler }) => ({ name, alt, contentType, spoiler })),
    ).toEqual([
      { name: 'a-red-fox-1.png', alt: 'a red fox (1 of 2)', contentType: 'image/png', spoiler: true },
      { name: 'a-red-fox-2.png', alt: 'a red fox (2 of 2)', contentType: 'image/png', spoiler: true },
    ]);
    const originals = await drawn(core, 0);
    expect([...reply.uploads.values()].map(digest)).toEqual(originals.map(digest));
    const { width, height } = PNG.sync.read([...reply.uploads.values()][0] ?? Buffer.alloc(0));
    expect(width / height).toBeCloseTo(16 / 9, 0);
    expect(final.footnote).toMatch(/^sdxl · .* · \$0\.\d+ · \$0\.9\d+ left today/);
    expect(final.buttons?.map((button) => button.label)).toEqual([
      'Again',
      'Vary 1',
      'Vary 2',
      'Use as input',
    ]);
    expect((await core.books()).differences).toEqual([]);
  });

  it('show how far they are while they are made', async () => {
    const core = await start({ sandbox: { stepsPerSecond: 40 } });
    const reply = await imagine(core, { prompt: 'a red fox' });
    await reply.final();
    const statuses = reply.shown.map((message) => message.status ?? '');
    expect(statuses.some((status) => /^sdxl is at work: Step \d+ of 50$/.test(status))).toBe(true);
  });

  it('are paid by the picture, as many as the budget has room for', async () => {
    const core = await start({ eachPerson: '0.007 per day' });
    const reply = await imagine(core, { prompt: 'a red fox', model: 'flux', count: 4, negative: 'snow' });
    const final = await reply.final();
    expect(reply.uploads.size).toBe(2);
    expect(final.text).toBe(
      '> a red fox\n\n4 were asked for, 2 came.\n\nflux knows no negative prompt, so `negative` had no effect.',
    );
    expect(await core.books()).toMatchObject({ spentMicroUsd: 6000, reservedMicroUsd: 0 });
  });

  it('of a grown-up model come in age-restricted channels only', async () => {
    const core = await start();
    const place = { surface: 'discord', channel: '1', direct: false } as const;
    const refused = await imagine(core, { prompt: 'x', model: 'lewd' }, { place });
    expect((await refused.final()).text).toMatch(/^lewd answers in age-restricted channels only\./);
    const allowed = await imagine(
      core,
      { prompt: 'x', model: 'lewd' },
      { place: { ...place, ageRestricted: true } },
    );
    expect((await allowed.final()).files).toHaveLength(1);
    expect(core.sandbox.predictions).toHaveLength(1);
  });
});

describe('buttons', () => {
  it('ask for the same again with a new seed, or for a variation of the picture', async () => {
    const core = await start();
    const first = await (await imagine(core, { prompt: 'a red fox', seed: 7 })).final();
    const again = await core.pressForReply(buttonOf(first, 'Again'));
    expect((await again.final()).files).toHaveLength(1);
    const vary = await core.pressForReply(buttonOf(first, 'Vary'));
    expect((await vary.final()).files).toHaveLength(1);
    const [asked, repeated, varied] = core.sandbox.predictions.map((prediction) => prediction.input);
    expect(asked).toMatchObject({ prompt: 'a red fox', seed: 7 });
    expect(repeated).toEqual({ ...asked, seed: 2 ** 30 });
    const picture = pictureOf(core);
    expect(varied).toEqual({ ...asked, seed: 2 ** 30, image: picture });
  });

  it('take a picture as the beginning of another', async () => {
    const core = await start();
    const first = await (await imagine(core, { prompt: 'a red fox' })).final();
    const id = buttonOf(first, 'Use as input');
    const place = { surface: 'web', channel: 'lobby', direct: true } as const;
    const form = await core.handler.openForm(id, ADA, place);
    expect(form).toMatchObject({ id, fields: [{ name: 'prompt', value: 'a red fox', required: true }] });
    const [, , argument = ''] = id.split(':');
    const reply = await imagine(
      core,
      { prompt: 'a blue fox' },
      { fields: { argument, values: { prompt: 'a blue fox' }, files: {} } },
    );
    expect((await reply.final()).text).toBe('> a blue fox');
    const picture = pictureOf(core);
    expect(core.sandbox.predictions[1]?.input).toMatchObject({ prompt: 'a blue fox', image: picture });
    const stranger = await imagine(
      core,
      { prompt: 'x' },
      {
        person: BOB,
        place: { ...place, channel: 'elsewhere' },
        fields: { argument, values: { prompt: 'x' }, files: {} },
      },
    );
    expect((await stranger.final()).text).toBe('That picture is not known here.');
    expect(await core.handler.openForm(id, BOB, { ...place, channel: 'elsewhere' })).toBe(
      'That picture is not known here.',
    );
  });

  it('name the picture where there are several', async () => {
    const core = await start();
    const first = await (await imagine(core, { prompt: 'a red fox', count: 2 })).final();
    const vary = await core.pressForReply(buttonOf(first, 'Vary 2'));
    expect((await vary.final()).files).toHaveLength(2);
    expect(core.sandbox.predictions[1]?.input).toMatchObject({ image: pictureOf(core, 1) });
    const id = buttonOf(first, 'Use as input');
    const place = { surface: 'web', channel: 'lobby', direct: true } as const;
    expect(await core.handler.openForm(id, ADA, place)).toMatchObject({
      fields: [{ name: 'prompt' }, { name: 'picture', choices: [{ value: '1' }, { value: '2' }] }],
    });
    const argument = id.split(':')[2] ?? '';
    const prompt = 'a blue fox';
    const use = (picture: string) =>
      imagine(core, { prompt }, { fields: { argument, values: { prompt, picture }, files: {} } });
    expect((await (await use('2')).final()).text).toBe('> a blue fox');
    expect(core.sandbox.predictions[2]?.input).toMatchObject({ prompt, image: pictureOf(core, 1) });
    expect((await (await use('3')).final()).text).toBe('There are 2 pictures, and no number 3.');
    expect((await (await use('x')).final()).text).toBe('There are 2 pictures, and no number x.');
  });

  it('say what to do when the picture is gone', async () => {
    const core = await start({ sandbox: { limitSecondMs: 4 } });
    const first = await (await imagine(core, { prompt: 'a red fox' })).final();
    const address = `${new URL(pictureOf(core)).origin}/v1/predictions/${core.sandbox.predictions[0]?.id}`;
    const asked = async () => (await fetch(address, { headers: { authorization: 'Bearer any' } })).text();
    await expect.poll(asked, { timeout: 10_000 }).toContain('"data_removed":true');
    expect(await core.press(buttonOf(first, 'Vary'), ADA)).toMatch(
      /keeps pictures for an hour.* Press Again/,
    );
    await (await core.pressForReply(buttonOf(first, 'Again'))).final();
    expect(core.sandbox.predictions).toHaveLength(2);
  });

  it('draw nothing from a picture that has gone since', async () => {
    let later = 0;
    const core = await start({
      commands: (services) => {
        const clock = { ...services.clock, now: () => services.clock.now() + later };
        return [createImagine({ ...services, clock, config: { models: [SDXL] } })];
      },
    });
    const first = await (await imagine(core, { prompt: 'a red fox' })).final();
    const varied = await (await core.pressForReply(buttonOf(first, 'Vary'))).final();
    later = 3_000_000;
    await (await core.pressForReply(buttonOf(varied, 'Again'))).final();
    expect(core.sandbox.predictions).toHaveLength(3);
    later = 3_700_000;
    expect(await core.press(buttonOf(varied, 'Again'), ADA)).toMatch(
      /^The files that this was made from are no longer kept/,
    );
    expect(core.sandbox.predictions).toHaveLength(3);
  });

  it('say so when no picture was finished', async () => {
    const core = await start({ sandbox: { stepsPerSecond: 5 } });
    const drawing = await imagine(core, { prompt: 'a red fox' });
    await vi.waitFor(() => expect(core.sandbox.predictions[0]?.status).toBe('processing'), 10_000);
    const id = (await core.runs())[0]?.id;
    await core.press(`cancel:${id}`, ADA);
    await drawing.final();
    expect(await core.press(`vary:${id}`, ADA)).toBe(
      'No picture was finished here. Press Again for a new one.',
    );
  });
});

describe('downloads', () => {
  it('go on where they were cut', async () => {
    const core = await start({ sandbox: { cutFiles: { afterBytes: 5000, times: 2 } } });
    const reply = await imagine(core, { prompt: 'a red fox' });
    await reply.final();
    expect([...reply.uploads.values()].map(digest)).toEqual((await drawn(core, 0)).map(digest));
  });

  it('that fail for good leave the link, and the time until which it works', async () => {
    const core = await start({ sandbox: { failFiles: { status: 404, times: 99 } } });
    const final = await (await imagine(core, { prompt: 'a red fox' })).final();
    const picture = pictureOf(core);
    expect(final.files).toBeUndefined();
    expect(final.text).toContain(`a-red-fox: ${picture} There is no file at that address`);
    expect(final.text).toMatch(/The link works until \d\d:\d\d UTC\.$/);
  });

  it('are not led astray: not by a redirect, a web page or a wrong type', async () => {
    const away = await start({ sandbox: { redirectFiles: { to: 'http://127.0.0.2:9/secret', times: 99 } } });
    expect((await (await imagine(away, { prompt: 'x' })).final()).text).toContain('not where it should be');
    const page = await start({ sandbox: { htmlFiles: { times: 99 } } });
    expect((await (await imagine(page, { prompt: 'x' })).final()).text).toContain(
      'It is a web page, not a file.',
    );
    const mistyped = await start({ sandbox: { fileContentType: 'text/html' } });
    expect((await (await imagine(mistyped, { prompt: 'x' })).final()).files?.[0]?.contentType).toBe(
      'image/png',
    );
  });

  it('over the limit are made smaller', async () => {
    const core = await start({
      fileLimits: { ...LIMITS, maxBytes: 2_000_000 },
      sandbox: { filePaddingBytes: 3_000_000 },
    });
    const reply = await imagine(core, { prompt: 'a red fox' });
    const [file] = (await reply.final()).files ?? [];
    expect(file?.sizeBytes).toBeLessThanOrEqual(2_000_000);
    expect(file).toMatchObject({ name: 'a-red-fox.jpg', contentType: 'image/jpeg' });
    const uploaded = await loadImage(Buffer.from([...reply.uploads.values()][0] ?? []));
    expect([uploaded.width, uploaded.height]).toEqual([1024, 1024]);
  });
});
