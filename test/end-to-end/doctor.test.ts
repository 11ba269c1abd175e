/** `doctor` and `register` as an operator meets them, against the stand-ins. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createSandbox } from '../../src/sandbox/server.ts';
import { createDiscordStandin } from '../standins/discord/standin.ts';
import { createSlackStandin } from '../standins/slack/slack-standin.ts';
import { runToEnd } from './bot-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'replibot-'));
const sandbox = createSandbox();
const { url } = await sandbox.start();
const discord = await createDiscordStandin();
const slack = await createSlackStandin();
afterAll(async () => {
  await Promise.all([sandbox.stop(), discord.close(), slack.close()]);
  rmSync(folder, { recursive: true, force: true });
});

const everything = {
  REPLICATE_API_TOKEN: 'r8_secret',
  REPLICATE_API_URL: url,
  DISCORD_TOKEN: discord.token,
  DISCORD_API_URL: discord.apiUrl,
  SLACK_BOT_TOKEN: slack.world.botToken,
  SLACK_APP_TOKEN: slack.world.appToken,
  SLACK_API_URL: slack.apiUrl,
};

/** What it says, and that it says no secret. */
async function replibot(command: string, env: Readonly<Record<string, string>>) {
  const said = await runToEnd([command], { DATABASE_URL: 'sqlite:replibot.db', ...env }, folder);
  const output = said.output + said.errors;
  for (const secret of ['r8_secret', discord.token, slack.world.botToken, 'wrong-secret']) {
    expect(output).not.toContain(secret);
  }
  return { code: said.code, output };
}

it('finds nothing wrong with an installation that works, except commands that Discord does not have yet', async () => {
  const { code, output } = await replibot('doctor', everything);
  expect(output).not.toContain('PROBLEM');
  expect(code).toBe(0);
  expect(output).toContain('ok      The database opens, and every counter agrees with the ledger.');
  expect(output).toMatch(/ok {6}Replicate knows the token/);
  expect(output).toMatch(/ok {6}The model llama is meta\/meta-llama-3-70b-instruct\./);
  expect(output).toMatch(/WARNING Discord's list of commands is an older one/);
  expect(output).toMatch(/ok {6}Slack has granted every scope/);

  expect((await replibot('register', everything)).output).toBe('Discord has the new list of commands.\n');
  expect((await replibot('register', everything)).output).toBe(
    "Discord's list of commands was up to date.\n",
  );
  expect((await replibot('doctor', everything)).output).toContain(
    "ok      Discord's list of commands is up to date",
  );
});

it('names the scopes that Slack has not granted', async () => {
  slack.world.missingScopes.add('files:read');
  const { code, output } = await replibot('doctor', everything);
  slack.world.missingScopes.clear();
  expect(code).toBe(1);
  expect(output).toContain('PROBLEM Slack has not granted files:read. Update the app');
});

it('names every token that is refused, and what cannot be reached, and ends with 1', async () => {
  const { code, output } = await replibot('doctor', {
    ...everything,
    DISCORD_TOKEN: 'wrong-secret',
    SLACK_BOT_TOKEN: 'xoxb-wrong-secret',
    PUBLIC_URL: 'http://127.0.0.1:1',
  });
  expect(code).toBe(1);
  expect(output).toContain('PROBLEM Discord refuses DISCORD_TOKEN');
  expect(output).toContain('PROBLEM Slack refuses SLACK_BOT_TOKEN: invalid_auth.');
  expect(output).toContain('PROBLEM http://127.0.0.1:1/healthz cannot be reached');
});

it('warns of a model that is not there and of prices that were looked up long ago', async () => {
  const config = join(folder, 'old.yaml');
  writeFileSync(
    config,
    'budgets: { prices-age-days: 30 }\nmodels:\n  gone: { ref: nobody/nothing, price: { hardware: l40s } }\n',
  );
  const { code, output } = await replibot('doctor', { ...everything, REPLIBOT_CONFIG: config });
  expect(code).toBe(1);
  expect(output).toMatch(/PROBLEM The model gone: /);
  expect(output).toMatch(
    /WARNING For `\/run`: the prices of [\w./-]+ and \d+ other models were looked up more than 30 days ago/,
  );
  expect(output).toMatch(
    /WARNING The price of L40S was looked up \d+ days ago; compare it with https:\/\/replicate\.com\/pricing/,
  );
});

it('register without Discord says what is missing', async () => {
  expect(await replibot('register', {})).toEqual({ code: 1, output: 'register needs DISCORD_TOKEN\n' });
});
