/** The durations Replicate's headers take: `30s`, `5m`, `1h30m45s`, or a bare number of seconds. */

/** Seconds, or undefined when it is not a duration. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed);
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(trimmed);
  if (!match || trimmed === '') return undefined;
  const [, hours = '0', minutes = '0', seconds = '0'] = match;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** Seconds of `Prefer: wait` or `wait=n` (1–60, default 60); undefined when there is no such wish. */
export function parsePreferWait(header: string | undefined): number | undefined {
  const match = /(?:^|[\s,;])wait(?:=(\d+))?(?:$|[\s,;])/.exec(header ?? '');
  if (!match) return undefined;
  return Math.min(60, Math.max(1, Number(match[1] ?? 60)));
}
