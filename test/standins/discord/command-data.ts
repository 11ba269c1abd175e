/** A slash command as Discord's client sends it, typed by the definition that was registered. */

import { roleJson } from './gateway.ts';
import { asArray, asObject, type Json } from './refusal.ts';
import { channelJson, userJson } from './wire.ts';
import type { StandinChannel, StandinUser, World } from './world.ts';

export interface StandinAttachment {
  readonly name: string;
  readonly url: string;
  readonly contentType?: string;
  readonly sizeBytes?: number;
  readonly durationSeconds?: number;
}

export interface CommandInput {
  /** `ask`, or `budget set` for a subcommand. */
  readonly name: string;
  /** A role is given by its id, a channel as it is. */
  readonly options?: Readonly<
    Record<string, string | number | boolean | StandinAttachment | StandinUser | StandinChannel>
  >;
}

/** The `data` of an interaction. Throws where the client would not let a person send it. */
export function commandData(
  world: World,
  command: CommandInput,
  focused: string | undefined,
  attachmentJson: (file: StandinAttachment) => Json,
): Json {
  const [first = '', second] = command.name.split(' ');
  const registered = world.commands.find((each) => each.type === 1 && each.name === first);
  if (!registered) throw new Error(`no command /${first} is registered`);
  const isWanted = (each: Json) => each.name === second && each.type === 1;
  const group = optionsOf(registered).find((each) => each.type === 2 && optionsOf(each).some(isWanted));
  const subcommand = second && optionsOf(group ?? registered).find(isWanted);
  if (second && !subcommand) throw new Error(`/${first} has no subcommand ${second}`);
  const definitions = optionsOf(subcommand || registered);
  const attachments: Json = {};
  const users: Json = {};
  const roles: Json = {};
  const channels: Json = {};
  const given = Object.entries(command.options ?? {}).map(([name, value]): Json => {
    const definition = definitions.find((each) => each.name === name);
    if (!definition) throw new Error(`/${command.name} has no option ${name}`);
    const base = { name, type: definition.type, ...(name === focused ? { focused: true } : {}) };
    if (definition.type === 8) {
      const role = world.roles.get(String(value));
      if (role === undefined) throw new Error('there is no such role');
      roles[String(value)] = roleJson(String(value), role);
    }
    if (typeof value !== 'object') return { ...base, value };
    if ('kind' in value) {
      channels[value.id] = channelJson(value);
      return { ...base, value: value.id };
    }
    if ('url' in value) {
      const json = attachmentJson(value);
      attachments[String(json.id)] = json;
      return { ...base, value: json.id };
    }
    users[value.id] = userJson(value);
    return { ...base, value: value.id };
  });
  for (const definition of definitions) {
    const missing = definition.required === true && !given.some((each) => each.name === definition.name);
    if (missing && focused === undefined)
      throw new Error(`/${command.name} needs the option ${definition.name}`);
  }
  return {
    id: registered.id,
    name: first,
    type: 1,
    options: inGroup(group, subcommand ? [{ name: second, type: 1, options: given }] : given),
    resolved: { attachments, users, roles, channels },
  };
}

function inGroup(group: Json | undefined, options: readonly Json[]): readonly Json[] {
  return group ? [{ name: group.name, type: 2, options }] : options;
}

function optionsOf(thing: Json): Json[] {
  return asArray(thing.options, 'options').map((each) => asObject(each, 'options'));
}
