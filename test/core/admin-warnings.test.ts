/** Admins hear of a budget once at 80 % and once at 100 %, in the channel that they named. */

import { expect, it, vi } from 'vitest';
import { startCore } from './runs/running-core.ts';

it('tells the channel once that everybody together has used the budget up, and the person in the cost line', async () => {
  const core = await startCore({
    everybody: '0.01 per day',
    warnIn: ['web:ops', 'discord:elsewhere'],
    // About two seconds of the model's time in all.
    sandbox: { tokensPerSecond: 30 },
    model: { typicalSeconds: 1, maxSeconds: 13 },
  });
  const first = await (await core.ask('Spend nearly everything')).final();
  for (let more = 0; more < 6; more++) await (await core.ask('And the rest')).final();
  const said = (what: string) => core.log.filter((line) => line.includes(`everybody together is ${what}`));
  await vi.waitFor(() => expect(said('used up')).toHaveLength(1), 10_000);
  expect(said('80 % used').length).toBeLessThanOrEqual(1);
  const last = core.reply('announced in ops')?.shown.at(-1)?.text;
  expect(last).toMatch(
    /^The budget of everybody together is used up: \$0\.0\d+ of \$0\.01 spent today\. It resets at 00:00/,
  );
  expect(core.log.join()).toContain('where the bot is not connected');
  expect(first.footnote).toMatch(/left/);
});
