/** A scope as the key under which the tables keep it. */

import type { Scope } from './budget.ts';

export const EVERYBODY_KEY = 'everybody';

/** `person:<id>` or `everybody`. */
export function scopeKey(scope: Scope): string {
  switch (scope.kind) {
    case 'person':
      return `person:${scope.id}`;
    case 'everybody':
      return EVERYBODY_KEY;
  }
}
