/** Who may import whom: read from the imports themselves. */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const SOURCE = join(import.meta.dirname, '../src');

interface Import {
  readonly from: string;
  /** A path below src for our own files, a package's name for others. */
  readonly to: string;
}

/** Every static and dynamic import and re-export below src. */
function readImports(): readonly Import[] {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  return files.flatMap((from) => {
    const source = readFileSync(join(SOURCE, from), 'utf8');
    const pattern = /(?:\bfrom\s+|\bimport\s+|\bimport\()\s*'([^']+)'/g;
    return [...source.matchAll(pattern)].map(([, specifier = '']) => ({
      from,
      to: specifier.startsWith('.')
        ? relative(SOURCE, normalize(join(SOURCE, dirname(from), specifier)))
        : specifier.replace(/^(@[^/]+\/[^/]+|[^/@][^/]*).*$/, '$1'),
    }));
  });
}

const imports = readImports();

/** Imports that break a rule, as `file → import`. */
function broken(from: RegExp, forbidden: RegExp, allowed?: RegExp): string[] {
  return imports
    .filter((each) => from.test(each.from) && forbidden.test(each.to) && !allowed?.test(each.to))
    .map((each) => `${each.from} → ${each.to}`);
}

/** Imports of a package by files outside the only folder that may know it. */
function strangers(owner: RegExp, packages: RegExp): string[] {
  return imports
    .filter((each) => packages.test(each.to) && !owner.test(each.from))
    .map((each) => `${each.from} → ${each.to}`);
}

describe('import rules', () => {
  it('finds the imports at all', () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(imports.some((each) => each.from === 'main.ts' && each.to === 'app.ts')).toBe(true);
  });

  it('lets the core import neither bots nor commands nor sandbox nor the composition root', () => {
    expect(broken(/^core\//, /^(bots|commands|sandbox|app|main\.ts)/)).toEqual([]);
  });

  it('lets commands import only the core', () => {
    expect(broken(/^commands\//, /./, /^(core|commands)\//)).toEqual([]);
  });

  it('lets a bot import only the core and itself of our code', () => {
    for (const bot of ['api', 'discord', 'slack', 'web']) {
      expect(
        broken(
          new RegExp(`^bots/${bot}/`),
          /^(bots|commands|sandbox|app|main\.ts)/,
          new RegExp(`^bots/${bot}/`),
        ),
      ).toEqual([]);
    }
  });

  it('keeps the sandbox apart from the bot it stands in for', () => {
    expect(broken(/^sandbox\//, /^(core|bots|commands|app|main\.ts)/)).toEqual([]);
  });

  it('keeps each SDK and driver in its one room', () => {
    expect(strangers(/^bots\/discord\//, /^(discord\.js|@discordjs\/.*|discord-api-types)$/)).toEqual([]);
    expect(strangers(/^bots\/slack\//, /^@slack\//)).toEqual([]);
    expect(strangers(/^core\/models\//, /^(replicate|bottleneck)$/)).toEqual([]);
    expect(
      strangers(/^core\/storage\//, /^(pg|@photostructure\/sqlite|node:sqlite|keyv|@keyv\/.*)$/),
    ).toEqual([]);
  });

  it('reads the environment only in main.ts', () => {
    const readers = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && readFileSync(join(SOURCE, file), 'utf8').includes('process.env'),
    );
    expect(readers).toEqual(['main.ts']);
  });
});
