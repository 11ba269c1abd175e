/** Environment and replibot.yaml become one checked Config. */

import { existsSync } from 'node:fs';
import type { Cap } from '../budget/budget.ts';
import { parseCap } from '../budget/cap.ts';
import type { ModelRef } from '../models/prediction.ts';
import type { Price } from '../models/prices.ts';
import { parsePrice } from './price.ts';
import { configError, readConfigFile } from './read-file.ts';
import type { FileConfig, ModelFileConfig } from './schema.ts';

export interface ModelConfig {
  /** The name people type. */
  readonly name: string;
  readonly ref: ModelRef;
  readonly price: Price;
  readonly contextTokens: number;
  readonly maxSeconds: number;
  readonly typicalSeconds: number;
  readonly maxOutputTokens: number;
}

/** Which of Discord's gateway shards this process serves. */
export interface Shards {
  readonly ids: readonly number[];
  readonly total: number;
}

export interface Config {
  /** No token: the sandbox plays Replicate. */
  readonly replicate: { readonly token?: string; readonly apiUrl: string };
  readonly discord?: { readonly token: string; readonly apiUrl?: string; readonly shards?: Shards };
  readonly slack?: {
    readonly botToken: string;
    readonly apiUrl?: string;
    readonly transport: { readonly appToken: string } | { readonly signingSecret: string };
  };
  readonly databaseUrl: string;
  readonly redisUrl?: string;
  readonly http: { readonly host: string; readonly port: number; readonly publicUrl?: string };
  readonly adminToken?: string;
  readonly logLevel: string;
  readonly timezone: string;
  readonly admins: ReadonlySet<string>;
  readonly budgets: {
    readonly eachPerson: Cap;
    readonly everybody: Cap;
    readonly people: ReadonlyMap<string, Cap>;
    /** Neither was configured: the start-up log names the defaults in force. */
    readonly byDefault: boolean;
  };
  readonly limits: {
    readonly requests: { readonly count: number; readonly seconds: number };
    readonly atOnce: number;
  };
  readonly models: ReadonlyMap<string, ModelConfig>;
  readonly ask: {
    readonly models: readonly [ModelConfig, ...ModelConfig[]];
    readonly system: string;
    readonly memoryMs: number;
  };
}

const DEFAULT_MODELS: Readonly<Record<string, ModelFileConfig>> = {
  llama: { ref: 'meta/meta-llama-3-70b-instruct', price: { hardware: 'a40' }, context: 8000 },
  sdxl: {
    ref: 'stability-ai/sdxl:7762fd07cf82c948538e41f63f77d685e02b063e37e496e96eefd46c929f9bdc',
    price: { hardware: 'a40' },
  },
  whisper: {
    ref: 'openai/whisper:4d50797290df275329f202e48c76360b3f22b08d28c196cbc54600319435f8d2',
    price: { hardware: 't4' },
  },
};

const SECONDS = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const;

