/** What the Slack stand-in knows: one workspace with its people, channels and messages, each with all its versions. */

import { randomUUID } from 'node:crypto';
import type { Json } from './refusal.ts';

interface StandinUser {
  readonly id: string;
  readonly name: string;
  readonly admin: boolean;
}

interface StandinChannel {
  readonly id: string;
  readonly name: string;
  readonly kind: 'channel' | 'private' | 'direct';
  /** Whether the bot is in it. */
  botPresent: boolean;
  archived: boolean;
}

/** One state of a message, as people saw it from `at` (ms) on. */
export interface StandinVersion {
  readonly at: number;
  readonly text: string;
  readonly blocks: readonly Json[];
  /** Whom this version pings: `<!channel>`, `<@U…>` … */
  readonly pings: readonly string[];
}

export interface StandinMessage {
  readonly ts: string;
  readonly channel: string;
  /** A user's id. */
  readonly author: string;
  readonly threadTs?: string;
  /** Who alone sees it. */
  readonly ephemeralFor?: string;
  readonly through: 'api' | 'response_url' | 'person';
  readonly metadata?: Json;
  readonly versions: StandinVersion[];
  readonly files?: readonly StandinFile[];
  /** `stopped`: by a person. */
  stream?: 'live' | 'ended' | 'stopped';
  deleted: boolean;
}

export interface StandinFile {
  readonly id: string;
  readonly name: string;
  readonly mimetype: string;
  readonly length: number;
  readonly alt?: string;
  /** Where a download is passed on to. */
  readonly redirect?: string;
  readonly shares: { channel: string; ts: string }[];
  bytes?: Uint8Array;
}

export interface StandinView {
  readonly id: string;
  readonly user: string;
  readonly view: Json;
}

export interface World {
  now(): number;
  /** A fresh message timestamp, unique in the workspace. */
  nextTs(): string;
  readonly team: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly botUser: string;
  readonly botId: string;
  readonly users: Map<string, StandinUser>;
  readonly channels: Map<string, StandinChannel>;
  readonly messages: StandinMessage[];
  /** By path part: who may use a response_url, where, since when, how often it was used. */
  readonly responseUrls: Map<string, ResponseUrl>;
  readonly files: Map<string, StandinFile>;
  /** User groups and who is in them. */
  readonly groups: Map<string, readonly string[]>;
  /** What was done a moment ago, and may be answered with a view. */
  readonly triggers: Map<string, { readonly user: string; readonly since: number; used: boolean }>;
  readonly views: StandinView[];
  /** By channel and thread: what is said to go on there, and the state of the agent's session. */
  readonly statuses: Map<string, string>;
  readonly sessions: Map<string, string>;
  readonly missingScopes: Set<string>;
  /** For how long the workspace lets messages be edited; undefined: for ever. */
  editWindowMs: number | undefined;
  /** Whether the app was declared as an agent. */
  isAgent: boolean;
}

export interface ResponseUrl {
  readonly channel: string;
  readonly user: string;
  readonly since: number;
  /** The message with the button that was pressed. */
  readonly original?: StandinMessage;
  uses: number;
}

/** The channel that exists from the beginning, with the bot in it. */
export const GENERAL = 'C0GENERAL';
/** One where the bot is not. */
export const ELSEWHERE = 'C0ELSEWHERE';
/** Alice's direct conversation with the bot. */
export const DIRECT = 'D0ALICE';
export const ALICE = 'U0ALICE';
export const BOB = 'U0BOB';
/** A workspace admin. */
export const ADA = 'U0ADA';

export function createWorld(now: () => number): World {
  let counter = 0;
  const user = (id: string, name: string, admin: boolean): [string, StandinUser] => [id, { id, name, admin }];
  const channel = (
    id: string,
    name: string,
    kind: StandinChannel['kind'],
    botPresent: boolean,
  ): [string, StandinChannel] => [id, { id, name, kind, botPresent, archived: false }];
  return {
    now,
    nextTs() {
      counter += 1;
      return `${Math.floor(now() / 1000)}.${String(counter).padStart(6, '0')}`;
    },
    team: 'T0TEAM',
    botToken: `xoxb-${randomUUID()}`,
    appToken: `xapp-${randomUUID()}`,
    signingSecret: randomUUID().replaceAll('-', ''),
    botUser: 'U0BOT',
    botId: 'B0BOT',
    users: new Map([user(ALICE, 'Alice', false), user(BOB, 'Bob', false), user(ADA, 'Ada', true)]),
    channels: new Map([
      channel(GENERAL, 'general', 'channel', true),
      channel(ELSEWHERE, 'elsewhere', 'channel', false),
      channel(DIRECT, 'direct', 'direct', true),
    ]),
    messages: [],
    responseUrls: new Map(),
    files: new Map(),
    groups: new Map([['S0STAFF', [BOB, ADA]]]),
    triggers: new Map(),
    views: [],
    statuses: new Map(),
    sessions: new Map(),
    missingScopes: new Set(),
    editWindowMs: undefined,
    isAgent: true,
  };
}

/** What a message shows now. */
export function latest(message: StandinMessage): StandinVersion {
  const version = message.versions.at(-1);
  if (!version) throw new Error(`message ${message.ts} has no version`);
  return version;
}

/** The text that people read: the markdown and section blocks, or `text` when there are none. */
export function shownText(version: StandinVersion): string {
  const texts = version.blocks.flatMap((block) => {
    if (block.type === 'markdown') return [String(block.text)];
    if (block.type === 'section') return [String(Object(block.text).text ?? '')];
    return [];
  });
  return version.blocks.length > 0 ? texts.join('\n') : version.text;
}

/** The small print: every context block's texts. */
export function smallPrint(version: StandinVersion): string {
  return version.blocks
    .filter((block) => block.type === 'context')
    .flatMap((block) => (Array.isArray(block.elements) ? block.elements : []))
    .map((element) => String(Object(element).text ?? ''))
    .join('\n');
}

/** The buttons of a version: `action_id` and label. */
export function buttonsOf(version: StandinVersion): { actionId: string; value: string; label: string }[] {
  return version.blocks
    .filter((block) => block.type === 'actions')
    .flatMap((block) => (Array.isArray(block.elements) ? block.elements : []))
    .map((element) => ({
      actionId: String(Object(element).action_id),
      value: String(Object(element).value ?? ''),
      label: String(Object(Object(element).text).text ?? ''),
    }));
}
