/** Takes the effect out of Slack's control sequences in text that we do not trust. */

/** `<` is what makes a mention; before these signs it is one of a person, a channel, a group or everybody. */
const CONTROL_START = /<(?=[!@#])/g;

/**
 * Model text for Slack: `<!channel>`, `<!here>`, `<!everyone>`, `<!subteam^…>`, `<@U…>` and `<#C…>` are shown as they stand
 * and notify nobody. Only the beginning of a sequence counts, so it does not matter where a page was cut; doing it twice
 * is the same as once. A text may grow: split it with `slackCost`, and do this to each page.
 */
export function neutraliseSlack(text: string): string {
  return text.replace(CONTROL_START, '&lt;');
}

/** The most that one UTF-16 unit can take of a Slack text after `neutraliseSlack`: for `createSplitter`. */
export function slackCost(unit: number): number {
  return unit === 0x3c ? '&lt;'.length : 1;
}
