/** Data in a code block that nothing inside can close. */

export function jsonBlock(json: string): string {
  const longest = Math.max(2, ...Array.from(json.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}json\n${json}\n${fence}`;
}
