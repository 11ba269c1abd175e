/** The core with `/run`, `/models` and configured commands over the sandbox. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createConfiguredCommand } from '../../src/commands/configured.ts';
import { createModelsAllow, createModelsDeny } from '../../src/commands/model-rights.ts';
import { createModelsList } from '../../src/commands/models.ts';
import { createRun } from '../../src/commands/run.ts';
import { createFindRunnable } from '../../src/commands/run-model.ts';
import type { Attachment, Invocation, Message, Person } from '../../src/core/chat.ts';
import { type Config, readConfig } from '../../src/core/config/config.ts';
import type { FoundModel } from '../../src/core/models/prediction.ts';
import { createNamedModels } from '../../src/core/named-models.ts';
import { ADA, ADMIN, type Core, type CoreOptions, startCore } from '../core/runs/running-core.ts';

export interface NamedCore extends Core {
  /** Types the command as text; resolves with its last answer. */
  say(command: string, text: string, more?: Partial<Invocation>): Promise<Message>;
  /** The same as an admin. */
  sayAsAdmin(command: string, text: string, more?: Partial<Invocation>): Promise<Message>;
}

/** A configuration as somebody wrote it. */
export async function configured(yaml: string): Promise<Config> {
  const folder = await mkdtemp(join(tmpdir(), 'replibot-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'replibot.yaml');
  await writeFile(path, yaml);
  return readConfig({ REPLIBOT_CONFIG: path });
}

export async function startNamedCore(yaml: string, options: CoreOptions = {}): Promise<NamedCore> {
  const config = await configured(yaml);
  const core = await startCore({
    fileLimits: { maxCount: 10, maxBytes: 10_000_000, maxTotalBytes: 25_000_000 },
    commands: (services) => {
      const kept = new Map<string, readonly FoundModel[]>();
      const store = {
        get: async (key: string) => kept.get(key),
        set: async (key: string, value: readonly FoundModel[]) => kept.set(key, value),
      };
      const named = createNamedModels({ ...services, store });
      return [
        createRun({ ...services, ...named, find: createFindRunnable({ config, ...named }) }),
        createModelsList({ ...services, ...named, config }),
        createModelsAllow({ config, ...named }),
        createModelsDeny(named),
        ...config.customCommands.map((command) => createConfiguredCommand(command, services)),
      ];
    },
    ...options,
  });
  const say = async (command: string, text: string, more: Partial<Invocation> = {}) =>
    (await core.ask('', { command, args: { form: 'text', text }, ...more })).final();
  const as =
    (person: Person) =>
    (command: string, text: string, more: Partial<Invocation> = {}) =>
      say(command, text, { person, ...more });
  return { ...core, say: as(ADA), sayAsAdmin: as(ADMIN) };
}

/** A file that only its surface can open. */
export function attachment(name: string, contentType: string, bytes: Uint8Array): Attachment {
  return {
    name,
    url: `https://files.example/${name}`,
    contentType,
    sizeBytes: bytes.length,
    open: async () => ({
      stream: new Blob([Buffer.from(bytes)]).stream(),
      contentType,
      sizeBytes: bytes.length,
    }),
  };
}

/** A picture of one point. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Silence: 8 kHz, 8 bits, mono. */
export function wav(seconds = 0.5): Buffer {
  const samples = Buffer.alloc(seconds * 8000, 128);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + samples.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(8000, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}
