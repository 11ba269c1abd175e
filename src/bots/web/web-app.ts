/** The page's routes: the page itself, questions in, answers out, buttons and completion. */

import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import type { Handler, Place } from '../../core/chat.ts';
import type { Clock } from '../../core/clock.ts';
import type { Command } from '../../core/command.ts';
import { describeError, type Log } from '../../core/log.ts';
import { type AccessOptions, addAccess, type WebEnvironment } from './access.ts';
import { readAssets } from './assets.ts';
import { parseChatRequest, parsePress } from './chat-request.ts';
import { listCommands } from './command-list.ts';
import { isId } from './conversation.ts';
import type { Conversations } from './conversations.ts';
import { streamConversation } from './event-stream.ts';
import { pageHeaders } from './page-headers.ts';
import { sameOriginJson } from './same-origin.ts';
import { createWebReply } from './web-reply.ts';

export interface WebAppOptions {
  readonly commands: readonly Command[];
  readonly handler: Handler;
  readonly clock: Clock;
  readonly log: Log;
  readonly access: AccessOptions;
  /** Shown above the conversation, like "The sandbox plays Replicate". */
  readonly notice?: string;
  readonly conversations: Conversations;
  /** No new questions from now on. */
  readonly draining: () => boolean;
  /** Ends every event stream. */
  readonly signal: AbortSignal;
}

export function createWebApp(options: WebAppOptions): Hono<WebEnvironment> {
  const { commands, handler, clock, log, conversations, signal } = options;
  const assets = readAssets();
  const app = new Hono<WebEnvironment>();
  const placeOf = (conversation: string): Place => ({ surface: 'web', channel: conversation, direct: true });

  app.use(pageHeaders);
  app.onError((error, context) => {
    log.error({ error: describeError(error), path: context.req.path }, 'a request of the page failed');
    return context.json({ error: 'That did not work. Try again in a moment.' }, 500);
  });
  app.get('/assets/:name', (context) => {
    const asset = assets.find(context.req.param('name'));
    if (!asset) return context.json({ error: 'There is no such file.' }, 404);
    context.header('ETag', asset.etag);
    context.header('Cache-Control', 'no-cache');
    if (context.req.header('if-none-match') === asset.etag) return context.body(null, 304);
    return context.body(asset.body, 200, { 'Content-Type': asset.type });
  });
  const identify = addAccess(app, options.access, assets, clock);
  app.use(identify, sameOriginJson);

  app.get('/', (context) => context.html(assets.text('index.html')));
  app.get('/commands', (context) =>
    context.json({ commands: listCommands(commands), notice: options.notice ?? null }),
  );
  app.get('/suggest', (context) => {
    const { command = '', option = '', typed = '' } = context.req.query();
    return context.json(handler.suggest(command, option, typed));
  });

  app.post('/chat', async (context) => {
    const request = parseChatRequest(await context.req.json().catch(() => undefined), commands);
    if (!request)
      return context.json({ error: 'Send {conversation, text} or {conversation, command, args}.' }, 400);
    if (options.draining())
      return context.json({ error: 'Replibot is restarting. Try again in a moment.' }, 503);
    const { conversation, id: replyId = randomUUID(), question, command, args } = request;
    await conversations.begin(conversation, replyId, question);
    const eventId = `web:${conversation}:${replyId}`;
    const person = context.get('person');
    const place = placeOf(conversation);
    const reply = createWebReply(conversations, conversation, replyId);
    // Answered 202 only when the request is safe in the database: a crash before that is an error the page can show.
    await handler.handle({ eventId, command, args, person, place, attachments: [] }, reply);
    return context.json({ replyId }, 202);
  });

  app.get('/chat/:conversation/events', (context) => {
    const conversation = context.req.param('conversation');
    if (!isId(conversation)) return context.json({ error: 'There is no such conversation.' }, 404);
    return streamConversation(context, conversation, { conversations, clock, log, signal });
  });

  app.post('/chat/:conversation/press', async (context) => {
    const conversation = context.req.param('conversation');
    const buttonId = parsePress(await context.req.json().catch(() => undefined));
    if (!isId(conversation) || buttonId === undefined)
      return context.json({ error: 'Send {buttonId}.' }, 400);
    const person = context.get('person');
    return context.json({
      text: await handler.press({ id: buttonId, person, place: placeOf(conversation) }),
    });
  });

  return app;
}
