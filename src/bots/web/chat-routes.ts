/** The routes of the conversation: questions in, answers out, buttons, forms and completion. */

import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import type { Place } from '../../core/chat.ts';
import type { Clock } from '../../core/clock.ts';
import type { Command } from '../../core/command.ts';
import type { Log } from '../../core/log.ts';
import type { Handler } from '../../core/surface.ts';
import type { WebEnvironment } from './access.ts';
import {
  parseChatRequest,
  parseFormRequest,
  parsePress,
  parseSubmission,
  readAsked,
} from './chat-request.ts';
import { listCommands } from './command-list.ts';
import { type AskedFile, isId } from './conversation.ts';
import type { Conversations } from './conversations.ts';
import { streamConversation } from './event-stream.ts';
import { fileLimits } from './shown-files.ts';
import { MAX_UPLOAD_BYTES, type Uploads } from './uploads.ts';
import { createWebReply } from './web-reply.ts';

export interface ChatRoutesOptions {
  readonly commands: readonly Command[];
  readonly handler: Handler;
  readonly clock: Clock;
  readonly log: Log;
  /** Shown above the conversation, like "The sandbox plays Replicate". */
  readonly notice?: string;
  readonly conversations: Conversations;
  readonly uploads: Uploads;
  /** No new questions from now on. */
  readonly draining: () => boolean;
  /** Ends every event stream. */
  readonly signal: AbortSignal;
}

const RESTARTING = { error: 'Replibot is restarting. Try again in a moment.' };
const FILE_GONE = { error: 'A file is no longer here. Attach it again.' };

export function chatRoutes(options: ChatRoutesOptions): Hono<WebEnvironment> {
  const { commands, handler, clock, log, conversations, uploads, signal } = options;
  const routes = new Hono<WebEnvironment>();
  const placeOf = (conversation: string): Place => ({ surface: 'web', channel: conversation, direct: true });

  /** Undefined when one of them is gone, or was never sent whole. */
  async function findFiles(ids: readonly string[]): Promise<readonly AskedFile[] | undefined> {
    const files = await Promise.all(ids.map((id) => uploads.find(id)));
    const found = files.filter((file) => file !== undefined);
    return found.length === files.length ? found : undefined;
  }

  routes.get('/commands', (context) =>
    context.json({
      commands: listCommands(commands),
      notice: options.notice ?? null,
      files: { maxBytes: MAX_UPLOAD_BYTES, maxCount: fileLimits.maxCount },
    }),
  );

  routes.get('/suggest', async (context) => {
    const { command = '', option = '', typed = '' } = context.req.query();
    return context.json(await handler.suggest(command, option, typed));
  });

  routes.post('/chat', async (context) => {
    const request = parseChatRequest(await context.req.json().catch(() => undefined));
    if (!request)
      return context.json(
        { error: 'Send {conversation, text, files} or {conversation, command, args}.' },
        400,
      );
    if (options.draining()) return context.json(RESTARTING, 503);
    const files = await findFiles(request.files);
    if (!files) return context.json(FILE_GONE, 400);
    const { conversation, id: replyId = randomUUID() } = request;
    const { question, command, args } = readAsked(request, files, commands);
    await conversations.begin(conversation, replyId, { text: question, files });
    const invocation = {
      eventId: `web:${conversation}:${replyId}`,
      command,
      args,
      person: context.get('person'),
      place: placeOf(conversation),
      attachments: files.map(uploads.toAttachment),
    };
    // Answered 202 only when the request is safe in the database: a crash before that is an error the page can show.
    await handler.handle(invocation, createWebReply(conversations, { conversation, replyId }));
    return context.json({ replyId }, 202);
  });

  const conversation = new Hono<WebEnvironment & { Variables: { conversation: string } }>()
    .basePath('/chat/:conversation')
    .use(async (context, next) => {
      const id = context.req.param('conversation');
      if (!isId(id)) return context.json({ error: 'There is no such conversation.' }, 404);
      context.set('conversation', id);
      return next();
    });

  conversation.get('/events', (context) =>
    streamConversation(context, context.get('conversation'), { conversations, clock, log, signal }),
  );

  conversation.post('/press', async (context) => {
    const press = parsePress(await context.req.json().catch(() => undefined));
    if (!press) return context.json({ error: 'Send {id, buttonId, label}.' }, 400);
    const channel = context.get('conversation');
    const text = await handler.press({
      eventId: `web:${channel}:${press.id}`,
      id: press.buttonId,
      person: context.get('person'),
      place: placeOf(channel),
      reply: () =>
        createWebReply(conversations, { conversation: channel, replyId: press.id, question: press.label }),
    });
    return context.json({ text });
  });

  conversation.post('/form', async (context) => {
    const request = parseFormRequest(await context.req.json().catch(() => undefined));
    if (!request) return context.json({ error: 'Send {buttonId}.' }, 400);
    const place = placeOf(context.get('conversation'));
    const form = await handler.openForm(request.buttonId, context.get('person'), place);
    return context.json(typeof form === 'string' ? { text: form } : { form });
  });

  conversation.post('/submit', async (context) => {
    const submission = parseSubmission(await context.req.json().catch(() => undefined));
    if (!submission) return context.json({ error: 'Send {id, form, question, values, files}.' }, 400);
    if (options.draining()) return context.json(RESTARTING, 503);
    const files = await findFiles(Object.values(submission.files).flat());
    if (!files) return context.json(FILE_GONE, 400);
    const channel = context.get('conversation');
    const { id: replyId, form, question, values } = submission;
    await conversations.begin(channel, replyId, { text: question, files });
    const attachments = Object.entries(submission.files).map(([name, ids]) => {
      const own = ids.flatMap((id) => files.find((file) => file.id === id) ?? []);
      return [name, own.map(uploads.toAttachment)] as const;
    });
    await handler.submit(
      {
        eventId: `web:${channel}:${replyId}`,
        id: form,
        fields: { values, files: Object.fromEntries(attachments) },
        person: context.get('person'),
        place: placeOf(channel),
      },
      createWebReply(conversations, { conversation: channel, replyId }),
    );
    return context.json({ replyId }, 202);
  });

  return routes.route('/', conversation);
}
