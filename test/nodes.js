/** Runs the whole suite on the other Node versions that must work, from the npm package `node`, which brings their binaries. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const VERSIONS = process.argv.slice(2).length > 0 ? process.argv.slice(2) : ['22', '24'];

for (const version of VERSIONS) {
  const folder = mkdtempSync(join(tmpdir(), `node-${version}-`));
  try {
    execFileSync(
      'npm',
      ['install', '--silent', '--no-audit', '--no-fund', '--prefix', folder, `node@${version}`],
      {
        stdio: 'inherit',
      },
    );
    // A shim that is called `node` stands first on the path: npm, vitest and the processes that tests start use it too.
    const bin = join(folder, 'node_modules', 'node', 'bin');
    const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
    const found = execFileSync('node', ['--version'], { env, encoding: 'utf8' }).trim();
    console.log(`== Node ${found}`);
    if (!found.startsWith(`v${version}.`)) throw new Error(`expected Node ${version}, found ${found}`);
    execFileSync('node', ['node_modules/vitest/vitest.mjs', 'run'], { env, stdio: 'inherit' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
