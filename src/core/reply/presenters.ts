/** Turns a prediction's events into the text people see; presenters are found by name, also after a restart. */

import type { Presenter } from '../command.ts';

const PRESENTERS: Readonly<Record<string, () => Presenter>> = { text: createTextPresenter };

/** A new presenter, to be fed from the prediction's beginning. Throws when there is none of that name. */
export function createPresenter(name: string): Presenter {
  const create = Object.hasOwn(PRESENTERS, name) ? PRESENTERS[name] : undefined;
  if (!create) throw new Error(`there is no presenter "${name}", only ${Object.keys(PRESENTERS).join(', ')}`);
  return create();
}

/** Streamed text, then the files' links; what came neither way is shown when the prediction ends. */
function createTextPresenter(): Presenter {
  let text = '';
  let other = '';
  const files = new Set<string>();
  return {
    push(event) {
      switch (event.type) {
        case 'text-delta':
          text += event.text;
          return;
        case 'text-reset':
          text = event.text;
          return;
        case 'file':
          files.add(event.url);
          return;
        case 'end':
          if (text === '' && files.size === 0) other = describeOutput(event.prediction.output);
          return;
        case 'start':
        case 'log':
          return;
      }
    },
    text: () => [text || other, [...files].join('\n')].filter((part) => part !== '').join('\n\n'),
  };
}

function describeOutput(output: unknown): string {
  if (output === null || output === undefined) return '';
  if (typeof output === 'string') return output;
  if (Array.isArray(output)) {
    const strings = output.filter((part) => typeof part === 'string');
    if (strings.length === output.length) return strings.join(strings.every(isWebAddress) ? '\n' : '');
  }
  const json = JSON.stringify(output, undefined, 2);
  return `${'`'.repeat(fenceLength(json))}json\n${json}\n${'`'.repeat(fenceLength(json))}`;
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:/i.test(text);
}

/** One more mark than the longest run inside. */
function fenceLength(text: string): number {
  return Math.max(3, ...Array.from(text.matchAll(/`+/g), (run) => run[0].length + 1));
}
