/** Somebody at the web page: asks, watches the answer grow, presses its buttons. */

import { randomUUID } from 'node:crypto';
import { type SeenExchange, watch } from '../bots/web/playground.ts';
import type { BotProcess } from './bot-process.ts';

export interface Asked {
  readonly conversation: string;
  readonly replyId: string;
}

/** Resolves when the bot has accepted it; sent again with the same ids it is the same request. */
export async function askOnPage(
  bot: BotProcess,
  text: string,
  asked: Asked = { conversation: randomUUID(), replyId: randomUUID() },
): Promise<Asked> {
  const { conversation, replyId } = asked;
  const response = await post(bot, '/chat', { conversation, id: replyId, text });
  if (response.status !== 202) throw new Error(`the page got ${response.status}`);
  return asked;
}

/** What the page shows of an answer once `until` is content with it. Throws when the connection is lost before. */
export async function seeOnPage(
  bot: BotProcess,
  { conversation, replyId }: Asked,
  until: (exchange: SeenExchange) => boolean,
): Promise<PageAnswer> {
  const seen = await watch(`${bot.url}/chat/${conversation}/events`, (exchanges) => {
    const exchange = exchanges.get(replyId);
    return exchange !== undefined && until(exchange);
  });
  const { blocks = [], ...rest } = seen.get(replyId) ?? {};
  return { text: textOf(blocks), footnote: '', buttons: [], status: '', ...rest };
}

export interface PageAnswer {
  readonly text: string;
  readonly status: string;
  readonly footnote: string;
  readonly buttons: readonly PageButton[];
}

interface PageButton {
  readonly id: string;
  readonly label: string;
}

/** The finished answer. */
export function answerOnPage(bot: BotProcess, asked: Asked): Promise<PageAnswer> {
  return seeOnPage(bot, asked, (exchange) => exchange.final);
}

/** Presses a button of the answer and resolves with what is said about it. */
export async function pressOnPage(
  bot: BotProcess,
  { conversation }: Asked,
  button: PageButton | undefined,
): Promise<string> {
  if (!button) throw new Error('the page shows no such button');
  const body = { id: randomUUID(), buttonId: button.id, label: button.label };
  const response = await post(bot, `/chat/${conversation}/press`, body);
  return String(Object(await response.json()).text);
}

/** Blocks are safe HTML. */
export function textOf(blocks: readonly string[]): string {
  return blocks
    .join(' ')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function post(bot: BotProcess, path: string, body: object): Promise<Response> {
  return fetch(bot.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
