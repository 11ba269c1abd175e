/** Whom a text would ping, by Discord's rules for `allowed_mentions` and its dangerous defaults. */

import { asArray, asObject, invalidForm, type Json } from './refusal.ts';

/** What Discord parses when the field is missing: everything in messages, people in interaction replies. */
export type PingDefaults = 'message' | 'interaction';

/** `@everyone`, `<@user>`, `<@&role>`, `reply:<user>` for everyone who would be pinged. */
export function pingsOf(content: string, body: Json, defaults: PingDefaults, repliedUser?: string): string[] {
  const given = body.allowed_mentions;
  const allowed: Json =
    given === undefined || given === null
      ? { parse: defaults === 'message' ? ['users', 'roles', 'everyone'] : ['users'], replied_user: true }
      : asObject(given, 'allowed_mentions');
  const parse = asArray(allowed.parse, 'allowed_mentions');
  const users = asArray(allowed.users, 'allowed_mentions');
  const roles = asArray(allowed.roles, 'allowed_mentions');
  if (parse.includes('users') && users.length > 0) {
    throw invalidForm('allowed_mentions', 'parse:["users"] and users: [ids...] are mutually exclusive.');
  }
  const pings: string[] = [];
  for (const [, id = ''] of content.matchAll(/<@!?(\d+)>/g)) {
    if (parse.includes('users') || users.includes(id)) pings.push(`<@${id}>`);
  }
  for (const [, id = ''] of content.matchAll(/<@&(\d+)>/g)) {
    if (parse.includes('roles') || roles.includes(id)) pings.push(`<@&${id}>`);
  }
  if (/@(everyone|here)\b/.test(content) && parse.includes('everyone')) pings.push('@everyone');
  if (repliedUser && allowed.replied_user === true) pings.push(`reply:${repliedUser}`);
  return pings;
}
