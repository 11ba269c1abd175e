/** What answering interactions needs of the surface. */

import type { Clock } from '../../core/clock.ts';
import type { Command } from '../../core/command.ts';
import type { Log } from '../../core/log.ts';
import type { Handler } from '../../core/surface.ts';
import type { AboutMessages } from './about-messages.ts';
import type { Replies } from './replies.ts';

export interface InteractionParts {
  readonly commands: readonly Command[];
  readonly handler: Handler;
  readonly replies: Replies;
  readonly aboutMessages: AboutMessages;
  readonly clock: Clock;
  readonly log: Log;
}
