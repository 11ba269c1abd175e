/** What every surface's replies must do, whatever their platform: the one suite that each of them has to pass. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Message, Reply, ReplyRef } from '../../../src/core/chat.ts';
import { fencesBalanced } from './fence-balance.ts';

export interface ReplyHarness {
  /** A new reply that shows nothing yet. */
  open(): Reply;
  /** The reply behind a ref, as another process would make it: nothing but the ref may be carried over. */
  reopen(ref: ReplyRef): Reply;
  /** The visible text of each of the reply's messages in order, as a reader sees it, without small print. */
  shown(): Promise<string[]>;
  /** Whom the platform notified, by whatever name it has for them. */
  pings(): Promise<string[]>;
  /** Statuses and footnotes on show, where the surface can tell them from the text. */
  smallPrint?(): Promise<string[]>;
  /** The ids of the buttons on show. */
  buttonIds?(): Promise<string[]>;
  close(): Promise<void> | void;
}

const MENTIONS = [
  '@everyone @here <@123456789012345678> <@!123456789012345678> <@&234567890123456789> <#345678901234567890>',
  '<!channel> <!here> <!everyone> <@U0123ABCD> <@U0123ABCD|ada> <#C0123ABCD> <!subteam^S0123ABCD> <!subteam^S0123ABCD|team>',
  '`<!channel>` [text](<!here>) <<!channel>> &lt;!here&gt;',
].join('\n');

const CANCEL = { id: 'cancel:run-1', label: 'Cancel', style: 'danger' } as const;
const AGAIN = { id: 'again:run-1', label: 'Regenerate', style: 'secondary' } as const;

/** Prose with code in it, about `length` characters, every word numbered so that none can be lost or doubled unnoticed. */
function longAnswer(length: number): string {
  let text = '';
  for (let word = 1; text.length < length; word++) {
    text += `w${word}${word % 17 === 0 ? '.' : ''}`;
    if (word % 400 === 150) text += '\n\n```python\n';
    else if (word % 400 === 390) text += '\n```\n\n';
    else text += word % 50 === 0 ? '\n\n' : word % 10 === 0 ? '\n' : ' ';
  }
  return fencesBalanced(text) ? text : `${text}\n\`\`\``;
}

const wordsOf = (text: string) => text.match(/\bw\d+\b/g) ?? [];
const squeezed = (texts: readonly string[]) => texts.join('\n').replace(/\s+/g, ' ').trim();

/** Writes until all is shown, as the pacer does. */
async function writeAll(reply: Reply, message: Message, final = false): Promise<number> {
  for (let calls = 1; calls <= 60; calls++) if ((await reply.write(message, final)) === 'shown') return calls;
  throw new Error('60 requests were not enough to show the message');
}

