/** `/usage`: what I spent, what I have left, when it resets, and my last requests with their costs. */

import type { Budget, CapState } from '../core/budget/budget.ts';
import { describeState, describeTime } from '../core/budget/describe.ts';
import type { Links } from '../core/budget/links.ts';
import { formatUsd } from '../core/budget/money.ts';
import type { Clock } from '../core/clock.ts';
import { type Command, defineInstantCommand } from '../core/command.ts';
import type { Run } from '../core/runs/run.ts';
import type { RunStore } from '../core/runs/store.ts';

const LAST_RUNS = 5;
const BAR_CELLS = 20;

export function createUsage(options: {
  budget: Budget;
  links: Pick<Links, 'account'>;
  runs: RunStore;
  clock: Clock;
  timezone: string;
}): Command {
  const { budget, links, runs, clock, timezone } = options;
  return defineInstantCommand({
    name: 'usage',
    description: 'What you have spent, what is left, and when it resets',
    access: 'everyone',
    private: true,
    options: {},
    async run(_args, { person, place }) {
      const { roles } = person;
      const states = await budget.states({ personId: person.id, place, ...(roles && { roles }) });
      const lines = states.map((state) => `- ${barOf(state)}${describeState(state, clock.now(), timezone)}`);
      const { personIds } = await links.account(person.id);
      const last = await runs.recent(personIds, LAST_RUNS);
      const costs = last.map((run) => `- ${describeRun(run, timezone)}`);
      const recent =
        costs.length === 0 ? 'You have not asked anything yet.' : `Your last requests:\n${costs.join('\n')}`;
      const linked = personIds.length === 1 ? [] : [`Shared by ${personIds.join(', ')}.`];
      return { text: [lines.join('\n'), ...linked, recent].join('\n\n') };
    },
  });
}

/** How much of the period's allowance is used or reserved; nothing where there is no limit. */
function barOf({ cap, carriedMicroUsd, spentMicroUsd, reservedMicroUsd }: CapState): string {
  if (cap.amountMicroUsd === 'unlimited') return '';
  const limit = cap.amountMicroUsd + carriedMicroUsd;
  const share = limit === 0 ? 1 : Math.min(1, (spentMicroUsd + reservedMicroUsd) / limit);
  const full = Math.round(share * BAR_CELLS);
  return `\`${'█'.repeat(full)}${'░'.repeat(BAR_CELLS - full)}\` ${Math.floor(share * 100)} %\n  `;
}

function describeRun(run: Run, timezone: string): string {
  const time = describeTime(run.createdAt, timezone);
  const cost =
    run.costMicroUsd === undefined
      ? `up to ${formatUsd(run.holdMicroUsd)}, ${run.state === 'queued' ? 'in line' : 'running'}`
      : formatUsd(run.costMicroUsd);
  return `${time} · /${run.command} · ${run.plan.label} · ${cost}`;
}
