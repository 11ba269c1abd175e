/** A sandbox that is listening, and short words for talking to it. */
import Replicate from 'replicate';
import { onTestFinished } from 'vitest';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/server.ts';

export const llama = 'meta/meta-llama-3-70b-instruct';
export const sdxl = 'stability-ai/sdxl:7762fd07cf82c948538e41f63f77d685e02b063e37e496e96eefd46c929f9bdc';
export const whisper = 'openai/whisper:4d50797290df275329f202e48c76360b3f22b08d28c196cbc54600319435f8d2';

export type ApiPrediction = {
  id: string;
  model: string;
  version: string;
  status: string;
  output: unknown;
  error: string | null;
  logs: string;
  input: Record<string, unknown>;
  data_removed: boolean;
  deadline?: string;
  deployment?: string;
  created_at: string;
  started_at: string | null;
  completed_at: string | null;
  metrics?: Record<string, number>;
  urls: { get: string; cancel: string; stream?: string };
};

export interface StartedSandbox {
  readonly sandbox: Sandbox;
  readonly url: string;
  readonly replicate: Replicate;
  /** With a token; paths are under /v1, whole addresses are taken as they are. */
  request(path: string, init?: RequestInit): Promise<Response>;
  create(body: object, headers?: Record<string, string>): Promise<Response>;
  created(body: object, headers?: Record<string, string>): Promise<ApiPrediction>;
  get(id: string): Promise<ApiPrediction>;
}

/** Quick unless the test says otherwise; stopped when the test is over. */
export async function startSandbox(options: SandboxOptions = {}): Promise<StartedSandbox> {
  const sandbox = createSandbox({ coldBootMs: 0, tokensPerSecond: 5000, stepsPerSecond: 5000, ...options });
  const { url } = await sandbox.start();
  onTestFinished(() => sandbox.stop());
  const request: StartedSandbox['request'] = (path, init = {}) =>
    fetch(path.startsWith('http') ? path : url + path, {
      ...init,
      headers: { authorization: 'Bearer r8_test', ...(init.headers as Record<string, string>) },
    });
  const create: StartedSandbox['create'] = (body, headers = {}) =>
    request('/predictions', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  return {
    sandbox,
    url,
    replicate: new Replicate({ auth: 'r8_test', baseUrl: url, useFileOutput: false }),
    request,
    create,
    created: async (body, headers) => (await (await create(body, headers)).json()) as ApiPrediction,
    get: async (id) => (await (await request(`/predictions/${id}`)).json()) as ApiPrediction,
  };
}
