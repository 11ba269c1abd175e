/** What each kind of model takes and gives. */
import { createHash } from 'node:crypto';
import { PNG } from 'pngjs';
import { expect, test } from 'vitest';
import { models } from '../../src/sandbox/models.ts';
import { type StartedSandbox, sdxl, startSandbox } from './started-sandbox.ts';

const schnell = 'black-forest-labs/flux-schnell';
const kontext = 'black-forest-labs/flux-kontext-pro';

function png(width: number, height: number): Buffer {
  const picture = new PNG({ width, height });
  picture.data.fill(200);
  return PNG.sync.write(picture);
}
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const dataUri = (bytes: Buffer): string => `data:image/png;base64,${bytes.toString('base64')}`;

async function run({ create, request }: StartedSandbox, name: string, input: object) {
  const { is_official, latest_version } = (await (await request(`/models/${name}`)).json()) as {
    is_official: boolean;
    latest_version: { id: string };
  };
  const version = is_official ? name : latest_version.id;
  const response = await create({ version, input }, { prefer: 'wait' });
  return (await response.json()) as {
    status: string;
    output: unknown;
    logs: string;
    error: string | null;
    metrics: Record<string, number>;
  };
}

const download = async (url: unknown): Promise<Buffer> =>
  Buffer.from(await (await fetch(String(url))).arrayBuffer());

test('an official picture model draws as many as asked, in the ratio asked, and counts them', async () => {
  const input = { prompt: 'x', num_outputs: 3, aspect_ratio: '16:9', seed: 1 };
  const { output, metrics, logs } = await run(await startSandbox(), schnell, input);
  expect(output).toHaveLength(3);
  expect(metrics.image_count).toBe(3);
  expect(logs).toContain('100%|██████████| 4/4');
  const { width, height } = PNG.sync.read(await download((output as string[])[0]));
  expect(width / height).toBeCloseTo(16 / 9, 1);
});

test('a picture from a picture depends on it and keeps its shape; one file is no list', async () => {
  const started = await startSandbox();
  const draw = async (given: Buffer) => {
    const input = { prompt: 'x', seed: 1, input_image: dataUri(given) };
    const { output, logs } = await run(started, kontext, input);
    expect(logs).toContain(sha256(given));
    return download(output);
  };
  const wide = await draw(png(40, 20));
  const { width, height } = PNG.sync.read(wide);
  expect(width / height).toBeCloseTo(2, 1);
  expect((await draw(png(40, 20))).equals(wide)).toBe(true);
  expect((await draw(png(80, 40))).equals(wide)).toBe(false);
});

test('what should not be seen in a picture changes it', async () => {
  const started = await startSandbox();
  const input = { prompt: 'x', seed: 1, width: 64, height: 64, num_inference_steps: 1 };
  const version = sdxl.split(':')[0] ?? '';
  const [plain] = (await run(started, version, input)).output as string[];
  const [other] = (await run(started, version, { ...input, negative_prompt: 'trees' })).output as string[];
  expect((await download(plain)).equals(await download(other))).toBe(false);
});

test('the upscaler makes the given picture larger', async () => {
  const input = { image: dataUri(png(20, 10)), scale: 3 };
  const { output } = await run(await startSandbox(), 'nightmareai/real-esrgan', input);
  const { width, height } = PNG.sync.read(await download(output));
  expect([width, height]).toEqual([60, 30]);
});

test('models that see name the pictures they were given', async () => {
  const started = await startSandbox();
  const [first, second] = [png(3, 4), png(5, 6)];
  const one = { prompt: 'What is it?', image: dataUri(first) };
  expect((await run(started, 'yorickvp/llava-13b', one)).output).toSatisfy((output: string[]) =>
    output.join('').includes(`3×4, ${first.length} bytes, sha-256 ${sha256(first)}`),
  );
  const two = { prompt: 'What are they?', image_input: [dataUri(first), dataUri(second)] };
  expect((await run(started, 'openai/gpt-4o-mini', two)).output).toSatisfy((output: string[]) =>
    [first, second].every((picture) => output.join('').includes(sha256(picture))),
  );
  const wrong = { prompt: 'x', image_input: ['no address'] };
  expect(await run(started, 'openai/gpt-4o-mini', wrong)).toMatchObject({ status: 422 });
});

test('the moderator tells unsafe texts by the word', async () => {
  const started = await startSandbox();
  const judge = async (prompt: string) =>
    (await run(started, 'meta/meta-llama-guard-2-8b', { prompt })).output;
  expect([await judge('A nice day'), await judge('Something unsafe')]).toEqual(['safe', 'unsafe\nS2']);
});

test('the counter answers with data, the splitter with files by name', async () => {
  const started = await startSandbox();
  const counted = await run(started, 'sandbox/word-counter', { text: 'to be or not to be', most: 2 });
  expect(counted.output).toEqual({
    made_by: 'the sandbox: no model ran',
    words: 6,
    most: [
      { word: 'to', times: 2 },
      { word: 'be', times: 2 },
    ],
  });
  const { output } = await run(started, 'sandbox/stem-splitter', { audio: 'data:audio/mpeg;base64,SUQz' });
  const { vocals, drums } = output as Record<string, string>;
  expect((await download(vocals)).toString('latin1')).toMatch(/^RIFF.{4}WAVEfmt .*Made by the sandbox/s);
  expect((await download(vocals)).equals(await download(drums))).toBe(false);
});

test('every model runs with what it requires and nothing more', async () => {
  const started = await startSandbox();
  for (const { owner, name, kind } of models) {
    const input = {
      ...(kind === 'audio' || kind === 'split' ? { audio: 'data:audio/mpeg;base64,SUQz' } : {}),
      ...(kind === 'upscale' || name === 'llava-13b' ? { image: dataUri(png(4, 4)) } : {}),
      ...(kind === 'count' ? { text: 'x' } : { prompt: 'x' }),
    };
    expect(await run(started, `${owner}/${name}`, input)).toMatchObject({ status: 'succeeded' });
  }
});
