/** A query that is built and compiled once and run many times, each time with other values. */

import type { Compilable, Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** Stands in a query for a value that is known when it is run. */
class Slot<V> {
  readonly read: (values: V) => unknown;
  constructor(read: (values: V) => unknown) {
    this.read = read;
  }
}

/** A place in the query for what `read` takes out of the values, of that type as far as the query builder can tell. */
type Take<V> = <T>(read: (values: V) => T) => T;

export type ReusableQuery<V, R> = (sql: Kysely<Tables>, values: V) => Promise<readonly R[]>;

/** Compiles for the database of whoever runs it first; keep one for each database. Gives the rows that the query returns. */
export function reusableQuery<V, R>(
  build: (sql: Kysely<Tables>, take: Take<V>) => Compilable<R>,
): ReusableQuery<V, R> {
  let compiled: ReturnType<Compilable<R>['compile']> | undefined;
  return async (sql, values) => {
    // Kysely hands a Slot through to the parameters untouched, where it is replaced before anything is run.
    compiled ??= build(sql, <T>(read: (values: V) => T) => new Slot(read) as unknown as T).compile();
    const parameters = compiled.parameters.map((parameter) =>
      parameter instanceof Slot ? parameter.read(values) : parameter,
    );
    return (await sql.executeQuery<R>({ ...compiled, parameters })).rows;
  };
}

/** 0, 1, 2 … for the items of a list in a query. */
export function indexes(count = 0): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** A caller's list has the length for which the query was built. */
export function itemAt<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new RangeError(`a list of a query has no item ${index}`);
  return item;
}

/** One reusable query for each length of the lists in it. */
export function reusableBySize<V, R>(
  sizesOf: (values: V) => readonly number[],
  build: (sizes: readonly number[]) => ReusableQuery<V, R>,
): ReusableQuery<V, R> {
  const bySize = new Map<string, ReusableQuery<V, R>>();
  return (sql, values) => {
    const sizes = sizesOf(values);
    const key = sizes.join();
    let query = bySize.get(key);
    if (!query) {
      query = build(sizes);
      bySize.set(key, query);
    }
    return query(sql, values);
  };
}
