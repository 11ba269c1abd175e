/** A whole stage: sandbox, Discord stand-in, gates in front of both, a fresh database, and the bot in a process. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBudget } from '../../src/core/budget/ledger.ts';
import { systemClock } from '../../src/core/clock.ts';
import { openDatabase } from '../../src/core/storage/open-database.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/server.ts';
import { createDiscordStandin, type DiscordStandin } from '../standins/discord/standin.ts';
import { type BotProcess, startBot } from './bot-process.ts';
import { createGate, type Gate } from './gate.ts';

export interface Books {
  readonly runs: readonly { state: string; outcome: string | null; cost_micro_usd: number | null }[];
  /** Entries that settle or release a hold under everybody's cap: one for each run, or something is wrong. */
  readonly settlements: number;
  readonly spentMicroUsd: number;
  readonly reservedMicroUsd: number;
  readonly differences: readonly string[];
}

export interface Stage {
  readonly sandbox: Sandbox;
  readonly discord: DiscordStandin;
  readonly replicateGate: Gate;
  readonly discordGate: Gate;
  startBot(env?: Readonly<Record<string, string>>): Promise<BotProcess>;
  /** What the database says, read beside the bot. */
  books(): Promise<Books>;
  close(): Promise<void>;
}

export async function createStage(options: SandboxOptions = {}): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'replibot-'));
  const databaseUrl = `sqlite:${join(folder, 'replibot.db')}`;
  const sandbox = createSandbox(options);
  const { url } = await sandbox.start();
  const discord = await createDiscordStandin();
  const replicateGate = await createGate(new URL(url).origin);
  const discordGate = await createGate(new URL(discord.apiUrl).origin);
  const bots: BotProcess[] = [];
  return {
    sandbox,
    discord,
    replicateGate,
    discordGate,
    async startBot(env = {}) {
      const bot = await startBot({
        REPLICATE_API_TOKEN: 'r8_test',
        REPLICATE_API_URL: `${replicateGate.url}/v1`,
        DISCORD_TOKEN: discord.token,
        DISCORD_API_URL: `${discordGate.url}/api`,
        DATABASE_URL: databaseUrl,
        ...env,
      });
      bots.push(bot);
      return bot;
    },
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
        };
      } finally {
        await database.close();
      }
    },
    async close() {
      await Promise.all(bots.map((bot) => bot.kill()));
      await Promise.all([discordGate.close(), replicateGate.close()]);
      await discord.close();
      await sandbox.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
