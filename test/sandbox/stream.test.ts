/** The server-sent events of a prediction: complete, resumable, and broken on demand. */
import { expect, test, vi } from 'vitest';
import { llama, sdxl, startSandbox } from './started-sandbox.ts';

interface Event {
  event?: string;
  id?: string;
  data: string;
}

/** Parses what has arrived; an unfinished event at the end is left out. */
function parse(text: string): Event[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .filter((block) => !block.startsWith(':'))
    .map((block) => {
      const lines = block
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]);
      const field = (name: string) => lines.filter(([key]) => key === name).map(([, value]) => value);
      const [event] = field('event');
      const [id] = field('id');
      return { ...(event ? { event } : {}), ...(id ? { id } : {}), data: field('data').join('\n') };
    });
}

const textOf = (events: Event[]): string =>
  events
    .filter(({ event }) => event === 'output')
    .map(({ data }) => data)
    .join('');

async function read(url: string | undefined, headers: Record<string, string> = {}) {
  const response = await fetch(url ?? '', { headers });
  const decoder = new TextDecoder();
  let text = '';
  let cut = false;
  try {
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
  } catch {
    cut = true;
  }
  return { text, cut, events: parse(text) };
}

const answer = 'Grüße 😀\n\n```js\nlet a = 1;\n```\n  eingerückt\n';
const body = { version: llama, input: { prompt: 'hi' } };

test('needs no token, replays from the beginning, and resumes after any id', async () => {
  const { created } = await startSandbox({ answer });
  const { urls } = await created(body);
  const whole = await read(urls.stream);
  expect(textOf(whole.events)).toBe(answer);
  expect(whole.events.at(-1)).toMatchObject({ event: 'done', data: '{}' });
  expect(await read(urls.stream)).toEqual(whole);
  for (const [index, { id = '' }] of whole.events.slice(0, -1).entries()) {
    expect((await read(urls.stream, { 'last-event-id': id })).events).toEqual(whole.events.slice(index + 1));
  }
});

test('text survives being cut into single bytes', async () => {
  const { created } = await startSandbox({ answer, chunkBytes: 1 });
  expect(textOf((await read((await created(body)).urls.stream)).events)).toBe(answer);
});

test.each(['socket', 'end'] as const)('a stream cut by its %s loses its end once', async (how) => {
  const { created } = await startSandbox({ answer, cutStream: { afterBytes: 100, times: 1, how } });
  const { urls } = await created(body);
  const first = await read(urls.stream);
  expect(first.cut).toBe(how === 'socket');
  expect(Buffer.byteLength(first.text)).toBe(100);
  expect(textOf((await read(urls.stream)).events)).toBe(answer);
});

test('without ids every stream starts from the beginning', async () => {
  const { created } = await startSandbox({ answer, streamIds: false });
  const { urls, created_at } = await created(body);
  const { events } = await read(urls.stream, { 'last-event-id': `${Date.parse(created_at)}:1` });
  expect(textOf(events)).toBe(answer);
  expect(events.every(({ id }) => id === undefined)).toBe(true);
});

test('a failed prediction streams its error, then done', async () => {
  const { created, get } = await startSandbox({
    answer,
    endFailed: { error: 'E1001 out of memory', afterTokens: 1 },
  });
  const { id, urls } = await created(body);
  const { events } = await read(urls.stream);
  expect(events.slice(-2)).toMatchObject([
    { event: 'error', data: '{"detail":"E1001 out of memory"}' },
    { event: 'done', data: '{"reason":"error"}' },
  ]);
  expect(textOf(events)).toBe('Grüße');
  expect(await get(id)).toMatchObject({ status: 'failed', error: 'E1001 out of memory', output: ['Grüße'] });
});

test('a cancelled prediction ends the stream and says why', async () => {
  const { created, request, get } = await startSandbox({ stallAfterTokens: 1 });
  const { id, urls } = await created(body);
  const reading = read(urls.stream);
  await vi.waitFor(async () => expect((await get(id)).output).toHaveLength(1));
  await request(`/predictions/${id}/cancel`, { method: 'POST' });
  expect((await reading).events.at(-1)?.data).toBe('{"reason":"canceled"}');
});

test('an idle stream is kept open by comments', async () => {
  const { created, request } = await startSandbox({ coldBootMs: 60_000, heartbeatMs: 5 });
  const { id, urls } = await created(body);
  const response = await fetch(urls.stream ?? '');
  const reader = response.body?.getReader();
  const first = await reader?.read();
  expect(new TextDecoder().decode(first?.value)).toMatch(/^:/);
  await reader?.cancel();
  await request(`/predictions/${id}/cancel`, { method: 'POST' });
});

test('pictures stream their progress and their addresses', async () => {
  const { created } = await startSandbox();
  const input = { prompt: 'x', width: 64, height: 64, num_inference_steps: 4 };
  const { urls } = await created({ version: sdxl, input });
  expect(new URL(urls.stream ?? '').pathname).toMatch(/^\/v1\/files\//);
  const { events } = await read(urls.stream);
  expect(events.filter(({ event }) => event === 'logs').map(({ data }) => data)).toContain(
    ' 50%|█████     | 2/4\n',
  );
  expect(textOf(events)).toMatch(/\/output\/\w+\/out-0\.png$/);
});
