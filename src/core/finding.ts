/** What a check of the installation has found. */

export interface Finding {
  /** `problem`: something would fail. `warning`: it works, and somebody should look at it. */
  readonly level: 'ok' | 'warning' | 'problem';
  /** A sentence for the operator; holds no secret. */
  readonly text: string;
}

export const ok = (text: string): Finding => ({ level: 'ok', text });
export const warning = (text: string): Finding => ({ level: 'warning', text });
export const problem = (text: string): Finding => ({ level: 'problem', text });
