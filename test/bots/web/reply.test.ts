/** The reply contract on the web page, and what is special about it: it outlives the process. */

import { expect, it } from 'vitest';
import type { Reply } from '../../../src/core/chat.ts';
import { replyContract } from '../../core/reply/reply-contract.ts';
import {
  createDirectedHandler,
  createMapStore,
  openPlayground,
  type SeenExchange,
  watch,
} from './playground.ts';

const CONVERSATION = 'conversation-1';

function visibleText({ blocks }: SeenExchange): string {
  const text = blocks.join('').replace(/<[^>]*>/g, '');
  const entities: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&amp;': '&' };
  return text.replace(/&(?:lt|gt|quot|amp);/g, (entity) => entities[entity] ?? entity).trim();
}

replyContract('the web page', async () => {
  const store = createMapStore();
  const playground = await openPlayground({ handler: createDirectedHandler(), store });
  const other = await openPlayground({ handler: createDirectedHandler(), store });
  let opened = 0;
  const exchanges = async () => [
    ...(await watch(`${playground.url}/chat/${CONVERSATION}/events`, (seen) => seen.size >= opened)).values(),
  ];
  const details = async () =>
    (await exchanges()) as (SeenExchange & { footnote?: string; buttons: { id: string }[] })[];
  return {
    open(): Reply {
      opened++;
      return playground.surface.reopen({
        surface: 'web',
        conversation: CONVERSATION,
        replyId: `reply-id-${opened}`,
      });
    },
    reopen: (ref) => other.surface.reopen(ref),
    shown: async () => (await exchanges()).map(visibleText),
    // The page has nobody to notify.
    pings: async () => [],
    smallPrint: async () =>
      (await details()).flatMap(({ status, footnote }) => [status ?? '', footnote ?? '']),
    buttonIds: async () => (await details()).flatMap(({ buttons }) => buttons.map(({ id }) => id)),
    async close() {
      await Promise.all([playground.close(), other.close()]);
    },
  };
});

it('shows the conversation after a restart and goes on writing the answer that was cut off', async () => {
  const store = createMapStore();
  const handler = createDirectedHandler(async (reply) => {
    await reply.write({ text: 'Half an', status: 'Writing' }, false);
  });
  const before = await openPlayground({ handler, store });
  await before.post('/chat', { conversation: CONVERSATION, text: 'Tell me' });
  const ref = JSON.parse(JSON.stringify(handler.invocations[0]?.reply.ref));
  await before.close();

  const after = await openPlayground({ handler: createDirectedHandler(), store });
  await after.surface.reopen(ref).write({ text: 'Half an answer.' }, true);
  const seen = await watch(`${after.url}/chat/${CONVERSATION}/events`, (all) => all.size > 0);
  expect([...seen.values()]).toMatchObject([
    { question: 'Tell me', final: true, blocks: ['<p>Half an answer.</p>\n'] },
  ]);
  await after.close();
});

it('shows on a page of one process what another process writes', async () => {
  const store = createMapStore();
  const one = await openPlayground({ handler: createDirectedHandler(), store });
  const two = await openPlayground({ handler: createDirectedHandler(), store });
  const ref = { surface: 'web', conversation: CONVERSATION, replyId: 'reply-id-1' } as const;
  await two.surface.reopen(ref).write({ text: 'Begun' }, false);
  let wrote: Promise<unknown> | undefined;
  const seen = await watch(`${one.url}/chat/${CONVERSATION}/events`, (all) => {
    if (all.size > 0) wrote ??= two.surface.reopen(ref).write({ text: 'Done' }, true);
    return all.get('reply-id-1')?.final === true;
  });
  await wrote;
  expect(seen.get('reply-id-1')?.blocks).toEqual(['<p>Done</p>\n']);
  await Promise.all([one.close(), two.close()]);
});
