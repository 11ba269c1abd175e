/** Asks a running bot a question in a real browser and keeps a picture: `node scripts/screenshot.mjs http://127.0.0.1:8080 [file] [question] [light|dark]`. */

import { chromium } from 'playwright-core';

const [
  url,
  file = 'docs/playground.png',
  question = 'Explain in a few lines what a hash map is, with a short example in JavaScript.',
  colorScheme = 'light',
] = process.argv.slice(2);
if (!url) throw new Error('Give the address of a running bot.');

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
    viewport: { width: 1000, height: 720 },
    deviceScaleFactor: 2,
    colorScheme,
  });
  await page.goto(url);
  await page.getByLabel('Message').fill(question);
  await page.getByLabel('Message').press('Enter');
  await page.locator('.exchange.final').waitFor({ timeout: 120_000 });
  await page.locator('#text').blur();
  await page.screenshot({ path: file });
} finally {
  await browser.close();
}
