/** The answers of the sandbox's text models: Markdown about the prompt, always the same for the same prompt. */
import { createHash } from 'node:crypto';

/** Stands first in every answer, so that nobody takes it for a model's. */
export const textMark = '_Sandbox answer: no model ran. Set REPLICATE_API_TOKEN for real ones._';

const openings = [
  'Here is a short overview of',
  'Let us look at',
  'There is more than one way to think about',
  'A good place to begin with',
];
const middles = [
  'It helps to separate what is known from what is only assumed, and to begin with the part that can be checked.',
  'Most of the work is in the details: small decisions made early tend to decide how the rest turns out.',
  'Two things matter here above all, and they pull in different directions; a balance has to be found.',
  'People who have done this before say the same thing: begin small, look closely, and change one thing at a time.',
  'None of this needs special tools, only patience and a clear idea of what the result should be.',
  'If something is unclear, ask for an example; an example often says more than a definition.',
];
const points = [
  'say in one sentence what you want to reach',
  'collect what you already know',
  'try the simplest thing that could work',
  'measure before and after',
  'write down what surprised you',
  'keep a way back',
];

const numberFrom = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE(0);

const pick = <T>(list: readonly T[], from: number, count: number): T[] =>
  Array.from({ length: Math.min(count, list.length) }, (_, index) => list[(from + index) % list.length] as T);

/** What the person last said, on one line and not longer than a heading. */
function topicOf(prompt: string): string {
  const lines = prompt.split('\n').map((line) => line.replace(/<\|[^|]*\|>/g, ' ').trim());
  // Conversations written as one prompt end by asking for the model's turn.
  const last = lines.filter((line) => line !== '' && !/^(assistant|ai|bot)\s*:?$/i.test(line)).at(-1) ?? '';
  const words = last.replace(/^(user|human)\s*:\s*/i, '').replace(/[`*_#>[\]]/g, '');
  const characters = [...words.replace(/[.?!]+$/, '')];
  return characters.length > 80
    ? `${characters.slice(0, 79).join('')}…`
    : characters.join('') || 'nothing in particular';
}

/**
 * Several paragraphs, a list and a code block; longer when the prompt asks for a number of words. `pictures` are what came
 * with the prompt, in words.
 */
export function writeText(prompt: string, pictures: readonly string[]): string {
  const topic = topicOf(prompt);
  const seed = numberFrom(prompt);
  const wanted = Math.min(3000, Number(/(\d+)[ -]words?\b/i.exec(prompt)?.[1] ?? 0));
  const parts = [
    textMark,
    ...pictures.map((picture) => `The picture: ${picture}.`),
    `${pick(openings, seed, 1).join('')} **${topic}**. ${pick(middles, seed, 2).join(' ')}`,
    `Some steps that usually help:\n\n${pick(points, seed >>> 3, 4)
      .map((point, index) => `${index + 1}. ${point}`)
      .join('\n')}`,
    `As a piece of code, it could look like this:\n\n\`\`\`python\n${code(topic)}\n\`\`\``,
    `${pick(middles, seed + 2, 2).join(' ')} That is what there is to say about ${topic} for now.`,
  ];
  let words = parts.join(' ').split(/\s+/).length;
  for (let turn = 0; words < wanted; turn += 1) {
    const paragraph = pick(middles, seed + turn * 5, 3).join(' ');
    parts.splice(-1, 0, paragraph);
    words += paragraph.split(/\s+/).length;
  }
  return parts.join('\n\n');
}

const code = (topic: string): string =>
  [
    `topic = ${JSON.stringify(topic)}`,
    '',
    'def explain(subject: str) -> str:',
    '    """Says what there is to say."""',
    '    return f"Let us talk about {subject}."',
    '',
    'print(explain(topic))',
  ].join('\n');
