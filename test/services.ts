/** The services that some tests need and a developer need not have: Postgres and Redis. */

import { randomBytes } from 'node:crypto';
import { createClient } from '@redis/client';
import pg from 'pg';

const LOCAL = 'postgres://postgres@127.0.0.1:5432/test';

async function reaches(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

async function findPostgres(): Promise<string | undefined> {
  const given = process.env.TEST_POSTGRES_URL;
  if (await reaches(given ?? LOCAL)) return given ?? LOCAL;
  if (given || process.env.REPLIBOT_REQUIRE_SERVICES === '1') {
    throw new Error('Postgres is required by the environment, but does not answer');
  }
  return undefined;
}

/** A Postgres server where databases may be made, or undefined when there is none. */
export const postgresUrl: string | undefined = await findPostgres();

const LOCAL_REDIS = 'redis://127.0.0.1:6379';

async function reachesRedis(url: string): Promise<boolean> {
  const client = createClient({ url, socket: { connectTimeout: 1_000, reconnectStrategy: false } });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    // It has closed itself when nobody answered.
    if (client.isOpen) client.destroy();
  }
}

async function findRedis(): Promise<string | undefined> {
  const given = process.env.TEST_REDIS_URL;
  if (await reachesRedis(given ?? LOCAL_REDIS)) return given ?? LOCAL_REDIS;
  if (given || process.env.REPLIBOT_REQUIRE_SERVICES === '1') {
    throw new Error('Redis is required by the environment, but does not answer');
  }
  return undefined;
}

/** A Redis server, or undefined when there is none. */
export const redisUrl: string | undefined = await findRedis();

/** The URL of one of the server's numbered databases, without anything of ours in it; what else is there stays. */
export async function createRedisDatabase(server: string, number: number): Promise<string> {
  const url = new URL(server);
  url.pathname = `/${number}`;
  const client = createClient({ url: url.href });
  await client.connect();
  const ours = await client.keys('replibot:*');
  if (ours.length > 0) await client.del(ours);
  client.destroy();
  return url.href;
}

async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A fresh, empty database on the server; `drop` removes it, whoever is still connected. */
export async function createPostgresDatabase(
  server: string,
): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `replibot_test_${randomBytes(6).toString('hex')}`;
  await administer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(server, `drop database ${name} with (force)`) };
}
