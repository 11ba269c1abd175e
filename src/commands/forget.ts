/** `/forget`: the conversation in this thread or channel is forgotten. */

import { type Command, defineInstantCommand } from '../core/command.ts';
import { type Conversations, conversationKey } from '../core/conversations.ts';

export function createForget(conversations: Conversations): Command {
  return defineInstantCommand({
    name: 'forget',
    description: 'Forget what we talked about here',
    access: 'everyone',
    private: true,
    options: {},
    async run(_args, { person, place }) {
      await conversations.forget(conversationKey(place, person));
      return { text: place.thread ? 'This thread is forgotten.' : 'Our conversation here is forgotten.' };
    },
  });
}