/** Runs the suite against one surface; `harness` makes a fresh one for each test. */
export function replyContract(name: string, harness: () => Promise<ReplyHarness>): void {
  describe(`a reply on ${name}`, () => {
    let surface: ReplyHarness;
    beforeEach(async () => {
      surface = await harness();
    });
    afterEach(() => surface.close());

    it('shows a short text in one message', async () => {
      await writeAll(surface.open(), { text: 'Hello, world.' }, true);
      expect(await surface.shown()).toEqual(['Hello, world.']);
    });

    it('edits the same message while the text grows', async () => {
      const reply = surface.open();
      for (const text of ['One', 'One two', 'One two three'])
        await writeAll(reply, { text, status: 'Writing', buttons: [CANCEL] });
      expect(await surface.shown()).toEqual(['One two three']);
      await writeAll(reply, { text: 'One two three four' }, true);
      expect(await surface.shown()).toEqual(['One two three four']);
    });

    it('replaces a text that turned out to be wrong', async () => {
      const reply = surface.open();
      await writeAll(reply, { text: 'The answer is 41' });
      await writeAll(reply, { text: 'The answer is 42' }, true);
      expect(await surface.shown()).toEqual(['The answer is 42']);
    });

    it('shows a status before there is any text, and the text in its place', async () => {
      const reply = surface.open();
      await writeAll(reply, { text: '', status: 'The model is booting, 12 s', buttons: [CANCEL] });
      if (surface.smallPrint)
        expect((await surface.smallPrint()).join()).toContain('The model is booting, 12 s');
      await writeAll(reply, { text: 'Here I am.' }, true);
      expect(await surface.shown()).toEqual(['Here I am.']);
      if (surface.smallPrint) expect((await surface.smallPrint()).join()).not.toContain('booting');
    });

    it('ends with a footnote and buttons around the whole text', async () => {
      const reply = surface.open();
      await writeAll(reply, { text: 'Half an', status: 'Writing', buttons: [CANCEL] });
      await writeAll(
        reply,
        { text: 'Half an answer.', footnote: 'llama · 3 s · $0.002', buttons: [AGAIN] },
        true,
      );
      expect(await surface.shown()).toEqual(['Half an answer.']);
      if (surface.smallPrint) expect((await surface.smallPrint()).join()).toContain('llama · 3 s · $0.002');
      if (surface.buttonIds) expect(await surface.buttonIds()).toEqual([AGAIN.id]);
    });

    it('delivers 9,000 characters whole, code blocks closed on every page', async () => {
      const text = longAnswer(9_000);
      await writeAll(surface.open(), { text, footnote: 'llama', buttons: [AGAIN] }, true);
      const shown = await surface.shown();
      expect(wordsOf(shown.join('\n'))).toEqual(wordsOf(text));
      for (const page of shown) expect(fencesBalanced(page), page).toBe(true);
      if (surface.buttonIds) expect(await surface.buttonIds()).toEqual([AGAIN.id]);
    });

    it('delivers the same when the 9,000 characters came little by little', async () => {
      const text = longAnswer(9_000);
      const reply = surface.open();
      for (let end = 700; end < text.length; end += 700)
        await reply.write({ text: text.slice(0, end), status: 'Writing', buttons: [CANCEL] }, false);
      await writeAll(reply, { text, footnote: 'llama' }, true);
      const shown = await surface.shown();
      expect(wordsOf(shown.join('\n'))).toEqual(wordsOf(text));
      for (const page of shown) expect(fencesBalanced(page), page).toBe(true);
      if (surface.buttonIds) expect(await surface.buttonIds()).toEqual([]);
    });

    it('moves no text that was on show to another message while it grows', async () => {
      const text = Array.from({ length: 700 }, (_, word) => `w${word}${word % 9 === 0 ? '.' : ''}`).join(' ');
      const reply = surface.open();
      let before: readonly string[] = [];
      for (let end = 90; end < text.length; end += 270) {
        await writeAll(reply, { text: text.slice(0, end) });
        const now = await surface.shown();
        for (const [page, shown] of before.entries()) {
          expect(now[page]?.replace(/\s+/g, ' ').startsWith(shown), `${shown}\n=====>\n${now[page]}`).toBe(
            true,
          );
        }
        before = now.map((shown) => shown.replace(/\s+/g, ' ').trim());
      }
    });

    it('notifies nobody, whatever the model writes, at first or in an edit', async () => {
      const reply = surface.open();
      await writeAll(reply, { text: MENTIONS, status: 'Writing' });
      await writeAll(reply, { text: `${MENTIONS}\n\n${MENTIONS}` });
      await writeAll(reply, { text: `${'word '.repeat(1_500)}${MENTIONS}`, footnote: 'llama' }, true);
      expect(await surface.pings()).toEqual([]);
    });

    it('goes on in the same messages when another process takes the reply over', async () => {
      const text = longAnswer(9_000);
      const reply = surface.open();
      await writeAll(reply, { text: text.slice(0, 5_000), status: 'Writing', buttons: [CANCEL] });
      const before = await surface.shown();
      const ref: ReplyRef = JSON.parse(JSON.stringify(reply.ref));
      await writeAll(surface.reopen(ref), { text, footnote: 'llama' }, true);
      const after = await surface.shown();
      expect(wordsOf(after.join('\n'))).toEqual(wordsOf(text));
      expect(after.slice(0, before.length - 1)).toEqual(before.slice(0, -1));
    });

    it('shows emoji, right-to-left and combining characters as they are', async () => {
      const text = '👩‍👩‍👧‍👦 👍🏽 🇩🇪 שלום עולם مرحبا e\u0301 नमस्ते 한국어 漢字';
      await writeAll(surface.open(), { text }, true);
      expect(squeezed(await surface.shown()).normalize('NFC')).toBe(text.normalize('NFC'));
    });
  });
}
