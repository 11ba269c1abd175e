/** The audit log in sentences. */

import type { AuditEntry } from './budget.ts';
import { describeTime, scopeName } from './describe.ts';

const ACTIONS: Readonly<Record<AuditEntry['action'], string>> = {
  set: 'set the budget of',
  clear: 'cleared the budget of',
  grant: 'granted extra credit to',
  reset: 'reset the budget of',
  pause: 'paused',
  resume: 'resumed',
  link: 'linked an account to',
  unlink: 'unlinked an account from',
  allow: 'allowed a model for',
  deny: 'no longer allowed a model for',
};

/** One line of the audit log: `2026-11-21 14:03 · slack:T1/U2 in #ops set the budget of everybody together: $20.00 per month → $50.00 per month`. */
export function describeAudit(entry: AuditEntry, timezone: string): string {
  const time = describeTime(entry.at, timezone);
  const where = entry.where === undefined ? '' : ` in ${entry.where}`;
  const values = [entry.before, entry.after].filter((value) => value !== undefined);
  const what = values.length === 0 ? '' : `: ${values.join(' → ')}`;
  return `${time} · ${entry.actorId}${where} ${ACTIONS[entry.action]} ${scopeName(entry.scope)}${what}`;
}
