/** The sandbox as a process of its own, as crash tests use it. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import Replicate from 'replicate';
import { expect, onTestFinished, test } from 'vitest';
import { llama } from './started-sandbox.ts';

test('prints its address, takes faults as an option, and lists what was created', async () => {
  const options = JSON.stringify({ coldBootMs: 0, answer: 'From another process.' });
  const child = spawn(process.execPath, ['dist/sandbox/main.js', '--options', options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill());
  const line = await new Promise<string>((resolve) => createInterface(child.stdout).once('line', resolve));
  const { url } = JSON.parse(line) as { url: string };
  const replicate = new Replicate({ auth: 'r8_test', baseUrl: url });
  const output = (await replicate.run(llama, { input: { prompt: 'hi' } })) as string[];
  expect(output.join('')).toBe('From another process.');
  const listed = await (await fetch(url.replace('/v1', '/_sandbox/predictions'))).json();
  expect(listed).toMatchObject([{ model: llama, input: { prompt: 'hi' }, status: 'succeeded' }]);
});
