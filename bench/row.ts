/** What a benchmark returns: one line of its table. */

export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The value must not be greater than this. */
  readonly bound?: number;
}
