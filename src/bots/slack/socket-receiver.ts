/** A Bolt receiver over Socket Mode that owns its connection: a new client for each, reconnected at once and without end. */

import type { App, Logger, Receiver } from '@slack/bolt';
import { SocketModeClient } from '@slack/socket-mode';
import type { WebClientOptions } from '@slack/web-api';
import type { Clock } from '../../core/clock.ts';
import { OperatorError } from '../../core/errors.ts';
import { describeError, type Log } from '../../core/log.ts';
import { translateError } from './errors.ts';
import { withinAckTime } from './event-ack.ts';

export interface SocketReceiver extends Receiver {
  readonly ready: boolean;
}

interface SocketReceiverOptions {
  readonly appToken: string;
  /** A fresh copy for each client, since the client writes into it. */
  readonly clientOptions: () => WebClientOptions;
  readonly clock: Clock;
  readonly log: Log;
  readonly logger: Logger;
}

/** What the client's `slack_event` carries. */
interface Envelope {
  readonly ack: (response?: Record<string, unknown>) => Promise<void>;
  readonly body: Record<string, unknown>;
  readonly retry_num?: number;
  readonly retry_reason?: string;
}

const HELLO_TIMEOUT_MS = 30_000;
/** A connection that held this long was a good one; the next is made without waiting. */
const GOOD_CONNECTION_MS = 10_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

/**
 * The client's own reconnecting stays off: it waits 5 s after every `disconnect` frame, and a stop in that time is an
 * unhandled rejection (socket-mode 3.1.0). `start` resolves with the first connection, and throws when that fails.
 */
export function createSocketReceiver(options: SocketReceiverOptions): SocketReceiver {
  const { clock, log } = options;
  let app: App | undefined;
  let client: SocketModeClient | undefined;
  let keeping: Promise<void> | undefined;
  let stopped = new AbortController();
  let ready = false;

  /** Connects once. Resolves, when greeted, with a promise of the connection's end. */
  async function connect(): Promise<{ ended: Promise<void> }> {
    const { appToken, logger } = options;
    const fresh = new SocketModeClient({
      appToken,
      logger,
      autoReconnectEnabled: false,
      clientOptions: options.clientOptions(),
    });
    client = fresh;
    fresh.on('slack_event', (envelope: Envelope) => void receive(envelope));
    const ended = new Promise<void>((resolve) => fresh.once('disconnected', () => resolve()));
    const greeted = new AbortController();
    try {
      const late = clock.sleep(HELLO_TIMEOUT_MS, greeted.signal).then(() => {
        throw new Error('Slack did not greet the connection in time');
      });
      await Promise.race([fresh.start(), late]);
    } catch (error) {
      void fresh.disconnect();
      throw error ?? new Error('the connection was closed before Slack greeted it');
    } finally {
      greeted.abort();
    }
    ready = true;
    return { ended };
  }

  async function receive({
    ack,
    body,
    retry_num: retryNum,
    retry_reason: retryReason,
  }: Envelope): Promise<void> {
    const isEvent = body.type === 'event_callback';
    try {
      const processed = app?.processEvent({
        body,
        ack: async (response?: unknown) => {
          if (!isEvent) await ack(typeof response === 'string' ? { text: response } : Object(response ?? {}));
        },
        ...(retryNum === undefined ? {} : { retryNum }),
        ...(retryReason === undefined ? {} : { retryReason }),
      });
      if (!isEvent) return await processed;
      await withinAckTime(clock, processed);
      await ack();
      await processed;
    } catch (error) {
      // Not acknowledged: Slack sends an event again.
      log.warn({ error: describeError(error) }, 'a Slack event could not be processed');
    }
  }

  async function keepConnected(first: { ended: Promise<void> }, signal: AbortSignal): Promise<void> {
    let connection: { ended: Promise<void> } | undefined = first;
    let failures = 0;
    const aborted = new Promise<void>((resolve) =>
      signal.addEventListener('abort', () => resolve(), { once: true }),
    );
    while (!signal.aborted) {
      const since = clock.now();
      // On a stop the closing handshake may take long: nobody waits for it.
      await Promise.race([connection?.ended, aborted]);
      ready = false;
      if (signal.aborted) return;
      failures = connection && clock.now() - since >= GOOD_CONNECTION_MS ? 0 : failures + 1;
      // The first reconnect is at once, also after a short connection.
      const waitMs = failures < 2 ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 2));
      if (waitMs > 0) await clock.sleep(waitMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      try {
        connection = await connect();
        log.info({}, 'connected to Slack again');
      } catch (error) {
        connection = undefined;
        log.warn({ error: describeError(error) }, 'could not connect to Slack; trying again');
      }
      // A stop while the connection was being made found nothing to close.
      if (signal.aborted) void client?.disconnect();
    }
  }

  return {
    init(boltApp) {
      app = boltApp;
    },
    async start() {
      stopped = new AbortController();
      let first: { ended: Promise<void> };
      try {
        first = await connect();
      } catch (error) {
        const translated = translateError(error, 'opening the Socket Mode connection with the app token');
        throw translated instanceof OperatorError ? translated : new Error(translated.message);
      }
      keeping = keepConnected(first, stopped.signal);
    },
    async stop() {
      stopped.abort(new Error('stopped'));
      void client?.disconnect();
      await keeping;
      ready = false;
    },
    get ready() {
      return ready && !stopped.signal.aborted;
    },
  };
}
