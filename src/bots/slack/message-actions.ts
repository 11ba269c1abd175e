/** Which commands are offered on messages, and as what. */

import type { Command, MessageAction } from '../../core/command.ts';
import { shorten } from './text.ts';

export interface OfferedAction {
  readonly command: Command;
  readonly action: MessageAction;
  readonly callbackId: string;
  readonly label: string;
}

/** Slack takes ten shortcuts of an app, with names of 24 characters. */
const MOST_ACTIONS = 10;
const LABEL_LIMIT = 24;

export function messageActions(commands: readonly Command[]): readonly OfferedAction[] {
  return commands
    .flatMap((command) => {
      const action = command.onMessage;
      if (!action) return [];
      return [
        { command, action, callbackId: `message:${command.name}`, label: shorten(action.label, LABEL_LIMIT) },
      ];
    })
    .slice(0, MOST_ACTIONS);
}