/** Reads everything once. Throws OperatorError that names the variable or the file's line and what is allowed there. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const value = (name: string): string | undefined => env[name]?.trim() || undefined;
  const path = value('REPLIBOT_CONFIG') ?? (existsSync('replibot.yaml') ? 'replibot.yaml' : undefined);
  const file: FileConfig = path ? readConfigFile(path) : {};

  const token = value('REPLICATE_API_TOKEN');
  const redisUrl = value('REDIS_URL');
  const publicUrl = url('PUBLIC_URL');
  const adminToken = value('ADMIN_TOKEN');
  const discord = readDiscord();
  const slack = readSlack();
  const models = readModels(file);
  return {
    replicate: {
      ...(token && { token }),
      apiUrl: url('REPLICATE_API_URL') ?? 'https://api.replicate.com/v1',
    },
    ...(discord && { discord }),
    ...(slack && { slack }),
    databaseUrl: readDatabaseUrl(),
    ...(redisUrl && { redisUrl }),
    http: { host: value('HOST') ?? '127.0.0.1', port: readPort(), ...(publicUrl && { publicUrl }) },
    ...(adminToken && { adminToken }),
    logLevel: readLogLevel(),
    timezone: file.timezone ?? 'UTC',
    admins: new Set(file.admins ?? []),
    budgets: readBudgets(file, path),
    limits: readLimits(file),
    models,
    ask: readAsk(file, models, path),
  };

  function url(name: string): string | undefined {
    const text = value(name);
    if (text === undefined) return undefined;
    if (!URL.canParse(text) || !/^https?:/.test(text)) throw configError(`${name} must be an http(s) URL`);
    return text.replace(/\/$/, '');
  }

  function readDiscord(): Config['discord'] {
    const discordToken = value('DISCORD_TOKEN');
    if (!discordToken) return undefined;
    const apiUrl = url('DISCORD_API_URL');
    const shards = readShards();
    return { token: discordToken, ...(apiUrl && { apiUrl }), ...(shards && { shards }) };
  }

  function readShards(): Shards | undefined {
    const text = value('DISCORD_SHARDS');
    if (text === undefined) return undefined;
    const match = /^(\d+(?:,\d+)*)\/(\d+)$/.exec(text);
    const ids = match?.[1]?.split(',').map(Number) ?? [];
    const total = Number(match?.[2]);
    if (ids.length > 0 && ids.every((id) => id < total)) return { ids, total };
    throw configError(
      'DISCORD_SHARDS must be like 0,1/4: the shards of this process, and how many there are',
    );
  }

  function readSlack(): Config['slack'] {
    const botToken = value('SLACK_BOT_TOKEN');
    if (!botToken) return undefined;
    const appToken = value('SLACK_APP_TOKEN');
    const signingSecret = value('SLACK_SIGNING_SECRET');
    if (!appToken && !signingSecret) {
      throw configError(
        'SLACK_BOT_TOKEN needs SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) beside it',
      );
    }
    const apiUrl = url('SLACK_API_URL');
    const transport = appToken ? { appToken } : { signingSecret: signingSecret ?? '' };
    return { botToken, ...(apiUrl && { apiUrl }), transport };
  }

  function readDatabaseUrl(): string {
    const text = value('DATABASE_URL') ?? 'sqlite:data/replibot.db';
    if (/^(sqlite:.+|postgres(ql)?:\/\/.+)$/.test(text)) return text;
    throw configError('DATABASE_URL must be sqlite:<file> or postgres://…');
  }

  function readPort(): number {
    const port = Number(value('PORT') ?? '8080');
    if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
    throw configError('PORT must be a number from 0 to 65535');
  }

  function readLogLevel(): string {
    const level = value('LOG_LEVEL') ?? 'info';
    if (['debug', 'info', 'warn', 'error', 'silent'].includes(level)) return level;
    throw configError('LOG_LEVEL must be debug, info, warn, error or silent');
  }
}

function readBudgets(file: FileConfig, path = ''): Config['budgets'] {
  const cap = (name: string, text: string): Cap => {
    const parsed = parseCap(text);
    if (parsed) return parsed;
    throw configError(`${path}: budgets.${name}: must be like 1.00 per day, 20 per month or unlimited`);
  };
  const people = Object.entries(file.budgets?.people ?? {}).map(
    ([id, text]) => [id, cap(`people.${id}`, text)] as const,
  );
  return {
    eachPerson: cap('each-person', file.budgets?.['each-person'] ?? '1.00 per day'),
    everybody: cap('everybody', file.budgets?.everybody ?? '20.00 per month'),
    people: new Map(people),
    byDefault: !file.budgets?.['each-person'] && !file.budgets?.everybody,
  };
}

function readLimits(file: FileConfig): Config['limits'] {
  const [count = '10', , unit = 'minute'] = (file.limits?.requests ?? '10 per minute').split(' ');
  return {
    requests: { count: Number(count), seconds: SECONDS[unit as keyof typeof SECONDS] },
    atOnce: file.limits?.['at-once'] ?? 2,
  };
}

function readModels(file: FileConfig): ReadonlyMap<string, ModelConfig> {
  const entries = Object.entries({ ...DEFAULT_MODELS, ...file.models }).map(([name, model]) => {
    const config: ModelConfig = {
      name,
      ref: model.ref,
      price: parsePrice(model.price, `models.${name}.price`),
      contextTokens: model.context ?? 4000,
      maxSeconds: model['max-seconds'] ?? 300,
      typicalSeconds: model['typical-seconds'] ?? 10,
      maxOutputTokens: model['max-tokens'] ?? 1024,
    };
    return [name, config] as const;
  });
  return new Map(entries);
}

function readAsk(file: FileConfig, models: ReadonlyMap<string, ModelConfig>, path = ''): Config['ask'] {
  const ask = file.commands?.ask;
  const first = ask?.model ?? ask?.models?.[0] ?? 'llama';
  const names = [...new Set([first, ...(ask?.models ?? [])])];
  const chosen = names.map((name) => {
    const model = models.get(name);
    if (model) return model;
    throw configError(`${path}: commands.ask: there is no model named ${name} under models`);
  });
  const [main, ...others] = chosen;
  if (!main) throw configError(`${path}: commands.ask: names no model`);
  return {
    models: [main, ...others],
    system: ask?.system ?? 'Answer briefly and helpfully. Use Markdown.',
    memoryMs: (ask?.['memory-hours'] ?? 24) * 3_600_000,
  };
}
