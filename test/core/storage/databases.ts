/** Fresh databases for tests that must hold on every kind; each one is removed by `remove`. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPostgresDatabase, postgresUrl } from '../../services.ts';

export interface TestDatabase {
  readonly url: string;
  remove(): Promise<void>;
}

export interface DatabaseKind {
  readonly name: string;
  create(): Promise<TestDatabase>;
}

const sqlite: DatabaseKind = {
  name: 'SQLite',
  async create() {
    const folder = await mkdtemp(join(tmpdir(), 'replibot-test-'));
    return {
      url: `sqlite:${join(folder, 'data', 'replibot.db')}`,
      remove: () => rm(folder, { recursive: true, force: true }),
    };
  },
};

function postgres(server: string): DatabaseKind {
  return {
    name: 'Postgres',
    async create() {
      const { url, drop } = await createPostgresDatabase(server);
      return { url, remove: drop };
    },
  };
}

/** Postgres only where there is one. */
export const databaseKinds: readonly DatabaseKind[] =
  postgresUrl === undefined ? [sqlite] : [sqlite, postgres(postgresUrl)];
