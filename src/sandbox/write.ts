/** The work of the models that read: write an answer, judge a text, count its words. */
import { describeFile } from './given-file.ts';
import { type Job, pace } from './job.ts';
import { writeText } from './text.ts';
import { tokenize } from './tokens.ts';

/** The pictures that came with the prompt are named at the beginning, by their size and checksum. */
export async function write(job: Job): Promise<void> {
  const { input, faults } = job;
  const pictures = [input.image, input.image_input].flat().filter((url) => typeof url === 'string');
  const seen: string[] = [];
  for (const url of pictures) seen.push(describeFile(await job.open(url)));
  const text = job.answer ?? faults.answer ?? writeText(String(input.prompt), seen);
  const stops = String(input.stop_sequences ?? '')
    .split(',')
    .filter((stop) => stop !== '');
  const end = Math.min(text.length, ...stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0));
  const most = Number(input.max_tokens ?? input.max_completion_tokens);
  const tokens = tokenize(text.slice(0, end)).slice(0, most);
  await pace(job, tokens.length, faults.tokensPerSecond, (index) => job.output(tokens[index] ?? ''));
}

/** As Llama Guard answers. Unsafe is what contains the word "unsafe": there is no model to know better. */
export function judge({ input }: Job): string {
  const text = `${String(input.prompt)} ${String(input.assistant ?? '')}`;
  return /\bunsafe\b/i.test(text) ? 'unsafe\nS2' : 'safe';
}

export function count({ input }: Job): object {
  const ignored = new Set(Array.isArray(input.ignore) ? input.ignore.map(String) : []);
  const text = input.case_sensitive === true ? String(input.text) : String(input.text).toLowerCase();
  const words = (text.match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => !ignored.has(word));
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const most = [...counts]
    .filter(([, times]) => times / words.length >= Number(input.min_share))
    .sort(([a, timesA], [b, timesB]) =>
      input.order === 'alphabetical'
        ? a.localeCompare(b)
        : (timesB - timesA) * (input.order === 'rare' ? -1 : 1),
    )
    .slice(0, Number(input.most))
    .map(([word, times]) => ({ word, times }));
  return { made_by: 'the sandbox: no model ran', words: words.length, most };
}
