/** The real `replicate` package takes the sandbox for Replicate. */
import { createServer } from 'node:http';
import { PNG } from 'pngjs';
import { validateWebhook } from 'replicate';
import { expect, onTestFinished, test, vi } from 'vitest';
import { textMark } from '../../src/sandbox/text.ts';
import { llama, sdxl, startSandbox, whisper } from './started-sandbox.ts';

test('run answers a prompt with text that says no model ran', async () => {
  const { replicate } = await startSandbox();
  const output = await replicate.run(llama, { input: { prompt: 'How do tides work?' } });
  const text = (output as string[]).join('');
  expect(text.startsWith(textMark)).toBe(true);
  expect(text).toContain('How do tides work');
  expect(text).toContain('```python');
});

test('stream delivers the very text the prediction stores, then done', async () => {
  const answer = 'Erste Zeile\n\n- Punkt 😀\n- noch einer\n';
  const { replicate, sandbox } = await startSandbox({ answer });
  let text = '';
  let last = '';
  for await (const { event, data } of replicate.stream(llama, { input: { prompt: 'hi' } })) {
    if (event === 'output') text += data;
    last = event;
  }
  expect(text).toBe(answer);
  expect(last).toBe('done');
  const stored = await replicate.predictions.get(sandbox.predictions[0]?.id ?? '');
  expect((stored.output as string[]).join('')).toBe(answer);
  expect(stored.metrics).toMatchObject({ output_token_count: stored.output.length });
});

test('run draws labelled pictures that differ from each other and repeat with the seed', async () => {
  const { replicate } = await startSandbox();
  const input = {
    prompt: 'a lighthouse',
    width: 128,
    height: 64,
    num_outputs: 2,
    seed: 7,
    num_inference_steps: 3,
  };
  const urls = (await replicate.run(sdxl as `${string}/${string}`, { input })) as string[];
  const again = (await replicate.run(sdxl as `${string}/${string}`, { input })) as string[];
  const files = await Promise.all(
    [...urls, ...again].map(async (url) => Buffer.from(await (await fetch(url)).arrayBuffer())),
  );
  const [first, second, firstAgain] = files;
  if (!first || !second || !firstAgain) throw new Error('pictures are missing');
  const picture = PNG.sync.read(first);
  expect([picture.width, picture.height]).toEqual([128, 64]);
  expect(first.equals(second)).toBe(false);
  expect(first.equals(firstAgain)).toBe(true);
  // The label is white on black near the bottom left corner: the box begins with a black edge.
  expect([...picture.data.subarray((61 * 128 + 2) * 4, (61 * 128 + 2) * 4 + 3)]).toEqual([0, 0, 0]);
});

test('run transcribes an uploaded file with times', async () => {
  const { replicate } = await startSandbox();
  const audio = await replicate.files.create(Buffer.from('RIFF'), { from: 'test' });
  expect(audio).toMatchObject({ size: 4, metadata: { from: 'test' } });
  expect(await replicate.files.get(audio.id)).toEqual(audio);
  const output = await replicate.run(whisper as `${string}/${string}`, { input: { audio: audio.urls.get } });
  expect(output).toMatchObject({
    detected_language: 'english',
    transcription: expect.stringContaining('sample transcript from the sandbox'),
    segments: expect.arrayContaining([expect.objectContaining({ start: 3.5, end: 7 })]),
  });
});

test('models, account and search are found', async () => {
  const { replicate } = await startSandbox();
  const model = await replicate.models.get('meta', 'meta-llama-3-70b-instruct');
  expect(model).toMatchObject({
    is_official: true,
    visibility: 'public',
    latest_version: {
      openapi_schema: {
        components: {
          schemas: {
            Input: { required: ['prompt'], properties: { max_tokens: { default: 512, 'x-order': 2 } } },
            Output: { 'x-cog-array-display': 'concatenate' },
          },
        },
      },
    },
  });
  expect(await replicate.accounts.current()).toMatchObject({ type: 'user', username: 'sandbox' });
  const found = await replicate.models.search('whisper');
  expect(found.results.map(({ name }) => name)).toEqual(['whisper']);
});

test('webhooks carry signatures the client accepts, in order, the last with the output', async () => {
  const { replicate } = await startSandbox({ answer: 'All done.' });
  const received: { body: string; headers: Record<string, string>; path: string }[] = [];
  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ body, headers: request.headers as Record<string, string>, path: request.url ?? '' });
      response.end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void receiver.close());
  const address = receiver.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  await replicate.predictions.create({
    version: llama,
    input: { prompt: 'hi' },
    webhook: `http://127.0.0.1:${port}/hook?run=7`,
    webhook_events_filter: ['start', 'completed'],
  });
  await vi.waitFor(() => expect(received).toHaveLength(2), 5000);
  const bodies = received.map(({ body }) => JSON.parse(body));
  expect(bodies.map(({ status }) => status)).toEqual(['processing', 'succeeded']);
  expect(bodies[1].output.join('')).toBe('All done.');
  expect(received[0]?.path).toBe('/hook?run=7');
  const { key } = await replicate.webhooks.default.secret.get();
  for (const { body, headers } of received) {
    const signed = (text: string) =>
      validateWebhook({
        id: headers['webhook-id'] ?? '',
        timestamp: headers['webhook-timestamp'] ?? '',
        signature: headers['webhook-signature'] ?? '',
        body: text,
        secret: key,
      });
    expect(await signed(body)).toBe(true);
    expect(await signed(`${body} `)).toBe(false);
  }
});
