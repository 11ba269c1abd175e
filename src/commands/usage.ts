/** `/usage`: what I spent, what I have left, when it resets, and my last requests with their costs. */

import type { Budget } from '../core/budget/budget.ts';
import { describeState } from '../core/budget/describe.ts';
import { formatUsd } from '../core/budget/money.ts';
import type { Clock } from '../core/clock.ts';
import { type Command, defineInstantCommand } from '../core/command.ts';
import type { Run } from '../core/runs/run.ts';
import type { RunStore } from '../core/runs/store.ts';

const LAST_RUNS = 5;

export function createUsage(options: {
  budget: Budget;
  runs: RunStore;
  clock: Clock;
  timezone: string;
}): Command {
  const { budget, runs, clock, timezone } = options;
  return defineInstantCommand({
    name: 'usage',
    description: 'What you have spent, what is left, and when it resets',
    access: 'everyone',
    private: true,
    options: {},
    async run(_args, { person }) {
      const states = await budget.states(person.id);
      const lines = states.map((state) => `- ${describeState(state, clock.now(), timezone)}`);
      const last = await runs.recent(person.id, LAST_RUNS);
      const costs = last.map((run) => `- ${describeRun(run)}`);
      const recent =
        costs.length === 0 ? 'You have not asked anything yet.' : `Your last requests:\n${costs.join('\n')}`;
      return { text: `${lines.join('\n')}\n\n${recent}` };
    },
  });
}

function describeRun(run: Run): string {
  const time = new Date(run.createdAt).toISOString().slice(0, 16).replace('T', ' ');
  const cost =
    run.costMicroUsd === undefined
      ? `up to ${formatUsd(run.holdMicroUsd)}, running`
      : formatUsd(run.costMicroUsd);
  return `${time} UTC · /${run.command} · ${run.plan.label} · ${cost}`;
}
