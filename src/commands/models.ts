/** `/models list`: which models there are and what they cost. */

import type { AllowedModels } from '../core/allowed-models.ts';
import type { Budget } from '../core/budget/budget.ts';
import { formatUsd } from '../core/budget/money.ts';
import { type Command, defineInstantCommand } from '../core/command.ts';
import type { Config, ModelConfig } from '../core/config/config.ts';
import type { ModelRef, Models } from '../core/models/prediction.ts';
import { describePrice, describePriceSource, shortRef } from './describe-price.ts';
import type { PayableModel } from './run-cost.ts';
import { payableModel } from './run-model.ts';

type ListedConfig = Pick<Config, 'ask' | 'imagine' | 'transcribe' | 'customCommands' | 'models' | 'run'>;

/** A list of versions is not worth waiting longer for. */
const PATIENCE_MS = 3000;

export interface ModelsListOptions {
  readonly config: ListedConfig;
  readonly models: Pick<Models, 'resolve'>;
  readonly budget: Pick<Budget, 'estimate'>;
  readonly allowed: Pick<AllowedModels, 'list'>;
}

export function createModelsList({ config, models, budget, allowed }: ModelsListOptions): Command {
  return defineInstantCommand({
    name: 'models list',
    alias: 'models',
    description: 'The models there are and what they cost',
    access: 'everyone',
    private: true,
    options: {},
    async run() {
      const open = await allowed.list();
      const custom = config.customCommands.map(({ name, model }) => ({ command: name, models: [model] }));
      const sections = await Promise.all([
        section('ask', config.ask.models),
        section('imagine', config.imagine.models),
        section('transcribe', config.transcribe.models),
        ...custom.map((each) => section(each.command, each.models)),
        runSection(open.map(({ ref }) => ref)),
      ]);
      return { text: sections.filter((text) => text !== '').join('\n\n') };
    },
  });

  async function section(command: string, listed: readonly ModelConfig[]): Promise<string> {
    const lines = await Promise.all(
      listed.map(async (model, index) => {
        const cost = await describeCost(model, model.ref, command);
        const note = index === 0 && listed.length > 1 ? '; used unless you name another' : '';
        return `- **${model.name}**: \`${await resolvedRef(model.ref)}\`, ${cost}${note}`;
      }),
    );
    return `Models for \`/${command}\`:\n${lines.join('\n')}`;
  }

  async function runSection(refs: readonly ModelRef[]): Promise<string> {
    if (refs.length === 0) return '';
    const lines = await Promise.all(
      refs.map(async (ref) => {
        const payable = payableModel(config, ref);
        const cost = payable ? await describeCost(payable, ref, 'run') : 'without a price, so it is not run';
        return `- \`${shortRef(ref)}\`, ${cost}`;
      }),
    );
    return `Models for \`/run\`:\n${lines.join('\n')}`;
  }

  /** What it usually cost, once there were runs enough to say; its price in any case. */
  async function describeCost(
    { name, price }: PayableModel,
    ref: ModelRef,
    command: string,
  ): Promise<string> {
    const listed = `${describePrice(price)} (${describePriceSource(ref, price)})`;
    const estimate = price.by === 'free' ? undefined : await budget.estimate(name, command);
    if (!estimate) return listed;
    const [usual, most] = [estimate.medianMicroUsd, estimate.percentile95MicroUsd].map(formatUsd);
    return `usually ${usual}, 95 of 100 times at most ${most} (the last ${estimate.runs}); ${listed}`;
  }

  /** What really runs; what the configuration says when Replicate cannot be asked right now. */
  async function resolvedRef(ref: ModelRef): Promise<string> {
    try {
      return shortRef((await models.resolve(ref, AbortSignal.timeout(PATIENCE_MS))).ref);
    } catch {
      return shortRef(ref);
    }
  }
}
