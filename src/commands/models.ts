/** `/models`: which models there are and what they cost. */

import { formatUsd, MICRO_USD_PER_USD } from '../core/budget/money.ts';
import { type Command, defineInstantCommand } from '../core/command.ts';
import type { Config } from '../core/config/config.ts';
import type { ModelRef, Models } from '../core/models/prediction.ts';
import type { Price } from '../core/models/prices.ts';

/** Enough of a version's 64 digits to tell it from others, as Replicate's own pages show it. */
const VERSION_DIGITS = 8;

export function createModelsCommand(options: { config: Config; models: Models }): Command {
  const { config, models } = options;
  return defineInstantCommand({
    name: 'models',
    description: 'The models there are and what they cost',
    access: 'everyone',
    private: true,
    options: {},
    async run() {
      const [standard] = config.ask.models;
      const refs = await Promise.all(config.ask.models.map((model) => resolvedRef(model.ref)));
      const lines = config.ask.models.map((model, index) => {
        const note = model === standard ? ', used unless you name another' : '';
        return `- **${model.name}**: \`${refs[index]}\`, ${describePrice(model.price)}${note}`;
      });
      return { text: `Models for \`/ask\`:\n${lines.join('\n')}` };
    },
  });

  /** What really runs; what the configuration says when Replicate cannot be asked right now. */
  async function resolvedRef(ref: ModelRef): Promise<string> {
    try {
      return shortRef((await models.resolve(ref)).ref);
    } catch {
      return shortRef(ref);
    }
  }
}

/** `owner/name`, with the first digits of the version that runs where the model is pinned to one. */
function shortRef(ref: ModelRef): string {
  const [name, version] = ref.split(':');
  return version === undefined ? ref : `${name}:${version.slice(0, VERSION_DIGITS)}`;
}

function describePrice(price: Price): string {
  const usd = (microUsd: number) => `$${microUsd / MICRO_USD_PER_USD}`;
  switch (price.by) {
    case 'free':
      return 'free';
    case 'second':
      return `${usd(price.microUsdPerSecond)} per second`;
    case 'token':
      return `${usd(price.microUsdPerMillionInput)} per million tokens read, ${usd(price.microUsdPerMillionOutput)} written`;
    case 'image':
      return `${formatUsd(price.microUsdPerImage)} per picture`;
    case 'audio-second':
      return `${usd(price.microUsdPerAudioSecond)} per second of sound`;
  }
}
