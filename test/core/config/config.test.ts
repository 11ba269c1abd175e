import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/core/config/config.ts';
import { OperatorError } from '../../../src/core/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'replibot-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'replibot.yaml');

function withFile(source: string) {
  writeFileSync(file, source);
  return readConfig({ REPLIBOT_CONFIG: file });
}

function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(OperatorError);
    return error instanceof Error ? error.message : '';
  }
  throw new Error('it was accepted');
}

describe('without anything', () => {
  it('the sandbox, SQLite, loopback and the documented budgets are used', () => {
    expect(readConfig({})).toMatchObject({
      replicate: { apiUrl: 'https://api.replicate.com/v1' },
      databaseUrl: 'sqlite:data/replibot.db',
      http: { host: '127.0.0.1', port: 8080 },
      logLevel: 'info',
      timezone: 'UTC',
      budgets: {
        eachPerson: { amountMicroUsd: 1_000_000, unit: 'day' },
        everybody: { amountMicroUsd: 20_000_000, unit: 'month' },
        byDefault: true,
      },
      limits: { requests: { count: 10, seconds: 60 }, atOnce: 2 },
    });
    const { ask, models, discord, slack, adminToken } = readConfig({});
    expect([discord, slack, adminToken]).toEqual([undefined, undefined, undefined]);
    expect([...models.keys()]).toEqual(['llama', 'sdxl', 'whisper']);
    expect(ask.models.map(({ name, price }) => [name, price])).toEqual([
      ['llama', { by: 'second', microUsdPerSecond: 725 }],
    ]);
  });
});

describe('the environment', () => {
  it('is read whole', () => {
    const config = readConfig({
      REPLICATE_API_TOKEN: ' r8_token ',
      REPLICATE_API_URL: 'https://gateway.example/v1/',
      DISCORD_TOKEN: 'discord-token',
      DISCORD_API_URL: 'http://127.0.0.1:1/api',
      DISCORD_SHARDS: '0,1/4',
      SLACK_BOT_TOKEN: 'xoxb-1',
      SLACK_APP_TOKEN: 'xapp-1',
      DATABASE_URL: 'postgres://host/db',
      REDIS_URL: 'redis://host',
      HOST: '0.0.0.0',
      PORT: '9000',
      PUBLIC_URL: 'https://bot.example/',
      ADMIN_TOKEN: 'open sesame',
      LOG_LEVEL: 'debug',
    });
    expect(config).toMatchObject({
      replicate: { token: 'r8_token', apiUrl: 'https://gateway.example/v1' },
      discord: {
        token: 'discord-token',
        apiUrl: 'http://127.0.0.1:1/api',
        shards: { ids: [0, 1], total: 4 },
      },
      slack: { botToken: 'xoxb-1', transport: { appToken: 'xapp-1' } },
      databaseUrl: 'postgres://host/db',
      redisUrl: 'redis://host',
      http: { host: '0.0.0.0', port: 9000, publicUrl: 'https://bot.example' },
      adminToken: 'open sesame',
      logLevel: 'debug',
    });
  });

  it('with a signing secret means Slack over HTTP', () => {
    const { slack } = readConfig({ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 'secret' });
    expect(slack?.transport).toEqual({ signingSecret: 'secret' });
  });

  it.each([
    ['PORT', '70000', /^PORT must be a number from 0 to 65535$/],
    ['PORT', 'http', /^PORT must be/],
    ['LOG_LEVEL', 'loud', /^LOG_LEVEL must be debug, info, warn, error or silent$/],
    ['DATABASE_URL', 'mysql://user:secret-password@host', /^DATABASE_URL must be sqlite:<file> or postgres:/],
    ['PUBLIC_URL', 'bot.example', /^PUBLIC_URL must be an http\(s\) URL$/],
    ['REPLICATE_API_URL', 'ftp://user:secret-password@host', /^REPLICATE_API_URL must be/],
    ['SLACK_BOT_TOKEN', 'xoxb-secret-password', /^SLACK_BOT_TOKEN needs SLACK_APP_TOKEN/],
    ['REPLICATE_API_TOKEN', 'r8_secret-password\nr8_other', /^REPLICATE_API_TOKEN has something in it/],
    ['DISCORD_TOKEN', '“secret-password”', /^DISCORD_TOKEN has something in it/],
    ['REPLIBOT_CONFIG', '/nowhere/replibot.yaml', /^\/nowhere\/replibot\.yaml cannot be read/],
  ])('with %s=%s is refused, its value kept secret', (name, value, message) => {
    const text = refusal(() => readConfig({ [name]: value }));
    expect(text).toMatch(message);
    expect(text).not.toContain('secret-password');
  });

  it.each(['4/4', '0,4/4', 'zero/one', '0', '/2'])('refuses DISCORD_SHARDS=%s', (shards) => {
    const env = { DISCORD_TOKEN: 'discord-secret', DISCORD_SHARDS: shards };
    expect(refusal(() => readConfig(env))).toMatch(/^DISCORD_SHARDS must be like 0,1\/4/);
  });
});

