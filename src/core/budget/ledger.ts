/** The budget over the database: caps, holds and settlements, see budget.ts for what each promises. */

import type { Clock } from '../clock.ts';
import { grantCredit, resetSpent, setPaused } from './admin.ts';
import { readAudit } from './audit.ts';
import { type BookOptions, createBook } from './book.ts';
import type { Actor, Asker, Budget, CapState, Scope } from './budget.ts';
import { type AdminChange, withoutCap } from './change.ts';
import { estimateOf } from './estimates.ts';
import { createTakeHold } from './hold.ts';
import { assertAmount } from './money.ts';
import { namedScopes } from './named-scopes.ts';
import { scopeKey, scopesOf } from './scope.ts';
import { scopesOfRun } from './scopes-of-run.ts';
import { clearCap, setCap } from './set-cap.ts';
import { pauseOf, readSettings, type Setting } from './settings.ts';
import { createSettingsCache, lockPolicies } from './settings-cache.ts';
import { settleHold } from './settle.ts';
import { readStates } from './slots.ts';
import { findDifferences } from './verify.ts';
import { noteUsedUp } from './warnings.ts';

export interface BudgetOptions extends BookOptions {
  readonly clock: Clock;
}

/** Throws a RangeError when there is no such time zone. Take no hold in a transaction that settles another one. */
export function createBudget(options: BudgetOptions): Budget {
  const { clock, defaults } = options;
  const { sql } = options.database;
  const book = createBook(options);
  const { queries } = book;
  const settings = createSettingsCache(defaults);
  const takeHold = createTakeHold(book);

  function capped(found: readonly Setting[]) {
    return found.flatMap(({ policy, pause }) => (policy ? [{ policy, ...(pause && { pause }) }] : []));
  }

  async function statesOf(scopes: readonly Scope[]): Promise<CapState[]> {
    return readStates(sql, book, capped(await readSettings(sql, defaults, scopes)), clock.now());
  }

  function change<T>(scope: Scope, by: Actor, work: (change: AdminChange) => Promise<T>): Promise<T> {
    return sql
      .transaction()
      .execute((transaction) => work({ transaction, book, scope, by, now: clock.now() }));
  }

  return {
    async hold(transaction, request) {
      // Holds share the policies, so that no cap changes under them; who changes one has them alone.
      await lockPolicies(transaction, book, 'shared');
      const scopes = request.scopes ?? scopesOf(request);
      const found = await settings.read(transaction, scopes);
      const paused = found.find(({ pause }) => pause)?.pause;
      if (paused) return { held: false, pause: paused };
      const { model = '', command = '' } = request;
      const [learnt] = model === '' ? [] : await queries.readEstimate(transaction, { model, command });
      const typicalMicroUsd = estimateOf(learnt)?.medianMicroUsd ?? request.typicalMicroUsd;
      return takeHold(transaction, {
        request: { ...request, typicalMicroUsd },
        scopes,
        policies: found.flatMap(({ policy }) => policy ?? []),
        now: clock.now(),
      });
    },
    settle(transaction, runId, costMicroUsd, options) {
      return settleHold(transaction, book, { ...options, runId, costMicroUsd, now: clock.now() });
    },
    async usedUp(refusal) {
      if ('pause' in refusal && refusal.pause) return undefined;
      return sql.transaction().execute((transaction) => noteUsedUp(transaction, book, refusal, clock.now()));
    },
    async statesOfRun(runId) {
      const states = await statesOf(await scopesOfRun(sql, runId));
      return [...new Map(states.map((state) => [scopeKey(state.scope), state])).values()];
    },
    states(asker: string | Asker) {
      return statesOf(scopesOf(typeof asker === 'string' ? { personId: asker } : asker));
    },
    async state(scope) {
      const [state] = await statesOf([scope]);
      if (!state) throw withoutCap(scope);
      return state;
    },
    async caps() {
      return statesOf(await namedScopes(sql, defaults));
    },
    async set(scope, cap, by) {
      if (cap.amountMicroUsd !== 'unlimited') assertAmount(cap.amountMicroUsd);
      return change(scope, by, (each) => setCap(each, cap));
    },
    clear: (scope, by) => change(scope, by, clearCap),
    async grant(scope, amountMicroUsd, { expiresAt }, by) {
      assertAmount(amountMicroUsd);
      return change(scope, by, (each) => grantCredit(each, amountMicroUsd, expiresAt));
    },
    reset: (scope, by) => change(scope, by, resetSpent),
    async pause(scope, by) {
      await change(scope, by, (each) => setPaused(each, true));
    },
    resume: (scope, by) => change(scope, by, (each) => setPaused(each, false)),
    async pauses() {
      return (await sql.selectFrom('pause').selectAll().orderBy('scope').execute()).map(pauseOf);
    },
    audit: (page) => readAudit(sql, page),
    async estimate(model, command) {
      const [row] = await queries.readEstimate(sql, { model, command });
      return estimateOf(row);
    },
    verify() {
      return sql.transaction().setIsolationLevel('repeatable read').execute(findDifferences);
    },
  };
}
