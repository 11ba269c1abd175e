/** Starts the sandbox as a process of its own: `main.js [--port 8100] [--options '{"tokensPerSecond": 200}']`. */
import { parseArgs } from 'node:util';
import { createSandbox } from './server.ts';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, options: { type: 'string', default: '{}' } },
});
const sandbox = createSandbox(JSON.parse(values.options));
const { url } = await sandbox.start(Number(values.port));
process.stdout.write(`${JSON.stringify({ url })}\n`);
