/** Reads messages of channels and threads, no more often than Slack permits. */

import type { WebClient } from '@slack/web-api';
import type { SlackLanes } from './lanes.ts';

interface ReadRequest {
  readonly channel: string;
  readonly threadTs?: string | undefined;
  /** Timestamps of messages; neither is included unless `inclusive` is said. */
  readonly oldest: string;
  readonly latest?: string;
  readonly inclusive?: boolean;
  readonly limit: number;
}

export interface ConversationReads {
  /** Waits for its turn. Rejects with the client's own errors: whoever calls translates them. */
  messages(request: ReadRequest): Promise<readonly ReadMessage[]>;
}

/** As far as anybody here looks at it. */
export interface ReadMessage {
  readonly ts?: string;
  readonly text?: string;
  readonly bot_id?: string;
  readonly metadata?: { readonly event_type?: string; readonly event_payload?: unknown };
}

export function createConversationReads(client: WebClient, lanes: SlackLanes): ConversationReads {
  const replies = lanes.turns('conversations.replies');
  const history = lanes.turns('conversations.history');
  return {
    async messages({ threadTs, ...request }) {
      const asked = { ...request, include_all_metadata: true };
      const { messages = [] } = threadTs
        ? await replies.take(() => client.conversations.replies({ ...asked, ts: threadTs }))
        : await history.take(() => client.conversations.history(asked));
      return messages;
    },
  };
}
