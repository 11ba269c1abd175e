/** Sending events, commands and presses to the bot, and what Slack would note about their acknowledgement. */

import type { Json } from './refusal.ts';

export type DeliveryKind = 'events_api' | 'slash_commands' | 'interactive';

/** One attempt to deliver something. */
export interface Delivery {
  readonly kind: DeliveryKind;
  /** The event's id, the slash command's or the press's trigger id. */
  readonly id: string;
  /** 0 for the first. */
  readonly attempt: number;
  acknowledgedAfterMs?: number;
  /** `timeout`, or the HTTP status that came back. */
  failure?: string;
}

/** What carries payloads to the bot: resolves when it is acknowledged, rejects with a reason that Slack would note. */
export type Carrier = (kind: DeliveryKind, payload: Json, attempt: number, reason?: string) => Promise<void>;

export interface Deliveries {
  readonly log: readonly Delivery[];
  /** Sends it and resolves with how the first attempt went. Failed events are sent again, as Slack does. */
  send(kind: DeliveryKind, id: string, payload: Json): Promise<Delivery>;
  /** Sends an event once more, as Slack does when it is not sure that it arrived. */
  redeliver(id: string): Promise<Delivery>;
  stop(): void;
}

/** Slack sends a failed event three more times: at once, after about a minute, after about five. */
const RETRY_AFTER_MS = [0, 60_000, 300_000];

export function createDeliveries(carrier: Carrier, ackMs: number): Deliveries {
  const log: Delivery[] = [];
  const sent = new Map<string, { kind: DeliveryKind; payload: Json }>();
  const timers = new Set<NodeJS.Timeout>();

  async function attempt(
    kind: DeliveryKind,
    id: string,
    payload: Json,
    number: number,
    reason?: string,
  ): Promise<Delivery> {
    const delivery: Delivery = { kind, id, attempt: number };
    log.push(delivery);
    const startedAt = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('timeout')), ackMs);
    });
    try {
      await Promise.race([carrier(kind, payload, number, reason), timeout]);
      delivery.acknowledgedAfterMs = performance.now() - startedAt;
    } catch (error) {
      delivery.failure = error instanceof Error ? error.message : String(error);
      if (kind === 'events_api') retry(kind, id, payload, number, delivery.failure);
    } finally {
      clearTimeout(timer);
    }
    return delivery;
  }

  function retry(kind: DeliveryKind, id: string, payload: Json, number: number, failure: string): void {
    const waitMs = RETRY_AFTER_MS[number];
    if (waitMs === undefined) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void attempt(kind, id, payload, number + 1, failure === 'timeout' ? 'timeout' : 'http_error');
    }, waitMs);
    timers.add(timer);
  }

  return {
    log,
    send(kind, id, payload) {
      sent.set(id, { kind, payload });
      return attempt(kind, id, payload, 0);
    },
    redeliver(id) {
      const again = sent.get(id);
      if (!again) throw new Error(`nothing was sent with the id ${id}`);
      return attempt(again.kind, id, again.payload, 1, 'timeout');
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
