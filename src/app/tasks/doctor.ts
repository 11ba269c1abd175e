/** `replibot doctor`: checks every token, scope, model, price and service by really asking; exit 1 if something would fail. */

import { Temporal } from 'temporal-polyfill';
import { checkDiscord } from '../../bots/discord/doctor.ts';
import { checkSlack } from '../../bots/slack/doctor.ts';
import { systemClock } from '../../core/clock.ts';
import type { Config, ModelConfig } from '../../core/config/config.ts';
import { type Finding, ok, problem, warning } from '../../core/finding.ts';
import { describeError, type Log, QUIET } from '../../core/log.ts';
import { MODEL_PRICES } from '../../core/models/model-prices.ts';
import type { Models } from '../../core/models/prediction.ts';
import { type PriceSource, priceSource } from '../../core/models/price-source.ts';
import { createReplicateModels } from '../../core/models/replicate-models.ts';
import { connectRedis } from '../../core/storage/redis-connection.ts';
import { declareCommands } from '../declare-commands.ts';
import type { Task } from './task.ts';
import { withBudget } from './with-database.ts';

const MARKS = { ok: 'ok     ', warning: 'WARNING', problem: 'PROBLEM' } as const;
const REACH_MS = 5000;

export const doctor: Task = async (config, print) => {
  let worst: Finding['level'] = 'ok';
  const checks = [checkDatabase, checkRedis, checkReplicate, checkPlatforms, checkPublicUrl];
  for (const check of checks) {
    for (const { level, text } of await check(config, QUIET)) {
      await print(`${MARKS[level]} ${text}`);
      if (level === 'problem' || worst === 'ok') worst = level;
    }
  }
  return worst === 'problem' ? 1 : 0;
};

type Check = (config: Config, log: Log) => Promise<readonly Finding[]>;

const checkDatabase: Check = async (config) => {
  try {
    const differences = await withBudget(config, (budget) => budget.verify());
    if (differences.length === 0)
      return [ok('The database opens, and every counter agrees with the ledger.')];
    return [
      problem(`The ledger's counters differ in ${differences.length} places; see \`replibot verify\`.`),
    ];
  } catch (error) {
    return [problem(describeError(error))];
  }
};

const checkRedis: Check = async ({ redisUrl }, log) => {
  if (!redisUrl) return [];
  try {
    const redis = await connectRedis({ redisUrl, clock: systemClock, log });
    await redis.close();
    return [ok('Redis answers.')];
  } catch (error) {
    return [problem(describeError(error))];
  }
};

const checkReplicate: Check = async (config, log) => {
  const { token, apiUrl } = config.replicate;
  const prices = checkPrices(config);
  if (!token) return [warning('REPLICATE_API_TOKEN is not set: the sandbox plays Replicate.'), ...prices];
  const models = createReplicateModels({ token, baseUrl: apiUrl, clock: systemClock, log });
  const account = await attempt(async () =>
    ok(`Replicate knows the token: it is ${await models.account()}'s.`),
  );
  if (account.level === 'problem') return [account, ...prices];
  const found = await Promise.all([...config.models.values()].map((model) => checkModel(model, models)));
  const webhooks = config.http.publicUrl ? [await attempt(checkWebhooks(models))] : [];
  return [account, ...found, ...webhooks, ...prices];
};

const checkWebhooks = (models: Models) => async (): Promise<Finding> => {
  await models.webhookSecret();
  return ok('Replicate tells the secret that its webhooks are signed with.');
};

function checkModel({ name, ref }: ModelConfig, models: Models): Promise<Finding> {
  return attempt(
    async () => ok(`The model ${name} is ${(await models.resolve(ref)).ref}.`),
    `The model ${name}: `,
  );
}

/** Old prices make budgets wrong without anybody noticing. */
function checkPrices({ models, run, budgets }: Config): Finding[] {
  const today = Temporal.Now.plainDateISO();
  const ageOf = ({ checkedAt }: PriceSource) => Temporal.PlainDate.from(checkedAt).until(today).days;
  const isOld = (source: PriceSource) => ageOf(source) > budgets.pricesAgeDays;
  const used = [...models.values(), ...(run.fallback ? [{ ref: '', price: run.fallback.price }] : [])];
  const listed = used.flatMap(({ ref, price }) => priceSource(ref, price) ?? []);
  const distinct = new Map(listed.map((each) => [each.of, each]));
  const findings = [...distinct.values()]
    .filter(isOld)
    .map((each) =>
      warning(
        `The price of ${each.of} was looked up ${ageOf(each)} days ago; compare it with ${each.source}.`,
      ),
    );
  // Whoever may use /run may run any of them.
  const others = Array.from(MODEL_PRICES, ([of, { source, checkedAt }]) => ({ of, source, checkedAt }));
  const [old, ...more] = others.filter((each) => !distinct.has(each.of) && isOld(each));
  if (old) {
    findings.push(
      warning(
        `For \`/run\`: the prices of ${old.of} and ${more.length} other models were looked up more than ${budgets.pricesAgeDays} days ago; compare them with ${old.source} and so on before you allow them.`,
      ),
    );
  }
  return findings.length > 0
    ? findings
    : [ok(`No price in use is older than ${budgets.pricesAgeDays} days.`)];
}

const checkPlatforms: Check = async (config, log) => {
  const { discord, slack } = config;
  if (!discord && !slack)
    return [warning('Neither DISCORD_TOKEN nor SLACK_BOT_TOKEN is set: only the page is served.')];
  const commands = await declareCommands(config, log);
  return [
    ...(discord ? await checkDiscord({ ...discord, commands }) : []),
    ...(slack
      ? await checkSlack({
          botToken: slack.botToken,
          ...('appToken' in slack.transport && { appToken: slack.transport.appToken }),
          ...(slack.apiUrl && { apiUrl: slack.apiUrl }),
        })
      : []),
  ];
};

const checkPublicUrl: Check = async ({ http }) => {
  if (!http.publicUrl) return [];
  const url = `${http.publicUrl}/healthz`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(REACH_MS), redirect: 'manual' });
    await response.body?.cancel();
    if (response.ok) return [ok(`${url} answers.`)];
    return [problem(`${url} answers with ${response.status}: is the bot running, and forwarded to?`)];
  } catch (error) {
    return [
      problem(`${url} cannot be reached (${describeError(error)}): is the bot running, and forwarded to?`),
    ];
  }
};

async function attempt(work: () => Promise<Finding>, before = ''): Promise<Finding> {
  try {
    return await work();
  } catch (error) {
    return problem(`${before}${error instanceof Error ? error.message : 'unknown reason'}`);
  }
}
