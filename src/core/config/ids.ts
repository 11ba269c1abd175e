/** Ids of people, roles, channels and workspaces as the configuration writes them. */

import { z } from 'zod';

const DISCORD = String.raw`discord:\d{15,20}`;

export const personId = z
  .string()
  .regex(
    new RegExp(`^(${DISCORD}|slack:[A-Z0-9]+/[A-Z0-9]+|web:\\w+|key:[\\w-]+)$`),
    'must be discord:<user id>, slack:<team id>/<user id>, web:<name> or key:<API key name>',
  );

export const roleId = z
  .string()
  .regex(
    new RegExp(`^(${DISCORD}|slack:[A-Z0-9]+/S[A-Z0-9]+)$`),
    'must be discord:<role id> or slack:<team id>/<user group id>',
  );

export const channelId = z
  .string()
  .regex(
    new RegExp(`^(${DISCORD}|slack:[CGD][A-Z0-9]+)$`),
    'must be discord:<channel id> or slack:<channel id>',
  );

export const workspaceId = z
  .string()
  .regex(new RegExp(`^(${DISCORD}|slack:[TE][A-Z0-9]+)$`), 'must be discord:<server id> or slack:<team id>');
