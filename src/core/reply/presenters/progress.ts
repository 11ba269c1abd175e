/** How far a model is, read from its logs. */

export interface Progress {
  push(logs: string): void;
  /** `Step 12 of 50`, `24 %`; undefined while the logs say nothing of the kind. */
  status(): string | undefined;
}

/** Progress stands in one line; of an endless one the end is enough. */
const LONGEST_LINE = 500;

/** Understands what tqdm prints (`24%|███ | 12/50`), `Step 12 of 50`, `12/50` and a percentage. The newest line counts. */
export function createProgress(): Progress {
  let line = '';
  let status: string | undefined;
  return {
    push(logs) {
      // A bar that is redrawn in place ends its lines with a carriage return.
      const lines = (line + logs).split(/[\r\n]+/);
      line = (lines.at(-1) ?? '').slice(-LONGEST_LINE);
      for (const complete of lines) status = read(complete) ?? status;
    },
    status: () => status,
  };
}

function read(line: string): string | undefined {
  const [, step, steps] =
    /\bstep\s+(\d{1,6})\s*(?:of|\/)\s*(\d{1,6})\b/i.exec(line) ??
    /(?:^|[\s|[(])(\d{1,6})\/(\d{1,6})(?=$|[\s|\]),])/.exec(line) ??
    [];
  if (step !== undefined && Number(step) <= Number(steps) && Number(steps) > 0)
    return `Step ${Number(step)} of ${Number(steps)}`;
  const percent = /(?:^|[\s|[(])(\d{1,3})(?:\.\d+)?\s?%/.exec(line)?.[1];
  return percent !== undefined && Number(percent) <= 100 ? `${Number(percent)} %` : undefined;
}
