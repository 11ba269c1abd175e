/** The messages that dialogs are about, kept while somebody fills one in: a submitted dialog does not carry them. */

import type { Message } from 'discord.js';
import type { AboutMessage } from '../../core/chat.ts';
import type { Clock } from '../../core/clock.ts';
import { readAttachment } from './read-attachment.ts';

/** Longer than anybody leaves a dialog open, shorter than Discord's links to files live (a day). */
const keptMs = 60 * 60_000;
const mostKept = 1000;

export interface AboutMessages {
  keep(interactionId: string, about: AboutMessage): void;
  /** Undefined after an hour, or a restart. */
  find(interactionId: string): AboutMessage | undefined;
}

export function createAboutMessages(clock: Clock): AboutMessages {
  const kept = new Map<string, { readonly about: AboutMessage; readonly until: number }>();
  return {
    keep(interactionId, about) {
      kept.set(interactionId, { about, until: clock.now() + keptMs });
      for (const [id, { until }] of kept) {
        if (until > clock.now() && kept.size <= mostKept) break;
        kept.delete(id);
      }
    },
    find(interactionId) {
      const entry = kept.get(interactionId);
      return entry && entry.until > clock.now() ? entry.about : undefined;
    },
  };
}

/** Text and files of a message; of a forwarded one, those that were forwarded. */
export function readAbout(message: Message): AboutMessage {
  const parts = [message, ...message.messageSnapshots.values()];
  return {
    text: parts
      .map((part) => part.content ?? '')
      .filter((text) => text !== '')
      .join('\n\n'),
    attachments: parts.flatMap((part) => [...(part.attachments?.values() ?? [])].map(readAttachment)),
  };
}