describe('replibot.yaml', () => {
  it('sets everything', () => {
    const config = withFile(`
timezone: Europe/Berlin
admins: [discord:123456789012345678, slack:T0/U0]
budgets:
  each-person: 2.50 per week
  everybody: unlimited
  people: { web:admin: 5 once }
limits: { requests: 3 per hour, at-once: 1 }
models:
  cheap: { ref: owner/model, price: { input-tokens: 0.65, output-tokens: 2.75 }, context: 4096, max-tokens: 500 }
  own: { ref: deployments/acme/own, price: { per-second: 0.0014 }, max-seconds: 60, typical-seconds: 3 }
commands: { ask: { model: cheap, models: [own], system: Be brief., memory-hours: 1 } }
`);
    expect(config).toMatchObject({
      timezone: 'Europe/Berlin',
      budgets: {
        eachPerson: { amountMicroUsd: 2_500_000, unit: 'week' },
        everybody: { amountMicroUsd: 'unlimited' },
        byDefault: false,
      },
      limits: { requests: { count: 3, seconds: 3600 }, atOnce: 1 },
      ask: { system: 'Be brief.', memoryMs: 3_600_000 },
    });
    expect([...config.admins]).toEqual(['discord:123456789012345678', 'slack:T0/U0']);
    expect(config.budgets.people.get('web:admin')).toEqual({ amountMicroUsd: 5_000_000, unit: 'once' });
    expect(config.ask.models.map(({ name, price }) => [name, price])).toEqual([
      ['cheap', { by: 'token', microUsdPerMillionInput: 650_000, microUsdPerMillionOutput: 2_750_000 }],
      ['own', { by: 'second', microUsdPerSecond: 1400 }],
    ]);
  });

  it.each([
    ['', 4000, 1024],
    ['context: 600', 600, 300],
    ['max-tokens: 4000', 8000, 4000],
    ['context: 9000, max-tokens: 8000', 9000, 8000],
  ])('leaves room for a question: %j', (tokens, contextTokens, maxOutputTokens) => {
    const { models } = withFile(`models:\n  any: { ref: a/b, price: free, ${tokens} }\n`);
    expect(models.get('any')).toMatchObject({ contextTokens, maxOutputTokens });
  });

  it('makes a command of its own', () => {
    const { customCommands } = withFile(`
commands:
  upscale:
    description: Enlarge a picture
    model: sdxl
    presenter: pictures
    options:
      picture: { type: attachment, required: true, input: image }
      scale: { type: choice, choices: ["2", "4"], default: "2" }
    input: { face_enhance: false }
`);
    expect(customCommands).toMatchObject([
      {
        name: 'upscale',
        model: { name: 'sdxl' },
        access: 'everyone',
        presenter: 'pictures',
        options: {
          picture: { type: 'attachment', description: 'picture', required: true, input: 'image' },
          scale: { type: 'choice', required: false, input: 'scale', choices: ['2', '4'], default: '2' },
        },
        fixed: { face_enhance: false },
      },
    ]);
  });

  it('gives every scope its cap', () => {
    const { budgets } = withFile(`
budgets:
  each-channel: 5 per day
  roles: { discord:234567890123456789: 10 per day, slack:T0/S0: 0 }
  channels: { slack:C0: unlimited }
  workspaces: { slack:T0: 40 per month }
  carry-over: 2
  ask-above: 0.40
  warn-in: [slack:C0]
`);
    expect(budgets).toMatchObject({
      eachChannel: { amountMicroUsd: 5_000_000, unit: 'day' },
      carryOver: 2,
      askAboveMicroUsd: 400_000,
      warnIn: ['slack:C0'],
    });
    expect(budgets.eachWorkspace).toBeUndefined();
    expect(budgets.roles.get('slack:T0/S0')).toEqual({ amountMicroUsd: 0, unit: 'day' });
    expect(budgets.channels.get('slack:C0')).toMatchObject({ amountMicroUsd: 'unlimited' });
    expect(budgets.workspaces.get('slack:T0')).toEqual({ amountMicroUsd: 40_000_000, unit: 'month' });
  });

  it('may be empty', () => {
    expect(withFile('').timezone).toBe('UTC');
    expect(withFile('# nothing yet\n').timezone).toBe('UTC');
  });

  it.each([
    ['timezone: UTC\nbudget:\n  each-person: 1\n', `${file}:2: budget: no such setting`],
    ['budgets:\n\n  each-persn: 1\n', `${file}:3: budgets.each-persn: no such setting`],
    ['timezone: Berlin\n', `${file}:1: timezone: must be a time zone like Europe/Berlin`],
    ['limits:\n  requests: often\n', `${file}:2: limits.requests: must be like 10 per minute`],
    ['models:\n  a:\n    ref: nonsense\n    price: free\n', `${file}:3: models.a.ref: must be owner/name`],
    ['models:\n  a:\n    ref: o/n\n    price: cheap\n', `${file}:4: models.a.price: must be free, {hardware`],
    [
      'models:\n  a:\n    ref: o/n\n    price: {hardware: abacus}\n',
      `${file}:4: models.a.price: there is no hardware "abacus"; there is`,
    ],
    ['models:\n  a:\n    ref: o/n\n', `${file}:2: models.a.price: the price of o/n is not known`],
    [
      'budgets:\n  everybody: a lot\n',
      `${file}:2: budgets.everybody: must be like 1.00 per day, 20 per month or unlimited`,
    ],
    [
      'budgets:\n  roles:\n    discord:1: 5\n',
      `${file}:3: budgets.roles.discord:1: must be discord:<role id>`,
    ],
    [
      'budgets:\n  roles:\n    slack:T0/S0: lots\n',
      `${file}:3: budgets.roles.slack:T0/S0: must be like 1.00`,
    ],
    ['budgets:\n  ask-above: much\n', `${file}:2: budgets.ask-above: must be an amount like 0.40`],
    ['limits:\n  cooldowns:\n    ask: soon\n', `${file}:3: limits.cooldowns.ask: must be like 30 seconds`],
    [
      'commands:\n  ask: {model: gpt}\n',
      `${file}:2: commands.ask.model: there is no model named gpt under models`,
    ],
    ['commands:\n  run:\n    hardware: abacus\n', `${file}:3: commands.run.hardware: there is no hardware`],
    ['commands:\n  grow: {model: sdxl, options: {}}\n', `${file}:2: commands.grow.description: `],
    [
      'commands:\n  Grow: {description: x, model: sdxl, options: {}}\n',
      `${file}:2: commands.Grow: a command is named in lower case`,
    ],
    [
      'commands:\n  grow: {description: x, model: sdxl, options: {by: {type: choice}}}\n',
      `${file}:2: commands.grow.options.by: choices belong to an option of type choice`,
    ],
    [
      'limits:\n  cooldowns:\n    imagin: 5 seconds\n',
      `${file}:3: limits.cooldowns.imagin: there is no command named imagin that runs a model; there is ask, imagine`,
    ],
    [
      'guard:\n  model: llama\n  commands:\n    - ask\n    - imagin\n',
      `${file}:5: guard.commands.1: there is no command named imagin that runs a model`,
    ],
    [
      'commands:\n  run:\n    max-seconds: 60\n',
      `${file}:3: commands.run.max-seconds: needs hardware beside it`,
    ],
    [
      'models:\n  big: { ref: a/b, price: free, context: 4000, max-tokens: 4000 }\n',
      `${file}:2: models.big.max-tokens: must be 250 below context`,
    ],
    [
      'commands:\n  grow: {description: x, model: sdxl, options: {by: {type: string, max: 3}}}\n',
      `${file}:2: commands.grow.options.by: min and max belong to an option of type integer or number`,
    ],
    [
      'commands:\n  grow: {description: x, model: sdxl, options: {by: {type: number, min: 4, max: 3}}}\n',
      `${file}:2: commands.grow.options.by: min is above max`,
    ],
    [
      'commands:\n  grow: {description: x, model: sdxl, options: {by: {type: number, accept: [image]}}}\n',
      `${file}:2: commands.grow.options.by: accept belongs to an option of type attachment`,
    ],
    ...[
      ['{type: integer, min: 1.5}', 'min and max of an integer are whole numbers'],
      ['{type: integer, max: 3, default: 4}', 'default must be a whole number of at most 3; not "4"'],
      ['{type: number, default: much}', 'default must be a number; not "much"'],
      ['{type: boolean, default: maybe}', 'default must be yes or no; not "maybe"'],
      ['{type: choice, choices: [a, b], default: c}', 'default can be a, b; not "c"'],
      ['{type: choice, choices: [a, a]}', 'choices holds one twice'],
      ['{type: attachment, default: a.png}', 'an attachment has no default'],
    ].map(([option, reason]): [string, string] => [
      `commands:\n  grow: {description: x, model: sdxl, options: {by: ${option}}}\n`,
      `${file}:2: commands.grow.options.by: ${reason}`,
    ]),
    [
      `commands:\n  grow: {description: x, model: sdxl, options: {by: {type: choice, choices: ["${'a'.repeat(101)}"]}}}\n`,
      `${file}:2: commands.grow.options.by.choices.0: `,
    ],
    [
      `commands:\n  grow: {description: x, model: sdxl, options: {by: {type: string, description: ""}}}\n`,
      `${file}:2: commands.grow.options.by.description: `,
    ],
    [
      `commands:\n  grow: {description: x, model: sdxl, options: {${Array.from({ length: 26 }, (_, at) => `o${at}: {type: string}`)}}}\n`,
      `${file}:2: commands.grow.options: a command has at most 25 options`,
    ],
    ['guard: {model: gpt}\n', `${file}:1: guard.model: there is no model named gpt under models`],
    ['admins: [ada]\n', `${file}:1: admins.0: must be discord:<user id>`],
    ['a: [1\n', `${file}:`],
  ])('%j is refused with its place', (source, message) => {
    expect(refusal(() => withFile(source))).toContain(message);
  });
});
