/** The environment's part of the configuration: tokens, addresses, and how much is logged. */

import { configError } from './read-file.ts';

/** Which of Discord's gateway shards this process serves. */
export interface Shards {
  readonly ids: readonly number[];
  readonly total: number;
}

export interface EnvironmentConfig {
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
}

/** Throws OperatorError that names the variable and what it takes, never its value. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): EnvironmentConfig {
  const value = (name: string): string | undefined => env[name]?.trim() || undefined;
  const token = secret('REPLICATE_API_TOKEN');
  const redisUrl = value('REDIS_URL');
  const publicUrl = url('PUBLIC_URL');
  const adminToken = value('ADMIN_TOKEN');
  const discord = readDiscord();
  const slack = readSlack();
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
  };

  /** Clients refuse a header that can't be sent with an error that shows it, token and all: that must not come to pass. */
  function secret(name: string): string | undefined {
    const text = value(name);
    if (text === undefined || /^[\x21-\x7e]+$/.test(text)) return text;
    throw configError(
      `${name} has something in it that no token has (a space, a line break, a curly quote): copy it again`,
    );
  }

  function url(name: string): string | undefined {
    const text = value(name);
    if (text === undefined) return undefined;
    if (!URL.canParse(text) || !/^https?:/.test(text)) throw configError(`${name} must be an http(s) URL`);
    return text.replace(/\/$/, '');
  }

  function readDiscord(): EnvironmentConfig['discord'] {
    const discordToken = secret('DISCORD_TOKEN');
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

  function readSlack(): EnvironmentConfig['slack'] {
    const botToken = secret('SLACK_BOT_TOKEN');
    if (!botToken) return undefined;
    const appToken = secret('SLACK_APP_TOKEN');
    const signingSecret = secret('SLACK_SIGNING_SECRET');
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
