/** A run for tests that need any. */

import type { Run } from '../../../src/core/runs/run.ts';

export const SAMPLE_RUN: Run = {
  id: 'run-1',
  state: 'running',
  personId: 'web:ada',
  surface: 'web',
  place: { surface: 'web', channel: 'lobby', direct: true },
  command: 'ask',
  plan: {
    label: 'llama',
    model: 'meta/llama',
    input: {},
    presenter: 'text',
    cost: { by: 'free', deadlineSeconds: 60 },
  },
  replyRef: { surface: 'web' },
  holdMicroUsd: 0,
  createdAt: 0,
};
