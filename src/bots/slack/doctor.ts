/** Asks Slack whether the bot could start: its tokens and its scopes. */

import { WebAPIPlatformError, WebClient } from '@slack/web-api';
import { type Finding, ok, problem } from '../../core/finding.ts';
import { describeError } from '../../core/log.ts';
import { SCOPES } from './manifest.ts';

export interface SlackCheckOptions {
  readonly botToken: string;
  readonly appToken?: string;
  readonly apiUrl?: string;
}

const TIMEOUT_MS = 10_000;

/** Changes nothing. Never throws. */
export async function checkSlack({ botToken, appToken, apiUrl }: SlackCheckOptions): Promise<Finding[]> {
  const client = (token: string) =>
    new WebClient(token, {
      timeout: TIMEOUT_MS,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      ...(apiUrl && { slackApiUrl: apiUrl }),
    });
  const findings: Finding[] = [];
  try {
    const answer = await client(botToken).auth.test();
    findings.push(ok(`Slack knows SLACK_BOT_TOKEN: it is ${answer.user}'s in ${answer.team}.`));
    const granted = answer.response_metadata?.scopes ?? [];
    const missing = SCOPES.filter((scope) => !granted.includes(scope));
    findings.push(
      missing.length === 0
        ? ok('Slack has granted every scope that the manifest asks for.')
        : problem(
            `Slack has not granted ${missing.join(', ')}. Update the app with \`replibot manifest\` and install it again.`,
          ),
    );
  } catch (error) {
    findings.push(problem(explain('SLACK_BOT_TOKEN', error)));
  }
  if (appToken === undefined) return findings;
  try {
    await client(appToken).apps.connections.open();
    findings.push(ok('Slack opens Socket Mode for SLACK_APP_TOKEN.'));
  } catch (error) {
    findings.push(problem(explain('SLACK_APP_TOKEN', error)));
  }
  return findings;
}

/** The error itself may hold the token. */
function explain(name: string, error: unknown): string {
  if (error instanceof WebAPIPlatformError) return `Slack refuses ${name}: ${error.data.error}.`;
  return `Slack cannot be asked about ${name}: ${describeError(error)}`;
}
