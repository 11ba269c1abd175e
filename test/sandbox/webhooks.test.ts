/** Webhooks that are not taken, and webhooks about things that happen often. */
import { createServer } from 'node:http';
import { expect, onTestFinished, test, vi } from 'vitest';
import { llama, startSandbox } from './started-sandbox.ts';

interface Received {
  id: string;
  status: string;
  tokens: number;
}

/** Refuses the first messages, then takes everything. */
async function receiver(refusals: number): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { status, output } = JSON.parse(body);
      received.push({
        id: String(request.headers['webhook-id']),
        status,
        tokens: output?.length ?? 0,
      });
      response.writeHead(received.length <= refusals ? 503 : 204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`, received };
}

test('the last message is repeated with the same id until it is taken', async () => {
  const { created } = await startSandbox({ answer: 'x', limitSecondMs: 2 });
  const { url, received } = await receiver(3);
  await created({
    version: llama,
    input: { prompt: 'hi' },
    webhook: url,
    webhook_events_filter: ['completed'],
  });
  await vi.waitFor(() => expect(received).toHaveLength(4), 5000);
  expect(new Set(received.map(({ id }) => id)).size).toBe(1);
  expect(received.every(({ status }) => status === 'succeeded')).toBe(true);
});

test('output is told at most every half second, with all there is by then', async () => {
  const { created } = await startSandbox({ answer: 'word '.repeat(60), tokensPerSecond: 50 });
  const { url, received } = await receiver(0);
  await created({ version: llama, input: { prompt: 'hi' }, webhook: url });
  await vi.waitFor(() => expect(received.at(-1)?.status).toBe('succeeded'), 5000);
  expect(received.length).toBeGreaterThanOrEqual(2);
  expect(received.length).toBeLessThanOrEqual(4);
  expect(received[0]?.tokens).toBeGreaterThan(10);
  expect(received.at(-1)?.tokens).toBe(61);
});
