/** What could come next in a command: `/` its name, `--` an option, and an option's values. */

import { getJson } from './requests.js';

const MOST_CHOICES = 8;

/**
 * Choices for the text before the cursor: `{label, detail, insert, from, complete}`. `from` is where `insert` goes;
 * `complete` says that Enter takes the choice rather than sends.
 */
export async function choicesFor(text, commands) {
  if (!text.startsWith('/') || text.includes('\n')) return [];
  const typedName = text.slice(1).toLowerCase();
  const command = commands
    .filter(({ name }) => typedName.startsWith(`${name} `))
    .sort((a, b) => b.name.length - a.name.length)[0];
  const longer = commands.filter(({ name }) => name.startsWith(typedName));
  if (!command || (longer.length > 0 && typedName !== `${command.name} `)) return names(longer, typedName);

  const rest = text.slice(command.name.length + 2);
  const offset = command.name.length + 2;
  const value = /(?:^|\s)--([\w-]+)[ =](\S*)$/.exec(rest);
  const option = value && command.options.find(({ name }) => name === value[1]);
  if (option) return values(command, option, value[2], offset + rest.length - value[2].length);
  const flag = /(?:^|\s)--([\w-]*)$/.exec(rest);
  if (flag) return options(command, flag[1], offset + rest.length - flag[1].length - 2, rest);
  return [];
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

/** The first option needs no flag; one that is there already is not offered again. */
function options(command, typed, from, rest) {
  return command.options
    .slice(1)
    .filter(({ name }) => name.startsWith(typed) && !rest.includes(`--${name} `))
    .map(({ name, description }) => ({
      label: `--${name}`,
      detail: description,
      insert: `--${name} `,
      from,
      complete: true,
    }));
}

async function values(command, option, typed, from) {
  const suggested = option.suggests
    ? await getJson(
        `/suggest?${new URLSearchParams({ command: command.name, option: option.name, typed })}`,
      ).catch(() => [])
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
