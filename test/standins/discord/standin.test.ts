/** The stand-in refuses what Discord refuses: otherwise the tests on it would prove nothing. */

import { afterEach, beforeEach, expect, it } from 'vitest';
import { asArray, asObject, type Json } from './refusal.ts';
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

it('forgets nonces after a few minutes, and does not tell them of messages that are fetched', async () => {
  const body = { content: 'once', nonce: 'n', enforce_nonce: true };
  const { json: first } = await call('POST', channelMessages(), body);
  expect(first.nonce).toBe('n');
  expect((await call('GET', `${channelMessages()}/${first.id}`)).json.nonce).toBeUndefined();
  standin.advance(2 * 60_000);
  expect((await call('POST', channelMessages(), body)).json.id).toBe(first.id);
  standin.advance(2 * 60_000);
  expect((await call('POST', channelMessages(), body)).json.id).not.toBe(first.id);
});

/** A message with files, as a form. */
async function upload(
  sizes: readonly number[],
  attachments?: readonly Json[],
  path = channelMessages(),
  method = 'POST',
) {
  const form = new FormData();
  form.append('payload_json', JSON.stringify({ content: 'x', ...(attachments ? { attachments } : {}) }));
  for (const [at, size] of sizes.entries()) {
    form.append(`files[${at}]`, new Blob([new Uint8Array(size)], { type: 'image/png' }), `${at}.png`);
  }
  const response = await fetch(`${standin.apiUrl}/v10${path}`, {
    method,
    headers: { authorization: `Bot ${standin.token}` },
    body: form,
  });
  const json = asObject(await response.json(), 'body');
  return { status: response.status, code: json.code, json };
}

it('refuses files that are too large or too many, and lists that name what is not there', async () => {
  const mebibyte = 1024 * 1024;
  expect(await upload([10 * mebibyte + 1])).toMatchObject({ status: 413, code: 40005 });
  expect(await upload([9, 9, 9].map((size) => size * mebibyte))).toMatchObject({ status: 413, code: 40005 });
  expect((await upload(Array.from({ length: 11 }, () => 1))).code).toBe(50035);
  expect((await upload([1], [{ id: 1, filename: 'x.png' }])).code).toBe(50035);
  expect((await upload([1], [{ id: 0, description: 'x'.repeat(1025) }])).code).toBe(50035);
});

it('drops the attachments that an edit does not list, and keeps them all when it lists none', async () => {
  const { json } = await upload([1, 2]);
  const path = `${channelMessages()}/${json.id}`;
  const shown = () =>
    standin
      .messages(standin.channel)
      .flatMap(standin.filesOf)
      .map(({ name }) => name);
  await call('PATCH', path, { content: 'y' });
  expect(shown()).toEqual(['0.png', '1.png']);
  const [, second] = asArray(json.attachments, 'attachments').map((each) => asObject(each, 'attachment'));
  await upload([3], [{ id: second?.id }, { id: 0, filename: 'new.png' }], path, 'PATCH');
  expect(shown()).toEqual(['1.png', 'new.png']);
  expect((await call('PATCH', path, { attachments: [{ id: json.id }] })).code).toBe(50035);
});

it('refuses a modal after a deferral, one without components, and one with a menu of 26', async () => {
  const respond = (data: unknown, type = 9) => {
    const { id, token } = standin.sendCommand({ name: 'ask' });
    return call('POST', `/interactions/${id}/${token}/callback`, { type, data });
  };
  const select = (count: number) => ({
    type: 3,
    custom_id: 'x',
    options: Array.from({ length: count }, (_, at) => ({ label: `${at}`, value: `${at}` })),
  });
  const modal = (component: unknown) => ({
    custom_id: 'form:x',
    title: 'X',
    components: [{ type: 18, label: 'X', component }],
  });
  expect((await respond({ custom_id: 'form:x', title: 'X', components: [] })).code).toBe(50035);
  expect((await respond(modal(select(26)))).code).toBe(50035);
  expect((await respond(modal({ type: 2, custom_id: 'x' }))).code).toBe(50035);
  expect((await respond(modal(select(25)))).status).toBe(204);
  const { id, token } = standin.sendCommand({ name: 'ask' });
  const path = `/interactions/${id}/${token}/callback`;
  await call('POST', path, { type: 5 });
  expect((await call('POST', path, { type: 9, data: modal(select(1)) })).code).toBe(40060);
});
