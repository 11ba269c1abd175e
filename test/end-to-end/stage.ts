/** A whole stage: sandbox, Discord and Slack stand-ins, gates in front of them, a fresh database, the bot in processes. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBudget } from '../../src/core/budget/ledger.ts';
import { systemClock } from '../../src/core/clock.ts';
import { openDatabase } from '../../src/core/storage/open-database.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/server.ts';
import { createDiscordStandin, type DiscordStandin } from '../standins/discord/standin.ts';
import { createSlackStandin, type SlackStandin } from '../standins/slack/slack-standin.ts';
import { type BotProcess, runTask, startBot } from './bot-process.ts';
import { createGate, type Gate } from './gate.ts';

export interface Books {
  readonly runs: readonly { state: string; outcome: string | null; cost_micro_usd: number | null }[];
  /** Entries that settle or release a hold under everybody's cap: one for each run, or something is wrong. */
  readonly settlements: number;
  readonly spentMicroUsd: number;
  readonly reservedMicroUsd: number;
  readonly differences: readonly string[];
  /** The channels in which admins are still to be told of a budget. */
  readonly untold: readonly string[];
}

/** The web page is always there. */
export type Platform = 'discord' | 'slack';

export interface StageOptions {
  /** Where the bot is; default Discord. */
  readonly platforms?: readonly Platform[];
  /** How long Slack waits for an acknowledgement; default 3,000 ms, as Slack does. */
  readonly slackAckMs?: number;
  /** Default: a new SQLite file. */
  readonly databaseUrl?: string;
  /** What stands in replibot.yaml. */
  readonly config?: string | ((standins: Pick<Stage, 'discord' | 'slack'>) => string);
}

export interface Stage extends AsyncDisposable {
  readonly sandbox: Sandbox;
  /** Around the gate, for what models make: its links lead to the sandbox itself, and others are not trusted. */
  readonly sandboxUrl: string;
  readonly discord: DiscordStandin;
  readonly slack: SlackStandin;
  readonly replicateGate: Gate;
  readonly discordGate: Gate;
  readonly slackGate: Gate;
  startBot(env?: Readonly<Record<string, string>>): Promise<BotProcess>;
  /** The command line beside it, to its end; resolves with what it printed. Throws with what it complained of. */
  runTask(...words: readonly string[]): Promise<string>;
  /** What the database says, read beside the bot. */
  books(): Promise<Books>;
  close(): Promise<void>;
}

export async function createStage(
  sandboxOptions: SandboxOptions = {},
  { platforms = ['discord'], databaseUrl: givenDatabase, config, slackAckMs = 3000 }: StageOptions = {},
): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'replibot-'));
  const databaseUrl = givenDatabase ?? `sqlite:${join(folder, 'replibot.db')}`;
  const configPath = join(folder, 'replibot.yaml');
  const sandbox = createSandbox(sandboxOptions);
  const { url } = await sandbox.start();
  const discord = await createDiscordStandin();
  const slack = await createSlackStandin({ ackMs: slackAckMs });
  if (config !== undefined) {
    writeFileSync(configPath, typeof config === 'string' ? config : config({ discord, slack }));
  }
  const replicateGate = await createGate(new URL(url).origin);
  const discordGate = await createGate(new URL(discord.apiUrl).origin);
  const slackGate = await createGate(new URL(slack.apiUrl).origin);
  const credentials: Readonly<Record<Platform, Readonly<Record<string, string>>>> = {
    discord: { DISCORD_TOKEN: discord.token, DISCORD_API_URL: `${discordGate.url}/api` },
    slack: {
      SLACK_BOT_TOKEN: slack.world.botToken,
      SLACK_APP_TOKEN: slack.world.appToken,
      SLACK_API_URL: `${slackGate.url}/api/`,
    },
  };
  const env: Readonly<Record<string, string>> = {
    DATABASE_URL: databaseUrl,
    ...(config !== undefined && { REPLIBOT_CONFIG: configPath }),
  };
  const bots: BotProcess[] = [];
  const stage: Stage = {
    sandbox,
    sandboxUrl: url,
    discord,
    slack,
    replicateGate,
    discordGate,
    slackGate,
    async startBot(more = {}) {
      const bot = await startBot({
        REPLICATE_API_TOKEN: 'r8_test',
        REPLICATE_API_URL: `${replicateGate.url}/v1`,
        ...env,
        ...Object.assign({}, ...platforms.map((platform) => credentials[platform])),
        ...more,
      });
      bots.push(bot);
      return bot;
    },
    runTask: (...words) => runTask(words, env),
    async books() {
      const database = await openDatabase(databaseUrl);
      try {
        const runs = await database.sql
          .selectFrom('run')
          .select(['state', 'outcome', 'cost_micro_usd'])
          .execute();
        const resolved = await database.sql
          .selectFrom('entry')
          .innerJoin('bucket', 'bucket.id', 'entry.bucket_id')
          .select('run_id')
          .where('bucket.scope', '=', 'everybody')
          .where('kind', 'in', ['settle', 'release'])
          .execute();
        const bucket = await database.sql
          .selectFrom('bucket')
          .selectAll()
          .where('scope', '=', 'everybody')
          .executeTakeFirst();
        const untold = await database.sql.selectFrom('admin_warning').select('channel').execute();
        const defaults = {
          eachPerson: { amountMicroUsd: 1_000_000, unit: 'day' as const },
          everybody: { amountMicroUsd: 20_000_000, unit: 'month' as const },
          people: new Map(),
        };
        const budget = createBudget({ database, clock: systemClock, timezone: 'UTC', defaults });
        return {
          runs,
          settlements: resolved.length,
          spentMicroUsd: bucket?.spent_micro_usd ?? 0,
          reservedMicroUsd: bucket?.reserved_micro_usd ?? 0,
          differences: await budget.verify(),
          untold: untold.map(({ channel }) => channel),
        };
      } finally {
        await database.close();
      }
    },
    async close() {
      await Promise.all(bots.map((bot) => bot.kill()));
      await Promise.all([discordGate.close(), slackGate.close(), replicateGate.close()]);
      await Promise.all([discord.close(), slack.close()]);
      await sandbox.stop();
      rmSync(folder, { recursive: true, force: true });
    },
    [Symbol.asyncDispose]: () => stage.close(),
  };
  return stage;
}
