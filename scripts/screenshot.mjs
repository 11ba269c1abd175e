/**
 * Asks a running bot in a real browser and keeps a picture of the page:
 * `node scripts/screenshot.mjs http://127.0.0.1:8080 [--file docs/playground.png] [--scheme light|dark] [--width 1000]
 * [--attach picture.png] [question…]`.
 */

import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    file: { type: 'string', default: 'docs/playground.png' },
    scheme: { type: 'string', default: 'light' },
    width: { type: 'string', default: '1000' },
    height: { type: 'string', default: '900' },
    attach: { type: 'string', multiple: true, default: [] },
  },
});
const [url, ...questions] = positionals;
if (!url) throw new Error('Give the address of a running bot.');
if (questions.length === 0) {
  questions.push(
    'What is a hash map, in a few lines?',
    '/imagine a lighthouse in a storm --aspect 16:9 --count 2',
  );
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
  ],
});
try {
  const page = await browser.newPage({
    viewport: { width: Number(values.width), height: Number(values.height) },
    deviceScaleFactor: 2,
    colorScheme: values.scheme,
  });
  await page.goto(url);
  for (const [index, question] of questions.entries()) {
    if (index === 0 && values.attach.length > 0) await page.locator('#files').setInputFiles(values.attach);
    await page.getByLabel('Message').fill(question);
    await page.getByLabel('Message').press('Enter');
    await page.locator('.exchange.final').nth(index).waitFor({ timeout: 120_000 });
  }
  await page.waitForFunction('[...document.images].every((image) => image.complete)');
  await page.locator('#text').blur();
  await page.screenshot({ path: values.file });
} finally {
  await browser.close();
}
