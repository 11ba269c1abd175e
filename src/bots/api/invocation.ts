/** A request of another program as an invocation, the same that people's requests become. */

import type { Attachment, Invocation, Person } from '../../core/chat.ts';
import type { Command } from '../../core/command.ts';
import { UserError } from '../../core/errors.ts';
import type { InferRequest } from './schemas.ts';

/** Throws UserError when the input cannot be the command's. What the values are is checked with everybody's. */
export function toInvocation(
  body: InferRequest,
  request: { readonly eventId: string; readonly person: Person },
  commands: ReadonlyMap<string, Command>,
): Invocation {
  const { eventId, person } = request;
  // Without a conversation of its own a request remembers nothing and is not remembered by the next one.
  const channel = body.conversation === undefined ? eventId : `${person.id}/${body.conversation}`;
  const common = {
    eventId,
    person,
    place: { surface: 'api', channel, direct: true },
    attachments: [],
  } as const;
  if (body.model !== undefined) {
    const values = { model: body.model, inputs: JSON.stringify(body.input) };
    return { ...common, command: 'run', args: { form: 'typed', values } };
  }
  const name = body.command ?? '';
  const options = commands.get(name)?.options ?? {};
  const values: Record<string, string | number | boolean> = {};
  const files: Record<string, Attachment> = {};
  for (const [key, value] of Object.entries(body.input)) {
    const option = Object.hasOwn(options, key) ? options[key] : undefined;
    if (!option) {
      const known = Object.keys(options).join(', ') || 'none';
      throw new UserError(`\`${name}\` has no option \`${key}\`; there is: ${known}.`);
    }
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      throw new UserError(`\`${key}\` must be a text, a number, or true or false.`);
    }
    if (option.type === 'attachment') files[key] = linkedFile(key, value);
    else values[key] = value;
  }
  return { ...common, command: name, args: { form: 'typed', values, files } };
}

function linkedFile(key: string, value: string | number | boolean): Attachment {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw new UserError(`\`${key}\` must be a link to a file.`);
  return { name: url.pathname.split('/').at(-1) || key, url: url.href };
}
