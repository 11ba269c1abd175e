/** Replies on a Slack that loses answers, refuses streams and ends them, while processes die: random, repeatable by seed. */

import { describe, expect, it } from 'vitest';
import { readReplyRef } from '../../../src/bots/slack/reply-ref.ts';
import type { Message, Reply } from '../../../src/core/chat.ts';
import { createPacer } from '../../../src/core/reply/pacer.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { randomOf } from '../../seeded-random.ts';
import { add } from '../../standins/slack/messages.ts';
import { ALICE, createWorld, DIRECT, GENERAL, latest, shownText } from '../../standins/slack/world.ts';
import { createSimulatedSlack, type Faults, refOf, silentLog } from './simulated-slack.ts';

/** So short that many answers outlive their streams. */
const streamLivesMs = 45_000;

/** Paragraphs, code and long lines, each word numbered so that none is lost or doubled unnoticed. */
function createText(random: () => number, words: number): string[] {
  return Array.from({ length: words }, (_, at) => {
    const kind = random();
    if (kind < 0.01) return `w${at}\n\n\`\`\`python\n`;
    if (kind < 0.02) return `w${at}\n\`\`\`\n\n`;
    if (kind < 0.05) return `w${at}.\n\n`;
    if (kind < 0.06) return `w${at} <!channel> <@U0BOB> `;
    return `w${at}${kind < 0.1 ? '\n' : ' '}`;
  });
}

async function simulate(seed: number, faults: Faults): Promise<void> {
  const random = randomOf(seed);
  const clock = createFakeClock(1_800_000_000_000);
  const world = createWorld(clock.now);
  const slack = createSimulatedSlack(clock, world, random, faults);
  const pacer = createPacer({ clock, log: silentLog });

  async function run(id: number): Promise<{ thread: string; channel: string; text: string }> {
    const channel = random() < 0.7 ? DIRECT : GENERAL;
    const version = { at: clock.now(), text: 'go', blocks: [], pings: [] };
    const question = add(world, { channel, author: ALICE, through: 'person', version });
    const tokens = createText(random, Math.floor(random() ** 2 * 3500) + 1);
    const everyMs = Math.floor(80 + random() * 250);
    const mode = channel === DIRECT ? 'stream' : 'posts';
    let ref = refOf(world, { mode, replyId: `reply-${id}`, channel, threadTs: question.ts });
    const hooks = {
      async onWritten(written: Reply['ref']) {
        ref = readReplyRef(JSON.parse(JSON.stringify(written)));
      },
    };
    let writer = pacer.open(slack.open(ref, false), hooks);
    const buttons = [{ id: `cancel:${id}`, label: 'Cancel', style: 'danger' as const }];
    writer.show({ text: '', status: 'Booting', buttons });
    await clock.sleep(Math.floor(random() * 2000));
    let text = '';
    for (let at = 0; at < tokens.length; at += 5) {
      text += tokens.slice(at, at + 5).join('');
      writer.show({ text, buttons });
      await clock.sleep(everyMs);
      if (random() < 0.005 * (faults.lost > 0 ? 1 : 0)) {
        // The process dies, and another takes the reply over from what was stored.
        writer.close();
        await clock.sleep(3000);
        writer = pacer.open(slack.open(ref, true), hooks);
      }
    }
    const final: Message = { text, footnote: 'llama' };
    for (;;) {
      try {
        await writer.finish(final);
        break;
      } catch {
        writer = pacer.open(slack.open(ref, true), hooks);
      }
    }
    return { thread: question.ts, channel, text };
  }

  const replies = 1 + Math.floor(random() * 8);
  const finished = Promise.all(Array.from({ length: replies }, (_, id) => run(id)));
  let done = false;
  void finished.then(
    () => (done = true),
    () => (done = true),
  );
  for (let second = 0; !done && second < 3600; second++) await clock.advance(1000);
  expect(done, `seed ${seed} ends`).toBe(true);

  for (const { thread, channel, text } of await finished) {
    const own = world.messages.filter(
      (message) => message.author === world.botUser && !message.deleted && message.threadTs === thread,
    );
    const shown = own.map((message) => shownText(latest(message))).join('\n');
    const where = `seed ${seed}, thread ${thread} in ${channel}`;
    expect(shown.match(/\bw\d+\b/g), where).toEqual(text.match(/\bw\d+\b/g));
    expect(
      own.flatMap((message) => message.versions.flatMap((each) => each.pings)),
      where,
    ).toEqual([]);
    expect(own.map((message) => message.stream).includes('live'), where).toBe(false);
    expect(world.sessions.get(`${channel}:${thread}`), where).not.toBe('processing');
  }
  expect(slack.rateLimited, `seed ${seed}`).toEqual([]);
}

describe('random replies on Slack', () => {
  it('are complete, in order, without a 429 on a Slack that works', async () => {
    for (let seed = 1; seed <= 3; seed++) await simulate(seed, { lost: 0, refused: 0, streamLivesMs });
  });

  it('are complete and shown once on one that loses, refuses and ends things, across deaths', async () => {
    for (let seed = 1; seed <= 20; seed++) await simulate(seed, { lost: 0.01, refused: 0.03, streamLivesMs });
  });
});
