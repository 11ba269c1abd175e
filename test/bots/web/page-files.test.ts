/** Files, pictures and forms on the page, in a real browser. */

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Message, MessageFile } from '../../../src/core/chat.ts';
import type { Form } from '../../../src/core/form.ts';
import { browserPresent, launchBrowser, openPage, sendQuestion, type WatchedPage } from './browser.ts';
import {
  createDirectedHandler,
  type DirectedHandler,
  openPlayground,
  type Playground,
  soon,
} from './playground.ts';

const PICTURE = PNG.sync.write(new PNG({ width: 40, height: 30 }));
const BUTTON = { id: 'form:run:x/y', label: 'Fill in', style: 'primary' } as const;
const FORM: Form = {
  id: 'form:run:x/y',
  title: 'Run x/y',
  fields: [
    { name: 'prompt', label: 'Prompt', description: 'What to draw', required: true, type: 'text' },
    {
      name: 'ratio',
      label: 'Ratio',
      required: false,
      type: 'choice',
      choices: ['1:1', '16:9'].map((ratio) => ({ name: ratio, value: ratio })),
      value: '1:1',
    },
    { name: 'why', label: 'Why?', required: false, type: 'line' },
    { name: 'seed', label: 'Seed', required: false, type: 'line' },
    { name: 'fast', label: 'Fast', required: false, type: 'boolean', value: 'true' },
    { name: 'image', label: 'Image', required: false, type: 'file' },
  ],
};

