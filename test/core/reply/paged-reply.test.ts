/** One request per write, pages in order; and the shared reply contract on a surface in memory. */

import { describe, expect, it } from 'vitest';
import { createPagedReply } from '../../../src/core/reply/paged-reply.ts';
import { createMemorySurface } from './memory-surface.ts';
import { replyContract } from './reply-contract.ts';

replyContract('a surface in memory', async () => createMemorySurface());
replyContract('a surface in memory that cannot delete', async () =>
  createMemorySurface({ canDelete: false }),
);

const words = (count: number) => 'word '.repeat(count).trim();

describe('a paged reply', () => {
  it('sends at most one request per write, and none when all is shown', async () => {
    const surface = createMemorySurface();
    const reply = surface.open();
    for (let call = 1; call <= 3; call++) {
      expect(await reply.write({ text: words(1_000) }, true)).toBe(call < 3 ? 'more' : 'shown');
      expect(surface.requests).toBe(call);
    }
    expect(await reply.write({ text: words(1_000) }, true)).toBe('shown');
    expect(surface.requests).toBe(3);
  });

  it('finishes a page, its status gone, before it begins the next', async () => {
    const surface = createMemorySurface();
    const reply = surface.open();
    await reply.write({ text: words(300), status: 'Writing' }, false);
    await reply.write({ text: words(600), status: 'Writing' }, false);
    expect((await surface.shown()).length).toBe(1);
    expect(await surface.smallPrint?.()).toEqual([]);
    await reply.write({ text: words(600), status: 'Writing' }, false);
    expect((await surface.shown()).length).toBe(2);
    expect(await surface.smallPrint?.()).toEqual(['Writing']);
  });

  it('does not touch finished pages again', async () => {
    const surface = createMemorySurface();
    const reply = surface.open();
    while ((await reply.write({ text: words(2_000) }, false)) === 'more');
    const before = surface.requests;
    await reply.write({ text: `${words(2_000)} end` }, true);
    expect(surface.requests).toBe(before + 1);
  });

  it('keeps back what may belong to the next page, until it is the last', async () => {
    const surface = createMemorySurface();
    const reply = surface.open();
    const text = `${words(340)} [a link](https://example.org/`;
    await reply.write({ text }, false);
    expect(await surface.shown()).toEqual([words(340)]);
    await reply.write({ text }, true);
    expect(await surface.shown()).toEqual([text]);
  });

  it('shows no marks that are open while the text grows, and the text as it is at the end', async () => {
    const surface = createMemorySurface();
    const reply = surface.open();
    const at = async (text: string, final = false) => {
      await reply.write({ text, status: 'Writing' }, final);
      return surface.shown();
    };
    expect(await at('This is **very imp')).toEqual(['This is **very imp**']);
    expect(await at('This is **very important**, see [the docs](https://ex')).toEqual([
      'This is **very important**, see the docs',
    ]);
    expect(await at('This is **very important**, see [the docs](https://ex', true)).toEqual([
      'This is **very important**, see [the docs](https://ex',
    ]);
  });

  it('shows an ellipsis above its buttons where the text is nothing but marks yet', async () => {
    const surface = createMemorySurface();
    const buttons = [{ id: 'cancel:1', label: 'Cancel', style: 'danger' }] as const;
    const reply = surface.open();
    for (const text of ['\n\n', '\n\n**']) {
      await reply.write({ text, buttons }, false);
      expect(await surface.shown()).toEqual(['…']);
    }
    await reply.write({ text: '\n\n**Yes', buttons }, false);
    expect(await surface.shown()).toEqual(['**Yes**']);
  });

  it('knows when its next request begins a message', async () => {
    const paged = createPagedReply({
      limit: 200,
      create: async (_, index) => `${index}`,
      edit: async () => undefined,
    });
    const begun: boolean[] = [];
    for (const count of [10, 20, 90, 90, 90, 90]) {
      begun.push(paged.begins);
      await paged.write({ text: words(count) }, false);
    }
    expect(begun).toEqual([true, false, false, true, true, false]);
  });

  it('deletes the pages that a shorter text does not need, or reduces them where it cannot', async () => {
    for (const canDelete of [true, false]) {
      const surface = createMemorySurface({ canDelete });
      const reply = surface.open();
      while ((await reply.write({ text: words(1_000) }, false)) === 'more');
      while ((await reply.write({ text: 'short' }, true)) === 'more');
      expect(await surface.shown()).toEqual(canDelete ? ['short'] : ['short', '…', '…']);
    }
  });

  it('repeats a page whose request failed', async () => {
    const surface = createMemorySurface();
    const reply = surface.open();
    await reply.write({ text: 'one' }, false);
    surface.failNext(new Error('socket hang up'));
    await expect(reply.write({ text: 'one two' }, true)).rejects.toThrow('socket hang up');
    expect(await reply.write({ text: 'one two' }, true)).toBe('shown');
    expect(await surface.shown()).toEqual(['one two']);
  });

  it('goes on with the message that took the place of another', async () => {
    const edited: string[] = [];
    const reply = createPagedReply({
      limit: 100,
      pageIds: ['old'],
      create: async () => expect.fail('nothing is to be created'),
      async edit(id, { text }) {
        edited.push(`${id}: ${text}`);
        return id === 'old' ? 'new' : undefined;
      },
    });
    await reply.write({ text: 'one' }, false);
    expect(reply.pageIds).toEqual(['new']);
    await reply.write({ text: 'one two' }, true);
    expect([edited, reply.pageIds]).toEqual([['old: one', 'new: one two'], ['new']]);
  });

  it('does not trust what a message shows after a failed request, which may have had its effect', async () => {
    const surface = createMemorySurface();
    const reply = surface.open();
    await reply.write({ text: 'one' }, false);
    surface.failNext(new Error('timeout'));
    await expect(reply.write({ text: 'two' }, false)).rejects.toThrow('timeout');
    await reply.write({ text: 'one' }, true);
    expect(surface.requests).toBe(3);
  });

  it('sends no request for nothing, and an ellipsis where something must go', async () => {
    const surface = createMemorySurface();
    const reply = surface.open();
    expect(await reply.write({ text: ' \n' }, true)).toBe('shown');
    expect(surface.requests).toBe(0);
    await reply.write({ text: '', status: 'Booting' }, false);
    await reply.write({ text: '' }, true);
    expect(await surface.shown()).toEqual(['…']);
  });
});
