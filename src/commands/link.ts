/** `/link` and `/unlink`: a Discord and a Slack account with one budget. */

import type { Links } from '../core/budget/links.ts';
import { type Command, defineInstantCommand } from '../core/command.ts';

export function createLink(links: Links): Command {
  return defineInstantCommand({
    name: 'link',
    description: 'Share one budget between your accounts on several platforms',
    access: 'everyone',
    private: true,
    options: {
      code: { type: 'string', description: 'What the bot told you on your other account', maxLength: 20 },
    },
    async run({ code }, { person }) {
      if (code === undefined) {
        const fresh = await links.startLink(person.id);
        return {
          text: `Type \`/link ${fresh}\` on your other account within ten minutes. It works once. Give it to nobody: whoever types it shares your budget.`,
        };
      }
      const { personIds } = await links.finishLink(code, person.id);
      return {
        text: `These accounts share one budget and one usage from now on: ${personIds.map((id) => `\`${id}\``).join(', ')}. \`/unlink\` ends that.`,
      };
    },
  });
}

export function createUnlink(links: Links): Command {
  return defineInstantCommand({
    name: 'unlink',
    description: 'Give this account a budget of its own again',
    access: 'everyone',
    private: true,
    options: {},
    async run(_args, { person }) {
      await links.unlink(person.id);
      return { text: 'This account has a budget of its own again. What it spent counts there.' };
    },
  });
}