describe.skipIf(!browserPresent)('the page', () => {
  let browser: Browser;
  let playground: Playground;
  let handler: DirectedHandler;
  let watched: WatchedPage;
  let page: Page;
  let directory: string;

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'playground-page-'));
    handler = createDirectedHandler();
    playground = await openPlayground({ handler });
    watched = await openPage(browser);
    page = watched.page;
    await page.goto(playground.url);
    await page.getByText('Ask a language model').waitFor();
  });
  afterEach(async () => {
    await watched.close();
    await playground.close();
    await rm(directory, { recursive: true });
    expect(watched.complaints).toEqual([]);
  });

  async function answer(message: Message): Promise<void> {
    await (await sendQuestion(page, handler, 'Go on')).write(message, true);
  }

  async function made(name: string, contentType: string, bytes: Buffer): Promise<MessageFile> {
    const path = join(directory, name);
    await writeFile(path, bytes);
    return { id: name, name, contentType, sizeBytes: bytes.length, path };
  }

  const received = () => handler.invocations.at(-1)?.invocation;
  const isLoaded = (image: string) =>
    page.evaluate<boolean>(`document.querySelector('${image}').naturalWidth > 0`);

  it('sends a picked file of several pieces with the question, and shows both', async () => {
    const large = Buffer.alloc(2_500_000, 7);
    await page.locator('#files').setInputFiles([
      { name: 'cat.png', mimeType: 'image/png', buffer: PICTURE },
      { name: 'large.bin', mimeType: '', buffer: large },
    ]);
    await page.getByLabel('Message').fill('What is it?');
    await page.getByLabel('Message').press('Enter');
    const question = page.locator('.question');
    await question.getByText('large.bin').waitFor();
    await soon(() => isLoaded('.asked-files img')).toBe(true);
    expect(await question.getByText('What is it?').count()).toBe(1);
    expect(await page.locator('.attachment').count()).toBe(0);
    const [, file] = received()?.attachments ?? [];
    expect(file).toMatchObject({ name: 'large.bin', sizeBytes: large.length });
    const content = await file?.open?.();
    const chunks: Uint8Array[] = [];
    for await (const chunk of content?.stream ?? []) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(large)).toBe(true);
  });

  it('takes files that are dropped and pasted, gives one up, and sends without a word', async () => {
    const give = (type: string, name: string, target: string) =>
      page.evaluate(`(() => {
        const data = new DataTransfer();
        data.items.add(new File(['content'], '${name}', { type: 'audio/mpeg' }));
        const event = '${type}' === 'paste'
          ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
          : new DragEvent('${type}', { dataTransfer: data, bubbles: true, cancelable: true });
        document.querySelector('${target}').dispatchEvent(event);
      })()`);
    await give('dragenter', 'song.mp3', 'body');
    await page.getByText('Drop files to attach them').waitFor();
    await give('drop', 'song.mp3', 'body');
    await give('paste', 'other.mp3', '#text');
    await page.getByRole('button', { name: 'Remove other.mp3' }).click();
    await page.getByText('Drop files to attach them').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Send' }).click();
    await soon(() => received()?.command).toBe('transcribe');
    expect(received()?.attachments.map(({ name }) => name)).toEqual(['song.mp3']);
    // What was given up is not kept: a file and its description are left.
    await soon(async () => (await readdir(join(playground.filesDirectory, 'uploads'))).length).toBe(2);
  });

  it('gives question and files back when they could not be sent', async () => {
    await page
      .locator('#files')
      .setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('a') });
    await page.getByLabel('Message').fill('Read this');
    await playground.surface.drain();
    await page.getByLabel('Message').press('Enter');
    await page.getByText('Replibot is restarting. Try again in a moment.').waitFor();
    await soon(() => page.getByLabel('Message').inputValue()).toBe('Read this');
    expect(await page.locator('.attachment').allInnerTexts()).toEqual([expect.stringContaining('a.txt')]);
    // The browser itself reports the 503.
    for (const line of watched.complaints.splice(0)) expect(line).toContain('503');
  });

  it('shows pictures with their alternative text, large on demand, and again after a reload', async () => {
    const files = [
      { ...(await made('one.png', 'image/png', PICTURE)), alt: 'A lighthouse' },
      await made('two.png', 'image/png', PICTURE),
    ];
    await answer({ text: '', files, footnote: 'done' });
    await page.getByRole('img', { name: 'A lighthouse' }).waitFor();
    await page.reload();
    await page.getByRole('img', { name: 'A lighthouse' }).waitFor();
    await soon(() => isLoaded('.picture-file img')).toBe(true);
    await page.getByRole('button', { name: 'A lighthouse' }).click();
    const viewer = page.getByRole('dialog');
    await viewer.getByText('1 of 2 · A lighthouse').waitFor();
    await page.keyboard.press('ArrowRight');
    await viewer.getByText('2 of 2').waitFor();
    await page.keyboard.press('Escape');
    await viewer.waitFor({ state: 'hidden' });
  });

  it('stays at the end when a picture needs more room than was known', async () => {
    const tall = PNG.sync.write(new PNG({ width: 300, height: 1200 }));
    await answer({ text: 'word '.repeat(2000), files: [await made('tall.png', 'image/png', tall)] });
    await soon(() => isLoaded('.picture-file img')).toBe(true);
    const fromEnd =
      '(({scrollHeight, scrollTop, clientHeight}) => scrollHeight - scrollTop - clientHeight)(scroller)';
    await soon(() => page.evaluate<number>(fromEnd)).toBeLessThan(2);
    expect(await page.getByRole('button', { name: 'Newest' }).count()).toBe(0);
  });

  it('covers a spoiler until it is uncovered', async () => {
    const file = { ...(await made('one.png', 'image/png', PICTURE)), alt: 'The end', spoiler: true };
    await answer({ text: '', files: [file] });
    const reveal = page.getByRole('button', { name: 'Show the spoiler one.png' });
    await reveal.waitFor();
    // Neither the keyboard nor a screen reader gets to what is inert.
    expect(await page.locator('.picture-file').getAttribute('inert')).toBe('');
    await reveal.click();
    await page.getByRole('button', { name: 'The end' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await reveal.count()).toBe(0);
  });

  it('offers a text to be saved and sound to be played', async () => {
    const files = [
      await made('transcript.srt', 'text/plain', Buffer.from('1\n00:00')),
      await made('vocals.wav', 'audio/wav', Buffer.from('RIFF')),
    ];
    await answer({ text: 'Here', files });
    const link = page.getByRole('link', { name: 'transcript.srt' });
    const download = page.waitForEvent('download');
    await link.click();
    expect((await download).suggestedFilename()).toBe('transcript.srt');
    expect(await page.locator('audio').getAttribute('aria-label')).toBe('vocals.wav');
  });

  it('shows how far it is as a bar', async () => {
    handler.answer = async (reply) => {
      await reply.write({ text: '', status: 'Step 12 of 50' }, false);
    };
    await page.getByLabel('Message').fill('Draw');
    await page.getByLabel('Message').press('Enter');
    await page.locator('.status').getByText('Step 12 of 50').waitFor();
    expect(await page.locator('.status progress').getAttribute('value')).toBe('0.24');
  });

  it('fills in a form from the keyboard and passes it on with its file', async () => {
    handler.form = FORM;
    await answer({ text: 'A model', buttons: [BUTTON] });
    await page.getByRole('button', { name: 'Fill in' }).click();
    const form = page.getByRole('dialog', { name: 'Run x/y' });
    await form.getByLabel('Prompt').press('Tab');
    expect(await page.evaluate('document.activeElement.name')).toBe('ratio');
    await form.getByRole('button', { name: 'Run' }).click();
    // The browser asks for what is missing: nothing was sent.
    expect(await page.evaluate('document.activeElement.validity.valueMissing')).toBe(true);
    expect(handler.submissions).toEqual([]);
    await form.getByLabel('Prompt').fill('a cat');
    await form.getByLabel('Ratio').selectOption('16:9');
    await form.getByLabel('Why?').fill('for fun');
    await form.getByLabel('Fast').press('Space');
    await form.getByLabel('Image').setInputFiles({ name: 'cat.png', mimeType: 'image/png', buffer: PICTURE });
    await form.getByLabel('Seed').press('Enter');
    await form.waitFor({ state: 'detached' });
    const { submission, reply } = handler.submissions[0] ?? {};
    expect(submission).toMatchObject({
      id: 'form:run:x/y',
      fields: {
        values: { prompt: 'a cat', ratio: '16:9', why: 'for fun', fast: false },
        files: { image: [{ name: 'cat.png', sizeBytes: PICTURE.length }] },
      },
    });
    expect(Object.keys(submission?.fields.values ?? {})).toEqual(['prompt', 'ratio', 'why', 'fast']);
    await reply?.write({ text: 'Drawn.' }, true);
    await page.getByText('Drawn.').waitFor();
    // What was left as it was is not repeated.
    const question = page.locator('.question').last();
    expect(await question.innerText()).toContain(
      'Run x/y\nPrompt: a cat\nRatio: 16:9\nWhy? for fun\nFast: false',
    );
    expect(await question.innerText()).not.toContain('Seed');
  });

  it('takes several files where a field has room for them, and no more than that', async () => {
    const pictures = {
      name: 'pictures',
      label: 'Pictures',
      type: 'file',
      maxFiles: 2,
      accept: ['image'],
    } as const;
    handler.form = { ...FORM, fields: [{ ...pictures, required: true }] };
    await answer({ text: 'A model', buttons: [BUTTON] });
    await page.getByRole('button', { name: 'Fill in' }).click();
    const form = page.getByRole('dialog', { name: 'Run x/y' });
    const picker = form.getByLabel('Pictures');
    expect(await picker.getAttribute('accept')).toBe('image/*');
    const send = () => form.getByRole('button', { name: 'Run' }).click();
    const problem = () => page.evaluate('document.activeElement.validationMessage');
    await send();
    expect(await problem()).not.toBe('');
    const named = (name: string) => ({ name, mimeType: 'image/png', buffer: PICTURE });
    await picker.setInputFiles(['a.png', 'b.png', 'c.png'].map(named));
    await send();
    expect(await problem()).toBe('Choose 2 files at most.');
    expect(handler.submissions).toEqual([]);
    await picker.setInputFiles(['b.png', 'a.png'].map(named));
    await send();
    await form.waitFor({ state: 'detached' });
    const { files } = handler.submissions[0]?.submission.fields ?? {};
    expect(files?.pictures?.map(({ name }) => name)).toEqual(['b.png', 'a.png']);
    await page.locator('.question').last().getByText('Run x/y').waitFor();
  });

  it('says why a form does not open, and keeps one that was refused', async () => {
    handler.form = 'This model may not be run here: `/models allow x/y` opens it.';
    await answer({ text: 'A model', buttons: [BUTTON] });
    await page.getByRole('button', { name: 'Fill in' }).click();
    await page.getByText('This model may not be run here: /models allow x/y opens it.').waitFor();
    expect(await page.locator('#toast code').innerText()).toBe('/models allow x/y');
    handler.form = FORM;
    await page.getByRole('button', { name: 'Fill in' }).click();
    const form = page.getByRole('dialog', { name: 'Run x/y' });
    await form.getByLabel('Prompt').fill('a cat');
    await playground.surface.drain();
    await form.getByRole('button', { name: 'Run' }).click();
    await form.getByText('Replibot is restarting.').waitFor();
    expect(await form.getByLabel('Prompt').inputValue()).toBe('a cat');
    await page.keyboard.press('Escape');
    await form.waitFor({ state: 'detached' });
    for (const line of watched.complaints.splice(0)) expect(line).toContain('503');
  });

  it('shows what a button asked for as a new answer', async () => {
    handler.pressed = async (press) => {
      await press.reply().write({ text: 'Another one' }, true);
      return '';
    };
    await answer({ text: 'The first', buttons: [{ id: 'again:run-1', label: 'Again', style: 'secondary' }] });
    await page.getByRole('button', { name: 'Again' }).click();
    await page.locator('.answer').getByText('Another one').waitFor();
    expect(await page.locator('.question').allInnerTexts()).toEqual(['Go on', 'Again']);
  });

  it('offers the options of a command to be tapped', async () => {
    await page.getByLabel('Message').fill('/ask Why? ');
    await page.getByRole('button', { name: 'model', exact: true }).click();
    await page.getByRole('option', { name: 'llama' }).click();
    await soon(() => page.getByLabel('Message').inputValue()).toBe('/ask Why? --model llama ');
    const picker = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: '+ file' }).click();
    await picker;
  });
});
