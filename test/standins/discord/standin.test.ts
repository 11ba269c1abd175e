/** The stand-in refuses what Discord refuses: otherwise the tests on it would prove nothing. */

import { afterEach, beforeEach, expect, it } from 'vitest';
import { asObject, type Json } from './refusal.ts';
import { createDiscordStandin, type DiscordStandin } from './standin.ts';

let standin: DiscordStandin;
beforeEach(async () => {
  standin = await createDiscordStandin();
  await call('PUT', `/applications/${standin.botId}/commands`, [{ name: 'ask', description: 'Ask' }]);
});
afterEach(() => standin.close());

async function call(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; code: unknown; json: Json }> {
  const response = await fetch(`${standin.apiUrl}/v10${path}`, {
    method,
    headers: { authorization: `Bot ${standin.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const parsed: unknown = text ? JSON.parse(text) : {};
  const json = Array.isArray(parsed) ? {} : asObject(parsed, 'body');
  return { status: response.status, code: json.code, json };
}

const channelMessages = () => `/channels/${standin.channel.id}/messages`;

it('refuses a late and a second acknowledgement', async () => {
  const late = standin.sendCommand({ name: 'ask' });
  standin.advance(3001);
  const path = `/interactions/${late.id}/${late.token}/callback`;
  expect(await call('POST', path, { type: 5 })).toMatchObject({ status: 404, code: 10062 });
  const twice = standin.sendCommand({ name: 'ask' });
  const again = `/interactions/${twice.id}/${twice.token}/callback`;
  expect(await call('POST', again, { type: 5 })).toMatchObject({ status: 204 });
  expect(await call('POST', again, { type: 5 })).toMatchObject({ status: 400, code: 40060 });
});

it('refuses a token after 15 minutes and the sixth follow-up of a guest', async () => {
  const command = standin.sendCommand({ name: 'ask', channel: standin.elsewhere, userInstall: true });
  await call('POST', `/interactions/${command.id}/${command.token}/callback`, {
    type: 4,
    data: { content: 'a' },
  });
  const path = `/webhooks/${standin.botId}/${command.token}`;
  for (let page = 0; page < 5; page++) expect((await call('POST', path, { content: 'b' })).status).toBe(200);
  standin.advance(5001);
  expect(await call('POST', path, { content: 'b' })).toMatchObject({ status: 400, code: 40094 });
  standin.advance(15 * 60_000);
  expect(await call('POST', path, { content: 'b' })).toMatchObject({ status: 401, code: 50027 });
});

it('refuses messages that are too long, empty, misspelt, elsewhere or have too many buttons', async () => {
  const row = {
    type: 1,
    components: [1, 2, 3, 4, 5, 6].map((at) => ({ type: 2, style: 2, label: 'x', custom_id: `b${at}` })),
  };
  const bodies = [
    { content: 'x'.repeat(2001) },
    { content: ' ' },
    { contents: 'x' },
    { content: 'x', components: [row] },
  ];
  const codes = [];
  for (const body of bodies) codes.push((await call('POST', channelMessages(), body)).code);
  expect(codes).toEqual([50035, 50006, 50035, 50035]);
  expect((await call('POST', `/channels/${standin.elsewhere.id}/messages`, { content: 'x' })).code).toBe(
    50001,
  );
});

it('pings by default, on every edit again, unless told not to', async () => {
  const { json } = await call('POST', channelMessages(), { content: '@everyone' });
  await call('PATCH', `${channelMessages()}/${json.id}`, { content: '<@1> @here' });
  await call('POST', channelMessages(), { content: '@everyone <@1>', allowed_mentions: { parse: [] } });
  expect(standin.pings()).toEqual(['@everyone', '<@1>', '@everyone']);
});

it('creates one message per nonce and refuses the sixth in five seconds', async () => {
  const body = { content: 'once', nonce: 'n', enforce_nonce: true };
  const first = await call('POST', channelMessages(), body);
  expect((await call('POST', channelMessages(), body)).json.id).toBe(first.json.id);
  for (let more = 0; more < 3; more++) await call('POST', channelMessages(), { content: 'x' });
  expect(await call('POST', channelMessages(), { content: 'x' })).toMatchObject({ status: 429 });
  expect(standin.rateLimited()).toBe(1);
});
