/** What could come next in a command: `/` its name, `--` an option, and an option's values. */

import { commandIn } from './option-bar.js';
import { getJson } from './requests.js';

const MOST_CHOICES = 8;
/** So that not every key asks the bot, and through it Replicate. */
const PAUSE_MS = 150;

/**
 * Choices for the text before the cursor: `{label, detail, insert, from, complete}`. `from` is where `insert` goes;
 * `complete` says that Enter takes the choice rather than sends. Throws when `signal` is aborted meanwhile.
 */
export async function choicesFor(text, commands, signal) {
  if (!text.startsWith('/') || text.includes('\n')) return [];
  const typedName = text.slice(1).toLowerCase();
  const command = commandIn(text, commands);
  const longer = commands.filter(({ name }) => name.startsWith(typedName));
  if (!command || (longer.length > 0 && typedName !== `${command.name} `)) return names(longer, typedName);

  const offset = command.name.length + 2;
  const rest = text.slice(offset);
  const value = /(?:^|\s)--([\w-]+)[ =](\S*)$/.exec(rest);
  const option = value && command.options.find(({ name }) => name === value[1]);
  if (option) return values(command, option, value[2], offset + rest.length - value[2].length, signal);
  const flag = /(?:^|\s)--([\w-]*)$/.exec(rest);
  if (flag) return options(command, flag[1], offset + rest.length - flag[1].length - 2, rest);
  // The first option needs no flag.
  const [first] = command.options;
  return first && !/\s/.test(rest) ? values(command, first, rest, offset, signal) : [];
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

async function values(command, option, typed, from, signal) {
  const suggested = option.suggests
    ? await suggestions({ command: command.name, option: option.name, typed }, signal)
    : option.choices.map((choice) => ({ name: choice, value: choice }));
  return suggested
    .filter(({ value }) => option.suggests || value.startsWith(typed))
    .slice(0, MOST_CHOICES)
    .map(({ name, value }) => ({
      label: name,
      detail: value === name ? '' : value,
      insert: `${/\s/.test(value) ? `"${value}"` : value} `,
      from,
      complete: value !== typed,
    }));
}

async function suggestions(query, signal) {
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  signal.throwIfAborted();
  try {
    return await getJson(`/suggest?${new URLSearchParams(query)}`, signal);
  } catch {
    signal.throwIfAborted();
    return [];
  }
}
