/** What the documents say against what the code does: settings, commands, paths, links, samples. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { declareCommands } from '../src/app/declare-commands.ts';
import { readConfig } from '../src/core/config/config.ts';
import { parseConfigFile } from '../src/core/config/read-file.ts';
import { fileSchema } from '../src/core/config/schema.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const captures = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map((match) => match[1] ?? '');
const sorted = (names: Iterable<string>) => [...new Set(names)].toSorted();

const readme = read('README.md');
const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'docs/architecture.md',
  ...['decisions', 'guides'].flatMap((folder) =>
    readdirSync(join(ROOT, 'docs', folder)).map((name) => `docs/${folder}/${name}`),
  ),
];
const packageFile = z
  .object({
    scripts: z.record(z.string(), z.string()),
    dependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(read('package.json')));

/** The part of a document below a heading, up to the next one of the same or a higher level. */
function section(document: string, heading: string): string {
  const from = document.indexOf(`\n${heading}\n`);
  if (from < 0) throw new Error(`there is no heading "${heading}"`);
  const body = document.slice(from + heading.length + 2);
  const level = heading.indexOf(' ');
  const next = new RegExp(`^#{1,${level}} `, 'm').exec(body);
  return body.slice(0, next?.index ?? body.length);
}

/** The code at the beginning of each row of a section's tables. */
const firstCells = (text: string) => captures(text, /^\| `([^`]+)`/gm);

/** Every name that the configuration asks the environment for. */
function variablesRead(): string[] {
  const asked = new Set<string>();
  const platforms: Record<string, string> = {
    DISCORD_TOKEN: 'x',
    SLACK_BOT_TOKEN: 'x',
    SLACK_APP_TOKEN: 'x',
  };
  readConfig(
    new Proxy(platforms, {
      get(values, name) {
        asked.add(String(name));
        return values[String(name)];
      },
    }),
  );
  return sorted(asked);
}

/** Every setting's path, like `commands.ask.model`; `*` stands for names that people choose. */
function settingPaths(schema: unknown, path: readonly string[] = []): string[] {
  if (schema instanceof z.ZodOptional) return settingPaths(schema.unwrap(), path);
  if (schema instanceof z.ZodRecord) return settingPaths(schema.valueType, [...path, '*']);
  if (schema instanceof z.ZodUnion) {
    return schema.options.flatMap((option: unknown) => settingPaths(option, path));
  }
  if (schema instanceof z.ZodObject) {
    const named = Object.entries(schema.shape).flatMap(([key, inner]) => settingPaths(inner, [...path, key]));
    const others = schema.def.catchall;
    return others && !(others instanceof z.ZodNever)
      ? [...named, ...settingPaths(others, [...path, '*'])]
      : named;
  }
  return [path.join('.')];
}

function statedPaths(value: unknown, schemaPaths: readonly string[], path: readonly string[] = []): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path.join('.')];
  return Object.entries(value).flatMap(([key, inner]) => {
    const exact = [...path, key].join('.');
    const known = schemaPaths.some((each) => each === exact || each.startsWith(`${exact}.`));
    return statedPaths(inner, schemaPaths, [...path, known ? key : '*']);
  });
}

describe('settings', () => {
  const variables = variablesRead();

  it('finds the variables at all', () => {
    expect(variables).toContain('DISCORD_SHARDS');
    expect(variables.length).toBeGreaterThan(10);
  });

  it('.env.example names exactly the variables that the bot reads, each with a comment, none of them set', () => {
    const lines = read('.env.example').split('\n');
    const named = lines.flatMap((line, index) => {
      const name = /^#([A-Z_]+)=/.exec(line)?.[1];
      if (name !== undefined) expect(lines[index - 1], name).toMatch(/^# \S/);
      return name ?? [];
    });
    expect(named.toSorted()).toEqual(variables);
    expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });

  it("the README's table names exactly the variables that the bot reads", () => {
    const named = firstCells(section(readme, '## Configuration'));
    expect(named.toSorted()).toEqual(variables);
  });

  it('replibot.example.yaml is valid and states every setting', () => {
    const stated = parseConfigFile(read('replibot.example.yaml'), 'replibot.example.yaml').file;
    const paths = settingPaths(fileSchema);
    expect(paths).toContain('models.*.price.per-second');
    // `free` and a price in braces share the path of the setting itself.
    expect(sorted(statedPaths(stated, paths))).toEqual(sorted(paths));
  });

  it('replibot.example.yaml shows the defaults where it says so', () => {
    const stated = readConfig({ REPLIBOT_CONFIG: join(ROOT, 'replibot.example.yaml') });
    const standard = readConfig({ REPLIBOT_CONFIG: emptyFile() });
    expect(stated.timezone).toBe(standard.timezone);
    expect(stated.budgets.eachPerson).toEqual(standard.budgets.eachPerson);
    expect(stated.budgets.everybody).toEqual(standard.budgets.everybody);
    expect({ ...stated.limits, cooldowns: new Map() }).toEqual(standard.limits);
    expect(stated.budgets.carryOver).toBe(standard.budgets.carryOver);
    expect(stated.budgets.askAboveMicroUsd).toBe(standard.budgets.askAboveMicroUsd);
    expect(stated.replies).toEqual(standard.replies);
    expect(stated.transcribe.askAboveSeconds).toBe(standard.transcribe.askAboveSeconds);
    expect(stated.models.get('llama')).toEqual(standard.models.get('llama'));
    expect(stated.ask.models[0]).toEqual(standard.ask.models[0]);
    expect({ ...stated.ask, models: [] }).toEqual({ ...standard.ask, models: [] });
  });

  it("the README's configuration is valid", () => {
    const [sample = ''] = captures(readme, /```yaml\n([\s\S]*?)```/g);
    expect(parseConfigFile(sample, 'README.md').file.timezone).toBe('Europe/Berlin');
  });

  it('the README states the budgets that are in force without configuration', () => {
    const { budgets } = readConfig({ REPLIBOT_CONFIG: emptyFile() });
    expect(budgets.eachPerson).toEqual({ amountMicroUsd: 1_000_000, unit: 'day' });
    expect(budgets.everybody).toEqual({ amountMicroUsd: 20_000_000, unit: 'month' });
    expect(readme).toContain('**$1.00 per day**');
    expect(readme).toContain('**$20.00 per month**');
  });
});

describe('commands', () => {
  it("the README's table has exactly the declared commands with their options and who may use them", async () => {
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const commands = await declareCommands(readConfig({ REPLIBOT_CONFIG: emptyFile() }), log);
    const declared = commands.map((command) => {
      const options = Object.entries(command.options).map(([name, option]) =>
        option.required ? name : `[${name}]`,
      );
      const who = command.access === 'admins' ? 'admins' : 'all';
      return `| \`${[`/${command.name}`, ...options].join(' ')}\` | ${who} |`;
    });
    const rows = captures(section(readme, '## Commands'), /^(\| `\/[^`]+` \| \w+ \|)/gm);
    expect(rows.toSorted()).toEqual(declared.toSorted());
  });

  it("the README's command line is that of --help, and the other way round", () => {
    const help = execFileSync(process.execPath, [join(ROOT, 'dist/main.js'), '--help'], { encoding: 'utf8' });
    const offered = captures(help.slice(help.indexOf('Commands:')), /^ {2}(\w+)/gm);
    expect(firstCells(section(readme, '## Command line')).toSorted()).toEqual(offered.toSorted());
    for (const [, name] of readme.matchAll(/npx replibot (\w+)/g)) expect(offered).toContain(name);
  });
});

describe('paths', () => {
  it.each(documents)('%s names only npm scripts that exist', (document) => {
    const scripts = captures(read(document), /npm run ([\w:]+)/g);
    expect(scripts.filter((script) => !(script in packageFile.scripts))).toEqual([]);
  });

  it.each(documents)('%s names only files that exist', (document) => {
    // The recipe's new command is the one file that is not there yet.
    const named = captures(
      read(document),
      /`((?:src|test|bench|docs|public|scripts|\.ci)\/[\w./-]+|\.ci\/run)`/g,
    ).filter((path) => path !== 'src/commands/left.ts');
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it.each(documents)('%s links only to files and headings that exist', (document) => {
    const broken = captures(read(document), /\]\(([^)\s]+)\)/g).filter((link) => {
      if (/^https?:/.test(link)) return false;
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? join(ROOT, document) : join(ROOT, dirname(document), path);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('decisions are numbered without gaps, and each has context, decision and consequences', () => {
    const names = readdirSync(join(ROOT, 'docs/decisions')).toSorted();
    expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_, index) => index + 1));
    for (const name of names) {
      const headings = captures(read(`docs/decisions/${name}`), /^## (.+)$/gm);
      expect(headings, name).toEqual(['Context', 'Decision', 'Consequences']);
    }
  });

  it('the decision about libraries names exactly the packages of package.json', () => {
    const rows = captures(read('docs/decisions/0001-libraries.md'), /^\| (`[^|]+)\|/gm);
    const named = rows.flatMap((row) => captures(row, /`([^`]+)`/g));
    const used = [...Object.keys(packageFile.dependencies), ...Object.keys(packageFile.devDependencies)];
    expect(named.toSorted()).toEqual(used.toSorted());
  });
});

it('the sample command in CONTRIBUTING.md type-checks', () => {
  const [sample = ''] = captures(read('CONTRIBUTING.md'), /```ts\n([\s\S]*?)```/g);
  const folder = mkdtempSync(join(tmpdir(), 'replibot-sample-'));
  try {
    writeFileSync(join(folder, 'left.ts'), sample.replaceAll("'../core/", `'${join(ROOT, 'src/core')}/`));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    const project = {
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: {
        typeRoots: [join(ROOT, 'node_modules/@types')],
        // The sample lies outside the project, so its imports are not relative ones that could be rewritten.
        rewriteRelativeImportExtensions: false,
        allowImportingTsExtensions: true,
      },
      include: ['left.ts'],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project));
    expect(compile(folder)).toBe('');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** The compiler's complaints; empty when it has none. */
function compile(folder: string): string {
  try {
    execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' });
    return '';
  } catch (error) {
    if (error instanceof Error && 'stdout' in error) return String(error.stdout);
    throw error;
  }
}

/** Where a link's `#…` may point, as GitHub makes it from headings. */
function anchorsOf(document: string): string[] {
  return captures(document, /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
}

/** A configuration that says nothing, whatever lies in the working directory. */
function emptyFile(): string {
  return '/dev/null';
}
