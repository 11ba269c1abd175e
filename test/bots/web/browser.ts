/** A real browser for the page's tests, which are skipped where there is none, unless REPLIBOT_REQUIRE_SERVICES=1. */

import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { Reply } from '../../../src/core/chat.ts';
import type { DirectedHandler } from './playground.ts';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
];

export const browserPresent = existsSync(CHROMIUM) || process.env.REPLIBOT_REQUIRE_SERVICES === '1';

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM, args: FLAGS });

export interface WatchedPage {
  readonly page: Page;
  /** What the console has warned of and what was thrown, so far. */
  readonly complaints: string[];
  close(): Promise<void>;
}

/** A page of its own, empty yet. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const page = await (await browser.newContext(options)).newPage();
  const complaints: string[] = [];
  page.on('console', (line) => ['error', 'warning'].includes(line.type()) && complaints.push(line.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  return { page, complaints, close: () => page.context().close() };
}

/** Types a question and sends it. Resolves with the reply that its handler got. */
export async function sendQuestion(page: Page, handler: DirectedHandler, text: string): Promise<Reply> {
  const asked = new Promise<Reply>((resolve) => {
    handler.answer = async (reply) => resolve(reply);
  });
  await page.getByLabel('Message').fill(text);
  await page.getByLabel('Message').press('Enter');
  return asked;
}
