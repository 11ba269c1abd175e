/** What a prediction that has ended reports about its use. */
import type { Faults } from './faults.ts';
import type { PredictionRecord } from './record.ts';
import { tokenize } from './tokens.ts';

/** Sets the metrics, and the log lines that carry the token counts where the metrics do not. */
export function measure(record: PredictionRecord, firstTokenAt: number | undefined, faults: Faults): void {
  const end = record.completedAt ?? record.createdAt;
  const metrics: Record<string, number> = { total_time: (end - record.createdAt) / 1000 };
  if (record.startedAt !== undefined) metrics.predict_time = (end - record.startedAt) / 1000;
  const items = Array.isArray(record.output) ? record.output.length : record.output === null ? 0 : 1;
  if (record.kind === 'picture' && items > 0) metrics.image_count = items;
  if (record.kind === 'text' && record.official && record.startedAt !== undefined) {
    const prompt = `${String(record.input.system_prompt ?? '')} ${String(record.input.prompt)}`;
    const inputTokens = tokenize(prompt).length;
    if (faults.tokenCounts === 'metrics') {
      metrics.input_token_count = inputTokens;
      metrics.output_token_count = items;
      if (metrics.predict_time) metrics.tokens_per_second = items / metrics.predict_time;
      if (firstTokenAt !== undefined) metrics.time_to_first_token = (firstTokenAt - record.startedAt) / 1000;
    } else if (faults.tokenCounts === 'logs') {
      record.logs += `Input token count: ${inputTokens}\nOutput token count: ${items}\n`;
    }
  }
  for (const [name, value] of Object.entries(faults.metrics)) {
    if (value === null) delete metrics[name];
    else metrics[name] = value;
  }
  record.metrics = metrics;
}
