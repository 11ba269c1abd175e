/** The command line as an operator meets it: what it prints, how it ends, and what it never prints. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { declareCommands } from '../../src/app/declare-commands.ts';
import { readConfig } from '../../src/core/config/config.ts';
import { createLog } from '../../src/core/log-output.ts';
import { createDiscordStandin } from '../standins/discord/standin.ts';
import { createSlackStandin } from '../standins/slack/slack-standin.ts';
import { MAIN, runToEnd } from './bot-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'replibot-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** In a folder without a configuration. */
const replibot = (words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runToEnd(words, { DATABASE_URL: 'sqlite:replibot.db', ...env }, folder);

describe('replibot', { timeout: 90_000 }, () => {
  it('--help says what there is', async () => {
    const { code, output } = await replibot(['--help']);
    expect(code).toBe(0);
    for (const command of ['start', 'verify', 'manifest']) expect(output).toContain(command);
  });

  it('manifest prints JSON with every slash command, and nothing else', async () => {
    const { code, output } = await replibot(['manifest']);
    expect(code).toBe(0);
    const manifest: { features: { slash_commands: { command: string }[] } } = JSON.parse(output);
    const declared = await declareCommands(readConfig({}), createLog('silent', false));
    const words = new Set(declared.map(({ name }) => `/${name.split(' ')[0]}`));
    expect(words).toContain('/ask');
    expect(manifest.features.slash_commands.map(({ command }) => command).toSorted()).toEqual(
      [...words].toSorted(),
    );
    expect(output).toContain('"socket_mode_enabled": true');
  });

  it('manifest --http sends everything to PUBLIC_URL, without which it says so', async () => {
    const { output } = await replibot(['manifest', '--http'], { PUBLIC_URL: 'https://bot.example' });
    expect(output).toContain('"https://bot.example/slack/events"');
    const without = await replibot(['manifest', '--http']);
    expect(without).toMatchObject({ code: 1, output: '', errors: expect.stringContaining('PUBLIC_URL') });
  });

  it('ends quietly when nobody reads on', async () => {
    const child = spawn(process.execPath, [MAIN, 'manifest'], {
      cwd: folder,
      // Node 22 says of its own SQLite that it is experimental.
      env: { PATH: process.env.PATH ?? '', NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (chunk) => (errors += String(chunk)));
    child.stdout.destroy();
    await once(child, 'close');
    expect([child.exitCode, errors]).toEqual([0, '']);
  });

  it('verify agrees with a new ledger', async () => {
    expect(await replibot(['verify'])).toMatchObject({
      code: 0,
      output: 'Every counter agrees with the ledger.\n',
    });
  });

  it('names the file and line of a setting that does not exist, without a stack trace', async () => {
    const file = join(folder, 'wrong.yaml');
    writeFileSync(file, 'timezone: Europe/Berlin\nbudgets:\n  each-persn: 1.00 per day\n');
    const { code, errors } = await replibot(['start'], { REPLIBOT_CONFIG: file });
    expect(code).toBe(1);
    expect(errors).toBe(`${file}:3: budgets.each-persn: no such setting\n`);
  });

  it('says that Discord refused the token, without showing it', async () => {
    const discord = await createDiscordStandin();
    try {
      const token = 'MTIzNDU2Nzg5MDEyMzQ1Njc4.wrong.secret-part-of-it';
      const { code, output, errors } = await replibot([], {
        DISCORD_TOKEN: token,
        DISCORD_API_URL: discord.apiUrl,
      });
      expect(code).toBe(1);
      expect(errors).toMatch(/Discord.*token|DISCORD_TOKEN/);
      expect(errors).not.toMatch(/^\s+at /m);
      expect(output + errors).not.toContain('secret-part-of-it');
    } finally {
      await discord.close();
    }
  });

  it.each(['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN'])(
    'says that Slack refused %s, without showing it',
    async (name) => {
      const slack = await createSlackStandin();
      try {
        const { code, output, errors } = await replibot([], {
          SLACK_BOT_TOKEN: slack.world.botToken,
          SLACK_APP_TOKEN: slack.world.appToken,
          SLACK_API_URL: slack.apiUrl,
          [name]: 'xoxb-wrong-secret-part-of-it',
        });
        expect(code).toBe(1);
        expect(errors).toMatch(/^Slack refused .*(bot|app) token: invalid_auth$/m);
        expect(errors).not.toMatch(/^\s+at /m);
        expect(output + errors).not.toContain('secret-part-of-it');
      } finally {
        await slack.close();
      }
    },
  );
});
