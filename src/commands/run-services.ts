/** What the commands that run models share. */

import type { Clock } from '../core/clock.ts';
import type { Conversations } from '../core/conversations.ts';
import type { Intake } from '../core/files/intake.ts';
import type { Models } from '../core/models/prediction.ts';
import { createFollowUpInput, type FollowUpInput } from './follow-ups.ts';
import { createModelRuns, type ModelRuns } from './model-run.ts';
import { createReadQuestionFiles, type ReadQuestionFiles } from './question-files.ts';

export interface RunServices {
  readonly modelRuns: ModelRuns;
  readonly readQuestionFiles: ReadQuestionFiles;
  readonly followUpInput: FollowUpInput;
}

export function createRunServices(options: {
  readonly models: Models;
  readonly intake: Intake;
  readonly conversations: Conversations;
  readonly clock: Clock;
  /** The length of a longer recording is said, and its cost, before it runs. */
  readonly askAboveSeconds: number;
}): RunServices {
  return {
    modelRuns: createModelRuns(options),
    readQuestionFiles: createReadQuestionFiles(options),
    followUpInput: createFollowUpInput(options),
  };
}
