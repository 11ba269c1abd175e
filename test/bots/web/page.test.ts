/** The page in a real browser. */

import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../../src/core/chat.ts';
import { browserPresent, launchBrowser, openPage, sendQuestion, type WatchedPage } from './browser.ts';
import {
  createDirectedHandler,
  type DirectedHandler,
  openPlayground,
  type Playground,
  soon,
} from './playground.ts';

const CANCEL = { id: 'cancel:run-1', label: 'Cancel', style: 'danger' } as const;

describe.skipIf(!browserPresent)('the page', () => {
  let browser: Browser;
  let playground: Playground;
  let handler: DirectedHandler;
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    handler = createDirectedHandler();
    playground = await openPlayground({ handler, notice: 'The sandbox plays Replicate' });
    await visit();
  });
  afterEach(async () => {
    await watched.close();
    await playground.close();
    expect(watched.complaints).toEqual([]);
  });

  async function visit(options: BrowserContextOptions = {}): Promise<void> {
    await watched?.close();
    watched = await openPage(browser, options);
    page = watched.page;
    await page.goto(playground.url);
    await page.getByText('The sandbox plays Replicate').waitFor();
  }

  async function ask(text: string): Promise<{ write(message: Message, final?: boolean): Promise<unknown> }> {
    const reply = await sendQuestion(page, handler, text);
    return { write: (message, final = false) => reply.write(message, final) };
  }

  const answer = () => page.locator('.answer').last();

  it('shows the answer as it grows, what is going on, and what it cost', async () => {
    const reply = await ask('Why is the sky blue?');
    await reply.write({ text: '', status: 'The model is booting, 12 s' });
    await page.getByText('The model is booting, 12 s').waitFor();
    await reply.write({ text: 'Because **air**' });
    await answer().getByText('Because air').waitFor();
    await reply.write({ text: 'Because **air** scatters\n\n```js\nblue()\n```' });
    await answer().getByText('blue()').waitFor();
    await reply.write({ text: 'Because **air** scatters it.', footnote: 'llama · 3 s · $0.002' }, true);
    await page.getByText('llama · 3 s · $0.002').waitFor();
    expect((await answer().textContent())?.trim()).toBe('Because air scatters it.');
    expect(await page.locator('.question').allInnerTexts()).toEqual(['Why is the sky blue?']);
  });

  it('cancels with a button', async () => {
    const reply = await ask('Count to a million');
    await reply.write({ text: '1, 2, 3', buttons: [CANCEL] });
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Cancelled.').waitFor();
    expect(handler.presses.map(({ id }) => id)).toEqual(['cancel:run-1']);
    await reply.write({ text: '1, 2, 3' }, true);
    await page.getByRole('button', { name: 'Cancel' }).waitFor({ state: 'detached' });
  });

  it('shows the conversation again after a reload, and an empty one when a new one is begun', async () => {
    await (await ask('Remember this')).write({ text: 'I do.' }, true);
    await answer().getByText('I do.').waitFor();
    await page.reload();
    await answer().getByText('I do.').waitFor();
    await page.getByRole('button', { name: 'New conversation' }).click();
    await page.getByText('What would you like to run?').waitFor();
    expect(await page.locator('.exchange').count()).toBe(0);
  });

  it('runs nothing that the model wrote', async () => {
    const text =
      '<img src=x onerror="document.title=1"> <script>document.title=1</script>\n\n![x](http://127.0.0.1:1/x.png)';
    await (await ask('Attack me')).write({ text, footnote: '<b>done</b>' }, true);
    await page.getByText('<b>done</b>').waitFor();
    expect(await page.title()).toBe('Replibot');
    expect(await answer().locator('img, script').count()).toBe(0);
  });

  it('completes a command, its options and their values from the keyboard', async () => {
    const field = page.getByLabel('Message');
    await field.pressSequentially('/as');
    await page.getByRole('option', { name: '/ask' }).waitFor();
    await field.press('Enter');
    await field.pressSequentially('Hi --m');
    await page.getByRole('option', { name: '--model' }).waitFor();
    await field.press('Tab');
    await page.getByRole('option', { name: 'llama' }).waitFor();
    await field.press('Enter');
    await soon(() => field.inputValue()).toBe('/ask Hi --model llama ');
  });

  it('gives the question back when it could not be sent', async () => {
    await playground.surface.drain();
    await page.getByLabel('Message').fill('Are you there?');
    await page.getByLabel('Message').press('Enter');
    await page.getByText('Replibot is restarting. Try again in a moment.').waitFor();
    await soon(() => page.getByLabel('Message').inputValue()).toBe('Are you there?');
    // The browser itself reports the 503.
    for (const line of watched.complaints.splice(0)) expect(line).toContain('503');
  });

  it('fits a phone of 390 pixels, wide code and tables included', async () => {
    await visit({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    const wide = 'x'.repeat(300);
    const text = `${wide}\n\n\`\`\`\n${wide}\n\`\`\`\n\n| ${wide} | b |\n|---|---|\n| 1 | 2 |`;
    await (await ask(wide)).write({ text, footnote: 'done' }, true);
    await page.getByText('done', { exact: true }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(await page.evaluate('document.getElementById("scroller").scrollWidth')).toBe(390);
  });

  it('is dark where the system is', async () => {
    const background = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    await visit({ colorScheme: 'dark' });
    const dark = await background();
    await visit({ colorScheme: 'light' });
    expect([dark, await background()]).toEqual(['rgb(22, 23, 26)', 'rgb(251, 250, 248)']);
  });

  it('stays where the reader is while an answer grows, and follows it again at the end', async () => {
    const reply = await ask('A long one');
    const lines = (count: number) =>
      Array.from({ length: count }, (_, index) => `Line ${index}`).join('\n\n');
    const fromEnd = () =>
      page.evaluate<number>(
        '(({scrollHeight, scrollTop, clientHeight}) => scrollHeight - scrollTop - clientHeight)(scroller)',
      );
    await reply.write({ text: lines(100) });
    await soon(fromEnd).toBeLessThan(2);
    await page.evaluate('scroller.scrollTo(0, 0)');
    await page.getByRole('button', { name: 'Newest' }).waitFor();
    await reply.write({ text: lines(120) });
    await answer().getByText('Line 119').waitFor({ state: 'attached' });
    expect(await page.evaluate('scroller.scrollTop')).toBe(0);
    await page.getByRole('button', { name: 'Newest' }).click();
    await soon(fromEnd).toBeLessThan(2);
  });
});
