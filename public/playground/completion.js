/** What could come next in a command: `/` its name, `--` an option, and an option's values. */

import { commandIn } from './option-bar.js';
import { getJson } from './requests.js';

const MOST_CHOICES = 8;
/** So that not every key asks the bot, and through it Replicate. */
const PAUSE_MS = 150;

/**
 * Choices for the text before the cursor: `{label, detail, insert, from, complete}`. `from` is where `insert` goes;
 * `complete` says that Enter takes the choice rather than sends. Where only the bot knows them, a `query` for `suggest`.
 */
export function choicesFor(text, commands) {
  if (!text.startsWith('/') || text.includes('\n')) return { choices: [] };
  const typedName = text.slice(1).toLowerCase();
  const command = commandIn(text, commands);
  const longer = commands.filter(({ name }) => name.startsWith(typedName));
  if (!command || (longer.length > 0 && typedName !== `${command.name} `))
    return { choices: names(longer, typedName) };

  const offset = command.name.length + 2;
  const rest = text.slice(offset);
  const value = /(?:^|\s)--([\w-]+)[ =](\S*)$/.exec(rest);
  const option = value && command.options.find(({ name }) => name === value[1]);
  if (option) return values(command, option, value[2], offset + rest.length - value[2].length);
  const flag = /(?:^|\s)--([\w-]*)$/.exec(rest);
  if (flag) return { choices: options(command, flag[1], offset + rest.length - flag[1].length - 2, rest) };
  // The first option needs no flag.
  const [first] = command.options;
  return first && !/\s/.test(rest) ? values(command, first, rest, offset) : { choices: [] };
}

/** Asks the bot. Throws when `signal` is aborted meanwhile. */
export async function suggest({ command, option, typed, from }, signal) {
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  signal.throwIfAborted();
  const query = new URLSearchParams({ command, option, typed });
  const suggested = await getJson(`/suggest?${query}`, signal).catch(() => []);
  signal.throwIfAborted();
  return suggested.slice(0, MOST_CHOICES).map((choice) => valueChoice(choice, typed, from));
}

function names(commands, typed) {
  return commands.slice(0, MOST_CHOICES).map(({ name, description }) => ({
    label: `/${name}`,
    detail: description,
    insert: `/${name} `,
    from: 0,
    complete: name !== typed,
  }));
}

/** One that is there already is not offered again; a file is attached, not spelled. */
function options(command, typed, from, rest) {
  return command.options
    .slice(1)
    .filter(
      ({ name, type }) => type !== 'attachment' && name.startsWith(typed) && !rest.includes(`--${name} `),
    )
    .map(({ name, description }) => ({
      label: `--${name}`,
      detail: description,
      insert: `--${name} `,
      from,
      complete: true,
    }));
}

function values(command, option, typed, from) {
  if (option.suggests) return { query: { command: command.name, option: option.name, typed, from } };
  const fitting = option.choices.filter((choice) => choice.startsWith(typed)).slice(0, MOST_CHOICES);
  return { choices: fitting.map((choice) => valueChoice({ name: choice, value: choice }, typed, from)) };
}

const valueChoice = ({ name, value }, typed, from) => ({
  label: name,
  detail: value === name ? '' : value,
  insert: `${/\s/.test(value) ? `"${value}"` : value} `,
  from,
  complete: value !== typed,
});
