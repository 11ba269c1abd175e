/** What `/run` answers to a model's name alone: what it costs and takes, and a form for that. */

import { formatUsd } from '../core/budget/money.ts';
import { costRange, planCost } from '../core/budget/plan-cost.ts';
import type { Message } from '../core/chat.ts';
import { shorten } from '../core/models/form.ts';
import type { ModelInput } from '../core/models/prediction.ts';
import { describeAllowed } from '../core/models/schema.ts';
import { describePrice } from './describe-price.ts';
import type { RunnableModel } from './run-model.ts';

/** Discord's limit for a button's id. */
const LONGEST_ID = 100;
const MOST_LISTED = 30;
/** Of what is allowed, and of a default. */
const LONGEST_PART = 120;

export function formId(name: string): string {
  return `form:run:${name}`;
}

/** What it is, what it can cost, what it takes, and the button to fill it in. */
export function offerForm({ name, model, payable }: RunnableModel): Message {
  const id = formId(name);
  const fits = id.length <= LONGEST_ID;
  const offered = model.inputs.filter((input) => !input.deprecated && input.format !== 'password');
  const lines = offered.slice(0, MOST_LISTED).map((input) => `- ${describeInput(input)}`);
  const more = offered.length > MOST_LISTED ? [`- and ${offered.length - MOST_LISTED} more`] : [];
  const example = offered.find((input) => input.required)?.name ?? offered[0]?.name ?? 'prompt';
  const how = `${fits ? 'Fill in its inputs with the button, or write' : 'Write'} them: \`/run ${name} ${example}="…"\`.`;
  return {
    text: [`**${payable.name}**: ${describeCost(payable)}.`, how, [...lines, ...more].join('\n')]
      .filter((part) => part !== '')
      .join('\n\n'),
    ...(fits && { buttons: [{ id, label: 'Fill in', style: 'primary' as const }] }),
  };
}

function describeCost({ price, maxSeconds, typicalSeconds, name }: RunnableModel['payable']): string {
  if (price.by !== 'second') return describePrice(price);
  const cost = planCost(price, { deadlineSeconds: maxSeconds, typicalSeconds }, name);
  return `${describePrice(price)}, at most ${formatUsd(costRange(cost).ceilingMicroUsd)}`;
}

function describeInput(input: ModelInput): string {
  const { name, required, default: preset } = input;
  const shown = typeof preset === 'object' ? JSON.stringify(preset) : String(preset);
  const otherwise =
    preset === undefined || preset === '' ? '' : `; ${shorten(shown, LONGEST_PART)} if left out`;
  return `\`${name}\`${required ? ' (required)' : ''}: ${shorten(describeAllowed(input), LONGEST_PART)}${otherwise}`;
}
