/** What Discord demands of the commands that an application registers. */

import { asArray, asObject, invalidForm, type Json, onlyKnown } from './refusal.ts';

const commandFields = [
  ...[
    'name',
    'name_localizations',
    'description',
    'description_localizations',
    'options',
    'type',
    'nsfw',
    'id',
  ],
  ...[
    'default_member_permissions',
    'dm_permission',
    'default_permission',
    'integration_types',
    'contexts',
    'handler',
  ],
];
const optionFields = [
  ...[
    'type',
    'name',
    'name_localizations',
    'description',
    'description_localizations',
    'required',
    'choices',
  ],
  ...[
    'options',
    'channel_types',
    'min_value',
    'max_value',
    'min_length',
    'max_length',
    'autocomplete',
    'file_types',
  ],
];
const namePattern = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;

/** Checks a whole bulk registration and returns it as Discord would store it, with ids and defaults filled in. */
export function readCommands(body: unknown, nextId: () => string, applicationId: string): Json[] {
  const commands = asArray(body, 'commands').map((each) => asObject(each, 'commands'));
  const names = commands.map((command) => `${command.type ?? 1}:${command.name}`);
  if (new Set(names).size !== names.length) {
    throw invalidForm('name', 'Application command names must be unique');
  }
  for (const [kind, most] of [
    [1, 100],
    [2, 15],
    [3, 15],
  ]) {
    if (commands.filter((command) => (command.type ?? 1) === kind).length > Number(most))
      throw invalidForm('commands', `Maximum number of application commands reached (${most})`);
  }
  return commands.map((command) => {
    onlyKnown(command, commandFields);
    const type = command.type ?? 1;
    if (type === 1) checkNamed(command);
    else checkMenuEntry(command);
    const options = asArray(command.options, 'options').map((each) => asObject(each, 'options'));
    checkOptions(options);
    if (characters(command, options) > 8000)
      throw invalidForm('command', 'Command exceeds maximum size (8000)');
    return {
      id: nextId(),
      application_id: applicationId,
      version: nextId(),
      default_member_permissions: null,
      integration_types: [0],
      contexts: [0, 1, 2],
      nsfw: false,
      description: '',
      ...command,
      type,
      ...(options.length > 0 ? { options: options.map(stored) } : {}),
    };
  });
}

/** Discord leaves `required: false` out of what it gives back. */
function stored(option: Json): Json {
  const { required, options, ...rest } = option;
  return {
    ...rest,
    ...(required === true ? { required } : {}),
    ...(options === undefined
      ? {}
      : { options: asArray(options, 'options').map((o) => stored(asObject(o, 'options'))) }),
  };
}

/** Commands on messages and people: any name, no description, no options; 15 of each. */
function checkMenuEntry(command: Json): void {
  const { name, description, options } = command;
  if (typeof name !== 'string' || name.length < 1 || name.length > 32)
    throw invalidForm('name', 'Must be between 1 and 32 in length.');
  if ((description ?? '') !== '') throw invalidForm('description', 'Context menu commands cannot have one');
  if (options !== undefined) throw invalidForm('options', 'Context menu commands cannot have options');
}

function checkNamed(thing: Json): void {
  const { name, description } = thing;
  if (typeof name !== 'string' || !namePattern.test(name) || name !== name.toLowerCase()) {
    throw invalidForm('name', 'String value did not match validation regex.');
  }
  if (typeof description !== 'string' || description.length < 1 || description.length > 100) {
    throw invalidForm('description', 'Must be between 1 and 100 in length.');
  }
}

function checkOptions(options: readonly Json[], depth = 0): void {
  if (options.length > 25) throw invalidForm('options', 'Must be 25 or fewer in length.');
  const names = options.map((option) => option.name);
  if (new Set(names).size !== names.length) throw invalidForm('options', 'Option names must be unique');
  const kinds = new Set(options.map((option) => option.type === 1 || option.type === 2));
  if (kinds.size > 1) throw invalidForm('options', 'Sub-command and option can not be mixed');
  let sawOptional = false;
  for (const option of options) {
    onlyKnown(option, optionFields);
    checkNamed(option);
    if (typeof option.type !== 'number' || option.type < 1 || option.type > 11)
      throw invalidForm('type', 'Unknown type');
    if (option.type > 2 && option.required !== true) sawOptional = true;
    if (option.required === true && sawOptional) {
      throw invalidForm('options', 'Required options must be placed before non-required options');
    }
    const choices = asArray(option.choices, 'choices').map((each) => asObject(each, 'choices'));
    if (choices.length > 25) throw invalidForm('choices', 'Must be 25 or fewer in length.');
    if (choices.length > 0 && option.autocomplete === true)
      throw invalidForm('choices', 'choices and autocomplete');
    for (const choice of choices) {
      if (String(choice.name).length > 100 || String(choice.value).length > 100) {
        throw invalidForm('choices', 'Must be between 1 and 100 in length.');
      }
    }
    if (option.type === 1 && 'required' in option) throw invalidForm('required', 'not for sub-commands');
    if (option.type === 2 && depth > 0) throw invalidForm('options', 'Sub-command groups cannot be nested');
    const fileTypes = asArray(option.file_types, 'file_types');
    if (fileTypes.length > 10) throw invalidForm('file_types', 'Must be 10 or fewer in length.');
    if (!fileTypes.every((each) => /^(image|audio|video|\.[a-z0-9]+)$/.test(String(each))))
      throw invalidForm('file_types', 'neither a kind of media nor an extension');
    if (fileTypes.length > 0 && option.type !== 11) throw invalidForm('file_types', 'only for attachments');
    if (option.channel_types !== undefined && option.type !== 7)
      throw invalidForm('channel_types', 'only for channels');
    if (Number(option.max_length ?? 1) > 6000) throw invalidForm('max_length', 'must be at most 6000');
    checkOptions(
      asArray(option.options, 'options').map((each) => asObject(each, 'options')),
      depth + 1,
    );
  }
}

function characters(thing: Json, options: readonly Json[]): number {
  const own = String(thing.name).length + String(thing.description ?? '').length;
  const choices = asArray(thing.choices, 'choices').map((each) => asObject(each, 'choices'));
  const ofChoices = choices.reduce((sum, c) => sum + String(c.name).length + String(c.value).length, 0);
  const nested = options.reduce(
    (sum, o) =>
      sum +
      characters(
        o,
        asArray(o.options, 'options').map((each) => asObject(each, 'options')),
      ),
    0,
  );
  return own + ofChoices + nested;
}
