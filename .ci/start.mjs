/** Starts the built product as the README says, asks its page and its health, stops it, and fails where any of it does. */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'replibot-start-'));
const child = spawn('npm', ['start', '--silent'], {
  env: { ...process.env, PORT: '0', DATABASE_URL: `sqlite:${join(folder, 'replibot.db')}` },
  stdio: ['ignore', 'pipe', 'inherit'],
  detached: true,
});
const timer = setTimeout(() => fail('was not up within 60 s'), 60_000);
let output = '';
child.stdout.setEncoding('utf8');
const url = await new Promise((resolve) => {
  child.stdout.on('data', (text) => {
    output += text;
    const match = /http:\/\/127\.0\.0\.1:\d+(?=\/?["\s])/.exec(output.replaceAll(/.*api\/v1.*/g, ''));
    if (match && /listening|playground/i.test(output)) resolve(match[0]);
  });
  child.on('exit', (code) => fail(`ended with ${code} before it was up`));
});
for (const path of ['/healthz', '/readyz', '/']) {
  const response = await fetch(url + path);
  if (!response.ok) fail(`${path} answered ${response.status}`);
}
if (!/sandbox/i.test(output)) fail('did not say that the sandbox plays Replicate');
child.removeAllListeners('exit');
const ended = new Promise((resolve) => child.on('exit', resolve));
process.kill(-child.pid, 'SIGTERM');
await ended;
clearTimeout(timer);
rmSync(folder, { recursive: true });
console.log(`started at ${url}, answered, and stopped`);

function fail(reason) {
  console.error(`the built product ${reason}\n${output}`);
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {}
  process.exit(1);
}
