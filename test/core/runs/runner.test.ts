/** A request from its arrival to its last edit and its charge, whatever Replicate does on the way. */

import { describe, expect, it, vi } from 'vitest';
import { ADA, ADMIN, BOB, buttonOf, PRICE, startCore } from './running-core.ts';

const ANSWER = 'Grüße aus Köln 😀, und @everyone liest mit. '.repeat(8).trim();
const until = (condition: () => void | Promise<void>) =>
  vi.waitFor(condition, { timeout: 15_000, interval: 5 });

describe('an answer', () => {
  it('streams, is complete, and says what it cost and what is left', async () => {
    const core = await startCore({ sandbox: { answer: ANSWER, tokensPerSecond: 100 } });
    const reply = await core.ask('Who is there?');
    const final = await reply.final();
    expect(final.text).toBe(ANSWER);
    expect(final.footnote).toMatch(/^llama · [\d.]+ s · \$0\.\d+ · \$[\d.]+ left today$/);
    expect(final.buttons?.map((button) => button.label)).toEqual(['Regenerate']);
    const texts = reply.shown.map((message) => message.text);
    expect(texts.filter((text) => text !== '' && text !== ANSWER).length).toBeGreaterThan(1);
    for (const [index, text] of texts.entries()) expect(text.startsWith(texts[index - 1] ?? '')).toBe(true);
    expect(reply.shown[0]?.status).toBe('Asking llama…');
    expect(await core.books()).toEqual({
      spentMicroUsd: core.costOf(0),
      reservedMicroUsd: 0,
      differences: [],
    });
    await until(async () => expect((await core.runs())[0]?.state).toBe('closed'));
  });

  it('says again and again that the model is booting, and for how long', async () => {
    const core = await startCore({ sandbox: { coldBootMs: 1500, answer: ANSWER } });
    const reply = await core.ask('Are you awake?');
    await reply.final();
    const boots = reply.shown.flatMap(
      ({ status }) => /^llama is booting \((\d+)(?:\.\d)? s/.exec(status ?? '')?.[1] ?? [],
    );
    expect(boots.map(Number)).toHaveLength(3);
    expect(Number(boots[0])).toBeGreaterThanOrEqual(3);
    expect(Number(boots[1])).toBeGreaterThanOrEqual(8);
    expect((await core.books()).spentMicroUsd).toBe(core.costOf(0));
  });

  it('says that the model is at work until there is more to read than blanks', async () => {
    const core = await startCore({ sandbox: { answer: '\n\n', tokensPerSecond: 5 } });
    core.sandbox.faults.stallAfterTokens = 1;
    const reply = await core.ask('Hello');
    await until(() => expect(core.sandbox.predictions[0]?.output).toEqual(['\n\n']));
    await core.press(buttonOf(reply.shown[0] ?? { text: '' }, 'Cancel'), ADA);
    expect((await reply.final()).text).toBe('**Cancelled.**');
    for (const { status } of reply.shown.slice(0, -1)) expect(status).toBeTruthy();
  });

  it('is whole although its stream was cut', async () => {
    const core = await startCore({
      sandbox: { answer: ANSWER, cutStream: { afterBytes: 300, times: 2, how: 'socket' } },
    });
    expect((await (await core.ask('Hello')).final()).text).toBe(ANSWER);
    expect(core.sandbox.predictions).toHaveLength(1);
  });

  it('is given once to an event that arrives twice', async () => {
    const core = await startCore({ sandbox: { answer: ANSWER } });
    const first = await core.ask('Hello', { eventId: 'the same' });
    const second = await core.ask('Hello', { eventId: 'the same' });
    await first.final();
    expect(second.shown).toEqual([]);
    expect(core.sandbox.predictions).toHaveLength(1);
    expect((await core.books()).spentMicroUsd).toBe(core.costOf(0));
  });

  it('remembers for its asker alone', async () => {
    const core = await startCore({ sandbox: { answer: 'Forty-two.' } });
    await (await core.ask('What is the answer?')).final();
    await (await core.ask('Why?')).final();
    await (await core.ask('Why?', { person: BOB })).final();
    const [, second, others] = core.sandbox.predictions.map((prediction) => String(prediction.input.prompt));
    expect(second).toContain('What is the answer?');
    expect(second).toContain('Forty-two.');
    expect(others).toBe('Why?');
  });
});

describe('a budget', () => {
  it('refuses what it cannot pay, naming the cost, what is left and when it resets', async () => {
    const core = await startCore({
      eachPerson: '0.01 per day',
      sandbox: { answer: ANSWER, tokensPerSecond: 100 },
    });
    await (await core.ask('First')).final();
    const { text } = await (await core.ask('Second')).final();
    expect(text).toMatch(
      /^Your budget of \$0\.01 per day has \$0\.00\d+ left; this needs about \$0\.0073\. It resets at 00:00 \(in \d+ (h|min)\)\.$/,
    );
    expect(core.sandbox.predictions).toHaveLength(1);
    expect((await core.books()).spentMicroUsd).toBe(core.costOf(0));
  });

  it('that is nearly used up shortens the time that the model is given', async () => {
    const core = await startCore({ eachPerson: '0.01 per day', sandbox: { answer: ANSWER } });
    await (await core.ask('Hello')).final();
    expect(core.sandbox.predictions[0]?.headers['cancel-after']).toBe(`${Math.floor(10_000 / PRICE)}s`);
  });

  it('stops a model that ignores its deadline', async () => {
    const core = await startCore({
      model: { maxSeconds: 6, typicalSeconds: 5 },
      sandbox: { answer: ANSWER, stallAfterTokens: 4, limitSecondMs: 100_000 },
    });
    const { text } = await (await core.ask('Go on for ever')).final();
    expect(text).toMatch(/reached the limit of what was reserved/);
    expect(core.sandbox.predictions[0]?.status).toBe('canceled');
    expect((await core.books()).spentMicroUsd).toBe(core.costOf(0));
  });

  it('lets a person have only so many requests at once', async () => {
    const core = await startCore({ atOnce: 2, sandbox: { stallAfterTokens: 2 } });
    await core.ask('One');
    await core.ask('Two');
    const third = await (await core.ask('Three')).final();
    expect(third.text).toMatch(/2 requests running already/);
    await core.ask('Mine', { person: BOB });
    await until(() => expect(core.sandbox.predictions).toHaveLength(3));
  });

  it('lets a person ask only so often, and says when to try again', async () => {
    const core = await startCore({ requestsPerMinute: 2, sandbox: { answer: 'Yes.' } });
    await (await core.ask('One')).final();
    await (await core.ask('Two')).final();
    const { text } = await (await core.ask('Three')).final();
    expect(text).toMatch(/more than 2 requests in a minute\. Try again in \d+ s/);
    expect(core.sandbox.predictions).toHaveLength(2);
  });
});

describe('cancelling', () => {
  async function running() {
    const core = await startCore({ sandbox: { answer: ANSWER, stallAfterTokens: 6 } });
    const reply = await core.ask('Hello');
    await until(() => expect(reply.shown.at(-1)?.text).toContain('Grüße'));
    const button = reply.shown.at(-1)?.buttons?.[0]?.id ?? '';
    return { core, reply, button };
  }

  it.each([
    ['the one who asked', ADA],
    ['an admin', ADMIN],
  ])('by %s stops the prediction, and what it used is charged', async (_, person) => {
    const { core, reply, button } = await running();
    expect(await core.press(button, person)).toMatch(/^Cancelled/);
    const final = await reply.final();
    expect(final.text).toContain('Grüße');
    expect(final.text).toMatch(/Cancelled\./);
    expect(core.sandbox.predictions[0]?.status).toBe('canceled');
    const books = await core.books();
    expect(books.spentMicroUsd).toBe(core.costOf(0));
    expect(books.spentMicroUsd).toBeGreaterThan(0);
    expect(books.reservedMicroUsd).toBe(0);
    expect(await core.press(button, person)).toMatch(/already ended/);
  });

  it('is refused to others, and harmless when pressed twice', async () => {
    const { core, reply, button } = await running();
    expect(await core.press(button, BOB)).toMatch(/^Only the one who asked or an admin/);
    expect(core.sandbox.predictions[0]?.status).toBe('processing');
    await Promise.all([core.press(button, ADA), core.press(button, ADA)]);
    await reply.final();
    expect((await core.books()).spentMicroUsd).toBe(core.costOf(0));
  });

  it('pressed again reaches Replicate when the first time did not', async () => {
    const { core, reply, button } = await running();
    core.sandbox.faults.ignoreCancel = true;
    await core.press(button, ADA);
    expect(core.sandbox.predictions[0]?.status).toBe('processing');
    core.sandbox.faults.ignoreCancel = false;
    expect(await core.press(button, ADA)).toMatch(/being cancelled already/);
    expect((await reply.final()).text).toMatch(/Cancelled\./);
    expect(core.sandbox.predictions[0]?.status).toBe('canceled');
  });

  it('before the model was asked costs nothing and asks nothing', async () => {
    const core = await startCore({ sandbox: { dropCreates: { when: 'before', times: 1 } } });
    const reply = await core.ask('Hello');
    await until(() => expect(core.log.join()).toContain('a create got no answer'));
    const [run] = await core.runs();
    await core.press(`cancel:${run?.id}`, ADA);
    const final = await reply.final();
    expect(final.text).toMatch(/Cancelled before it began/);
    expect(final.footnote).toContain('no charge');
    expect(core.sandbox.predictions).toHaveLength(0);
    expect(await core.books()).toEqual({ spentMicroUsd: 0, reservedMicroUsd: 0, differences: [] });
  });

  it('while the create is on its way stops what it created', async () => {
    const core = await startCore({ sandbox: { responseDelayMs: 150, stallAfterTokens: 1 } });
    const reply = await core.ask('Hello');
    const [run] = await core.runs();
    await core.press(`cancel:${run?.id}`, ADA);
    await reply.final();
    expect(core.sandbox.predictions.map(({ status }) => status)).not.toContain('processing');
    expect((await core.books()).reservedMicroUsd).toBe(0);
  });
});

describe('when Replicate fails', () => {
  it('an error code becomes a sentence, and the time used is charged', async () => {
    const core = await startCore({
      sandbox: { answer: ANSWER, endFailed: { error: 'CUDA out of memory (E1001)', afterTokens: 8 } },
    });
    const final = await (await core.ask('Hello')).final();
    expect(final.text).toMatch(/\*\*The model ran out of memory \(E1001\)\./);
    expect((await core.books()).spentMicroUsd).toBe(core.costOf(0));
    expect(core.costOf(0)).toBeGreaterThan(0);
  });

  it.each([401, 402])('%i is the operator’s: the person reads so, and pays nothing', async (status) => {
    const core = await startCore({ sandbox: { failCreates: { status, times: 1 } } });
    const final = await (await core.ask('Hello')).final();
    expect(final.text).toMatch(/account needs attention/);
    expect(final.footnote).toContain('no charge');
    expect(core.log.join('\n')).toContain(String(status));
    expect(core.log.join('\n')).not.toContain('r8_secret');
    expect(await core.books()).toEqual({ spentMicroUsd: 0, reservedMicroUsd: 0, differences: [] });
  });

  it.each(['after', 'before'] as const)(
    'a create whose connection is lost %s it was accepted makes one prediction',
    async (when) => {
      const core = await startCore({ sandbox: { answer: ANSWER, dropCreates: { when, times: 1 } } });
      const final = await (await core.ask('Hello')).final();
      expect(final.text).toBe(ANSWER);
      expect(core.sandbox.predictions).toHaveLength(1);
      expect((await core.books()).spentMicroUsd).toBe(core.costOf(0));
    },
  );

  it('two who ask the same at once get a prediction each, though neither create was answered', async () => {
    const core = await startCore({ sandbox: { answer: ANSWER, dropCreates: { when: 'after', times: 2 } } });
    const replies = await Promise.all([core.ask('Hello'), core.ask('Hello', { person: BOB })]);
    for (const reply of replies) expect((await reply.final()).text).toBe(ANSWER);
    const runs = await core.runs();
    expect(core.sandbox.predictions).toHaveLength(2);
    expect(runs.map((run) => run.predictionId).toSorted()).toEqual(
      core.sandbox.predictions.map((prediction) => prediction.id).toSorted(),
    );
    const spent = (await core.books(ADA)).spentMicroUsd + (await core.books(BOB)).spentMicroUsd;
    expect(spent).toBe(core.costOf(0) + core.costOf(1));
  });

  it('a run nobody can be asked about is charged as it was reserved', async () => {
    const core = await startCore({
      speed: 1000,
      sandbox: { dropCreates: { when: 'after', times: 1 }, failGets: { status: 503, times: 100_000 } },
    });
    const final = await (await core.ask('Hello')).final();
    expect(final.text).toMatch(/charged as reserved/);
    expect(final.footnote).toContain('(estimated)');
    expect(await core.books()).toEqual({
      spentMicroUsd: 300 * PRICE,
      reservedMicroUsd: 0,
      differences: [],
    });
  });
});
