/**
 * The ledger once more, as simply as it can be said: a list of pots (one scope's allowance in one period, or credit) and a
 * list of runs with what they took from each. Nothing is concurrent, nothing is stored, every sum is made anew.
 */

const DAY_MS = 86_400_000;

export interface Rule {
  readonly amount: number;
  readonly days: 1 | 7;
}

export interface Pot {
  readonly scope: string;
  /** The first day of its period, counted in days; credit has none. */
  readonly day?: number;
  readonly days?: number;
  readonly expiresAt: number;
  limit: number;
  readonly carried: number;
  /** What a reset has made count as nothing. */
  forgiven: number;
}

interface Run {
  readonly pots: Map<Pot, number>;
  open: boolean;
}

export interface Reference {
  readonly rules: Map<string, Rule>;
  readonly paused: Set<string>;
  used(pot: Pot): number;
  /** The pot of the current period and what it allows; made when `touch` is set. */
  current(scope: string, now: number, touch?: boolean): Pot | undefined;
  left(scope: string, now: number): number;
  credit(scope: string, now: number): number;
  /** What is held, or which scope refuses. */
  hold(id: string, scopes: readonly string[], ceiling: number, typical: number, now: number): number | string;
  settle(id: string, cost: number, now: number): boolean;
  grant(scope: string, amount: number, now: number, forMs: number | undefined): void;
  reset(scope: string, now: number): void;
  /** A rule for a scope that has been changed is in force at once. */
  change(scope: string, rule: Rule, now: number): void;
}

export function createReference(defaults: ReadonlyMap<string, Rule>, factor: number): Reference {
  const pots: Pot[] = [];
  const runs = new Map<string, Run>();
  const rules = new Map<string, Rule>();
  const paused = new Set<string>();

  const ruleOf = (scope: string) => rules.get(scope) ?? defaults.get(scope);
  const mostCarried = ({ amount }: Rule) => Math.floor((factor - 1) * amount);

  function used(pot: Pot): number {
    let sum = 0;
    for (const run of runs.values()) sum += run.pots.get(pot) ?? 0;
    return sum - pot.forgiven;
  }

  const limitOf = (rule: Rule, pot: Pot | undefined) =>
    rule.amount + Math.min(pot ? pot.carried : 0, mostCarried(rule));

  /** Days since a Monday. */
  const dayOf = (now: number) => Math.floor(now / DAY_MS) - 4;
  const firstDay = (rule: Rule, now: number) => Math.floor(dayOf(now) / rule.days) * rule.days;

  function carriedInto(scope: string, rule: Rule, day: number): number {
    const last = pots
      .filter(
        (pot) => pot.scope === scope && pot.days === rule.days && pot.day !== undefined && pot.day < day,
      )
      .sort((a, b) => (b.day ?? 0) - (a.day ?? 0))[0];
    if (last?.day === undefined) return 0;
    const idle = (day - last.day) / rule.days - 1;
    return Math.min(mostCarried(rule), Math.max(0, last.limit - used(last)) + idle * rule.amount);
  }

  function current(scope: string, now: number, touch = false): Pot | undefined {
    const rule = ruleOf(scope);
    if (!rule) return undefined;
    const day = firstDay(rule, now);
    let pot = pots.find((each) => each.scope === scope && each.day === day && each.days === rule.days);
    if (!pot) {
      const carried = carriedInto(scope, rule, day);
      const expiresAt = (day + rule.days + 4) * DAY_MS;
      pot = { scope, day, days: rule.days, expiresAt, limit: 0, carried, forgiven: 0 };
      if (touch) pots.push(pot);
    }
    if (touch) pot.limit = limitOf(rule, pot);
    return pot;
  }

  const credits = (scope: string, now: number) =>
    pots
      .filter((pot) => pot.scope === scope && pot.day === undefined && pot.expiresAt > now)
      .sort((a, b) => a.expiresAt - b.expiresAt);

  const room = (pot: Pot, limit: number) => Math.max(0, limit - used(pot));
  const credit = (scope: string, now: number) =>
    credits(scope, now).reduce((sum, pot) => sum + room(pot, pot.limit), 0);

  function left(scope: string, now: number): number {
    const rule = ruleOf(scope);
    const pot = current(scope, now);
    return (rule && pot ? room(pot, limitOf(rule, pot)) : 0) + credit(scope, now);
  }

  return {
    rules,
    paused,
    used,
    current,
    left,
    credit,
    hold(id, scopes, ceiling, typical, now) {
      const stopped = scopes.find((scope) => paused.has(scope));
      if (stopped !== undefined) return stopped;
      const capped = scopes.filter((scope) => ruleOf(scope));
      const full = capped.find((scope) => left(scope, now) < Math.min(ceiling, typical));
      if (full !== undefined) return full;
      const amount = Math.min(ceiling, ...capped.map((scope) => left(scope, now)));
      const taken = new Map<Pot, number>();
      for (const scope of capped) {
        let rest = amount;
        const pot = current(scope, now, true);
        for (const each of [...(pot ? [pot] : []), ...credits(scope, now)]) {
          const part = Math.min(rest, room(each, each.limit));
          if (part > 0 || each === pot) taken.set(each, part);
          rest -= part;
        }
      }
      runs.set(id, { pots: taken, open: true });
      return amount;
    },
    settle(id, cost, now) {
      const run = runs.get(id);
      if (!run?.open) return false;
      run.open = false;
      const held = new Map(run.pots);
      const charged = new Map<Pot, number>();
      for (const scope of new Set([...held.keys()].map((pot) => pot.scope))) {
        const own = [...held.keys()].filter((pot) => pot.scope === scope);
        const allowance = own.find((pot) => pot.day !== undefined);
        if (!allowance) throw new Error('a run is under an allowance');
        const free = allowance.expiresAt > now ? room(allowance, allowance.limit) : 0;
        let rest = Math.max(0, cost - (held.get(allowance) ?? 0) - free);
        for (const pot of own.filter((each) => each !== allowance)) {
          const part = Math.min(rest, held.get(pot) ?? 0);
          charged.set(pot, part);
          rest -= part;
        }
        const byCredit = own.reduce((sum, pot) => sum + (charged.get(pot) ?? 0), 0);
        charged.set(allowance, cost - byCredit);
      }
      run.pots.clear();
      for (const [pot, amount] of charged) run.pots.set(pot, amount);
      return true;
    },
    grant(scope, amount, now, forMs) {
      const expiresAt = forMs === undefined ? Number.POSITIVE_INFINITY : now + forMs;
      pots.push({ scope, expiresAt, limit: amount, carried: 0, forgiven: 0 });
    },
    reset(scope, now) {
      current(scope, now, true);
      for (const pot of pots) {
        if (pot.scope !== scope || pot.day === undefined || pot.expiresAt <= now) continue;
        let spent = 0;
        for (const run of runs.values()) if (!run.open) spent += run.pots.get(pot) ?? 0;
        pot.forgiven = spent;
      }
    },
    change(scope, rule, now) {
      rules.set(scope, rule);
      current(scope, now, true);
    },
  };
}
