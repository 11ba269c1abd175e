/** Pictures: progress while they are made, then the pictures themselves under their prompt. */

import { z } from 'zod';
import type { Presenter } from '../../presenter.ts';
import type { PresenterOptions } from '../presenters.ts';
import { createReceived } from './received.ts';

const optionsSchema = z.object({
  /** What they show: said above them and to people who cannot see them. */
  prompt: z.string(),
  count: z.int(),
  spoiler: z.boolean().optional(),
  /** Sentences about what the model could not do. */
  notes: z.array(z.string()).optional(),
});

/** Of a prompt, enough to tell one file from another. */
const LONGEST_NAME = 40;

export function createPicturesPresenter(options: PresenterOptions): Presenter {
  const { prompt, count, spoiler = false, notes = [] } = optionsSchema.parse(options);
  let ending: string[] | undefined;
  const received = createReceived((end) => {
    ending = describeEnd(end.status, end.prediction.dataRemoved);
  });
  const { urls } = received;

  function describeEnd(status: string, dataRemoved: boolean): string[] {
    if (status !== 'succeeded') return urls.size > 0 ? notes : [];
    if (dataRemoved)
      return ['Replicate keeps pictures for an hour, and these were not fetched in time. Please ask again.'];
    if (urls.size === 0) return ['The model ended without a picture. Please try other words.'];
    const fewer = urls.size < count ? [`${count} were asked for, ${urls.size} came.`] : [];
    return [...fewer, ...notes];
  }

  return {
    push: received.push,
    text: () => (ending ? [quote(prompt), ...ending].join('\n\n') : ''),
    status: received.status,
    files: () =>
      [...urls].map((url, index) => ({
        from: 'url' as const,
        url,
        name: urls.size > 1 ? `${nameOf(prompt)}-${index + 1}` : nameOf(prompt),
        alt: urls.size > 1 ? `${prompt} (${index + 1} of ${urls.size})` : prompt,
        spoiler,
      })),
  };
}

function quote(text: string): string {
  return text
    .trim()
    .split(/\r?\n/)
    .map((line) => `> ${line}`)
    .join('\n');
}

function nameOf(prompt: string): string {
  const words = prompt
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-');
  return (
    [...words]
      .slice(0, LONGEST_NAME)
      .join('')
      .replace(/^-+|-+$/g, '') || 'picture'
  );
}
