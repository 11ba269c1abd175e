/** The services that some tests need and a developer need not have: Postgres and Redis. */

import { randomBytes } from 'node:crypto';
import { createClient } from '@redis/client';
import pg from 'pg';

/** Where it is said to be, else where it usually is; undefined when nobody answers there and nobody insists on it. */
async function find(
  service: string,
  given: string | undefined,
  usual: string,
  answers: (url: string) => Promise<boolean>,
): Promise<string | undefined> {
  const url = given ?? usual;
  if (await answers(url)) return url;
  if (given || process.env.REPLIBOT_REQUIRE_SERVICES === '1') {
    throw new Error(`${service} is required by the environment, but does not answer`);
  }
  return undefined;
}

async function postgresAnswers(url: string): Promise<boolean> {
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

async function redisAnswers(url: string): Promise<boolean> {
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

/** A Postgres server where databases may be made, or undefined when there is none. */
export const postgresUrl: string | undefined = await find(
  'Postgres',
  process.env.TEST_POSTGRES_URL,
  'postgres://postgres@127.0.0.1:5432/test',
  postgresAnswers,
);

/** A Redis server, or undefined when there is none. */
export const redisUrl: string | undefined = await find(
  'Redis',
  process.env.TEST_REDIS_URL,
  'redis://127.0.0.1:6379',
  redisAnswers,
);

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
