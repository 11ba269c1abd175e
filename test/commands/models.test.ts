/** `/models list`, `allow` and `deny` over the sandbox. */

import { describe, expect, it, onTestFinished } from 'vitest';
import { toDiscordCommands } from '../../src/bots/discord/commands.ts';
import { recogniseCommand } from '../../src/bots/slack/commands.ts';
import { defineInstantCommand } from '../../src/core/command.ts';
import { startDiscordBot } from '../bots/discord/discord-bot.ts';
import { startNamedCore } from './named-core.ts';

const FALLBACK = 'commands: { run: { hardware: t4, max-seconds: 600 } }';

it('shows what runs under each command, its price, and where that is from', async () => {
  const core = await startNamedCore(`models:
  story: { ref: sandbox/storyteller, price: free }
  quick: { ref: black-forest-labs/flux-schnell, price: { per-image: 0.004 } }
commands:
  ask: { models: [llama, story] }
  draw: { description: Draws, model: quick, options: { prompt: { type: string, required: true } } }`);
  const { text } = await core.say('models list', '');
  expect(text).toContain(
    'Models for `/ask`:\n' +
      '- **llama**: `meta/meta-llama-3-70b-instruct`, $0.000725 per second (A40 by replicate.com/pricing, 2026-11-20); used unless you name another\n',
  );
  expect(text).toMatch(
    /- \*\*story\*\*: `sandbox\/storyteller:[0-9a-f]{8}`, free \(set in the configuration\)/,
  );
  expect(text).toMatch(/Models for `\/imagine`:\n- \*\*sdxl\*\*: `stability-ai\/sdxl:7762fd07`/);
  expect(text).toContain(
    'Models for `/draw`:\n- **quick**: `black-forest-labs/flux-schnell`, $0.0040 per picture (set in the configuration)',
  );
  expect(text).not.toContain('`/run`');
});

describe('the word `models` alone', () => {
  const listed = defineInstantCommand({
    name: 'models list',
    alias: 'models',
    description: 'Models',
    access: 'everyone',
    options: {},
    run: async () => ({ text: '' }),
  });

  it('is the list', async () => {
    const core = await startNamedCore('');
    expect((await core.say('models', '')).text).toContain('Models for `/ask`:');
  });

  it('is no command of its own on Discord, and understood there in a mention', async () => {
    expect(toDiscordCommands([listed])).toMatchObject([{ name: 'models', options: [{ name: 'list' }] }]);
    const bot = await startDiscordBot({ commands: [listed] });
    onTestFinished(() => bot.close());
    bot.standin.mention('models');
    expect((await bot.next()).invocation).toMatchObject({ command: 'models', args: { text: '' } });
  });

  it('is understood on Slack, where the command has one word', () => {
    expect(recogniseCommand([listed], 'models')).toEqual({ command: listed, rest: '' });
    expect(recogniseCommand([listed], 'models list')).toEqual({ command: listed, rest: '' });
  });
});

it('shows what runs usually cost, once there were enough', async () => {
  const core = await startNamedCore(FALLBACK, { atOnce: 5, eachPerson: 'unlimited' });
  await core.sayAsAdmin('models allow', 'sandbox/word-counter');
  expect((await core.say('models list', '')).text).toMatch(
    /Models for `\/run`:\n- `sandbox\/word-counter:[0-9a-f]{8}`, \$0\.000225 per second \(T4 by replicate\.com\/pricing, 2026-11-20\)$/,
  );
  await Promise.all(
    ['a', 'b', 'c', 'd', 'e'].map((text) => core.sayAsAdmin('run', `sandbox/word-counter ${text}`)),
  );
  expect((await core.say('models list', '')).text).toMatch(
    /`, usually <?\$[\d.]+, 95 of 100 times at most <?\$[\d.]+ \(the last 5\); \$0\.000225 per second/,
  );
});

it('says when what is allowed has no price yet', async () => {
  const core = await startNamedCore('');
  expect((await core.sayAsAdmin('models allow', 'sandbox/word-counter')).text).toContain(
    'It is not run before its price is known',
  );
  expect((await core.say('models list', '')).text).toContain('without a price, so it is not run');
});

it('refuses to allow what does not exist and to deny what was not allowed', async () => {
  const core = await startNamedCore(FALLBACK);
  expect((await core.sayAsAdmin('models allow', 'sandbox/nothing')).text).toContain(
    'does not exist on Replicate',
  );
  expect((await core.sayAsAdmin('models deny', 'sandbox/nothing')).text).toContain('was not allowed');
});

it('suggests for a denial what is allowed', async () => {
  const core = await startNamedCore(FALLBACK);
  await core.sayAsAdmin('models allow', 'sandbox/word-counter');
  expect(await core.handler.suggest('models deny', 'model', 'COUNT')).toEqual([
    { name: 'sandbox/word-counter', value: 'sandbox/word-counter' },
  ]);
});
