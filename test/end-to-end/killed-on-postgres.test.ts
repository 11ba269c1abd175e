/** kill -9 between the statements of a run on Postgres, seen on its wire: one answer, one prediction, one charge. */

import { describe, expect, it } from 'vitest';
import { createPostgresDatabase, postgresUrl } from '../services.ts';
import type { BotProcess } from './bot-process.ts';
import { expectOneCharge } from './charges.ts';
import { ANSWER, dieAt } from './dying.ts';
import { answerOnPage, askOnPage } from './page.ts';
import { createStage, type Stage } from './stage.ts';
import { allClosed } from './waiting.ts';
import { type Chunk, createWire, type Wire } from './wire.ts';

/** The first chunk where it is true is where the process dies; it gets no further. */
type Moment = (chunk: Chunk) => boolean;

const sends = (chunk: Chunk, statement: RegExp) => chunk.from === 'client' && statement.test(chunk.text);
const isCommit = (chunk: Chunk) => sends(chunk, /\bcommit\b/i);
const ADMITTING = /insert into "run"/;
const SETTLING = /update "run" set "state" = 'settled'/;
const within = (chunk: Chunk, statement: RegExp) => statement.test(chunk.transaction);
const isAnswerTo = (chunk: Chunk, statement: RegExp) =>
  chunk.from === 'server' && within(chunk, statement) && /\bcommit\b/i.test(chunk.transaction);

const MOMENTS: readonly { name: string; when: Moment }[] = [
  { name: 'its admission is committed, which it never hears', when: (c) => isAnswerTo(c, ADMITTING) },
  {
    name: 'the prediction is created and not recorded',
    when: (c) => sends(c, /update "run" set "state" = \$1, "prediction_id"/),
  },
  { name: 'the cost is about to be written', when: (c) => sends(c, SETTLING) },
  { name: 'the settlement is not committed', when: (c) => isCommit(c) && within(c, SETTLING) },
  { name: 'the settlement is committed, which it never hears', when: (c) => isAnswerTo(c, SETTLING) },
  {
    name: 'the run is about to be closed',
    when: (c) => sends(c, /update "run" set "state" = \$1, "lease_owner"/),
  },
];

interface Scene extends AsyncDisposable {
  readonly stage: Stage;
  readonly wire: Wire;
  readonly first: BotProcess;
  /** One that reaches the database directly. */
  startSecond(): Promise<BotProcess>;
}

async function createScene(server: string): Promise<Scene> {
  const database = await createPostgresDatabase(server);
  const wire = await createWire(new URL(database.url));
  const stage = await createStage(
    { answer: ANSWER, tokensPerSecond: 400, coldBootMs: 0 },
    { platforms: [], databaseUrl: database.url },
  );
  const throughWire = new URL(database.url);
  throughWire.hostname = '127.0.0.1';
  throughWire.port = String(wire.port);
  return {
    stage,
    wire,
    first: await stage.startBot({ DATABASE_URL: throughWire.href }),
    startSecond: () => stage.startBot(),
    async [Symbol.asyncDispose]() {
      await stage.close();
      await wire.close();
      await database.drop();
    },
  };
}

describe.runIf(postgresUrl).concurrent('a bot on Postgres that is killed', { timeout: 180_000 }, () => {
  it.each(MOMENTS)('goes on where it stood when $name', async ({ when }) => {
    await using scene = await createScene(postgresUrl ?? '');
    const { stage, wire, first } = scene;
    const killed = dieAt(wire, when, first);
    const asked = { conversation: crypto.randomUUID(), replyId: crypto.randomUUID() };
    // The answer to the request is lost together with the bot at some moments.
    await askOnPage(first, 'Tell me a story', asked).catch(() => undefined);
    await killed;

    const second = await scene.startSecond();
    await allClosed(stage);
    const answer = await answerOnPage(second, asked);
    expect(answer.text).toBe(ANSWER);
    expect(answer.footnote).toMatch(/^llama · .*\$\d.*left today/);
    await expectOneCharge(stage);
  });

  it('has taken no money when the admission was not committed, and the page may ask again', async () => {
    await using scene = await createScene(postgresUrl ?? '');
    const { stage, wire, first } = scene;
    const killed = dieAt(wire, (chunk) => isCommit(chunk) && within(chunk, ADMITTING), first);
    const asked = { conversation: crypto.randomUUID(), replyId: crypto.randomUUID() };
    await askOnPage(first, 'Tell me a story', asked).catch(() => undefined);
    await killed;

    const second = await scene.startSecond();
    expect(await stage.books()).toMatchObject({ runs: [], reservedMicroUsd: 0, differences: [] });
    await askOnPage(second, 'Tell me a story', asked);
    expect((await answerOnPage(second, asked)).text).toBe(ANSWER);
    await allClosed(stage);
    await expectOneCharge(stage);
  });
});
