/** A real browser for the page's tests. Tests are skipped where there is none, unless REPLIBOT_REQUIRE_SERVICES=1. */

import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

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
