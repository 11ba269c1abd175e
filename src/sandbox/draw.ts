/** The work of the models that draw: pictures from words or from a picture, and a picture enlarged. */
import { PNG } from 'pngjs';
import { describeFile, type GivenFile } from './given-file.ts';
import { type Job, ModelFailure, pace } from './job.ts';
import { drawLabel } from './label.ts';
import { drawPicture } from './picture.ts';

const pixelsOfRatios = 512 * 512;
const maxSide = 2048;

/** Models without a number of steps tell nothing of their progress. A given picture decides what is drawn with the words. */
export async function draw(job: Job): Promise<void> {
  const { input, faults } = job;
  const given = await openPicture(job, input.image ?? input.input_image);
  const seed = typeof input.seed === 'number' ? input.seed : Math.floor(Math.random() * 2 ** 31);
  job.log(`Using seed: ${seed}\n`);
  if (given) job.log(`Input image: ${describeFile(given.file)}\n`);
  const steps = typeof input.num_inference_steps === 'number' ? input.num_inference_steps : undefined;
  await pace(job, steps ?? 10, faults.stepsPerSecond, (index) => {
    if (steps !== undefined) job.log(progress(index + 1, steps));
  });
  const words = [String(input.prompt), String(input.negative_prompt ?? ''), given?.file?.sha256 ?? ''];
  const prompt = words.filter((word) => word !== '').join('/');
  for (let index = 0; index < Number(input.num_outputs ?? 1); index += 1) {
    const drawing = { prompt, seed, index, ...sizeOf(input, given?.file) };
    const bytes = () => drawPicture(drawing);
    job.output(job.keep({ name: `out-${index}.png`, contentType: 'image/png', bytes }));
  }
}

/** As tqdm prints it, which is what Replicate's models log. */
function progress(step: number, steps: number): string {
  const percent = Math.floor((step / steps) * 100);
  return `${String(percent).padStart(3)}%|${'█'.repeat(Math.round(percent / 10)).padEnd(10)}| ${step}/${steps}\n`;
}

async function openPicture(job: Job, url: unknown): Promise<{ file: GivenFile | undefined } | undefined> {
  if (typeof url !== 'string') return undefined;
  const file = await job.open(url);
  if (file && !/^(image\/|application\/octet-stream)/.test(file.media.type)) {
    throw new ModelFailure(`cannot identify image file: ${file.media.type}`);
  }
  return { file };
}

function sizeOf(input: Job['input'], given: GivenFile | undefined): { width: number; height: number } {
  if (typeof input.width === 'number') return { width: input.width, height: Number(input.height) };
  const [across = 1, down = 1] = /^\d+:\d+$/.test(String(input.aspect_ratio))
    ? String(input.aspect_ratio).split(':').map(Number)
    : [given?.media.width, given?.media.height];
  const unit = Math.sqrt(pixelsOfRatios / (across * down));
  return { width: Math.round(across * unit), height: Math.round(down * unit) };
}

/** Makes every point of a PNG larger; of another format there is a drawing of that file's checksum. */
export async function enlarge(job: Job): Promise<void> {
  const given = await openPicture(job, job.input.image);
  job.log(`Input image: ${describeFile(given?.file)}\n`);
  await pace(job, 10, job.faults.stepsPerSecond, () => undefined);
  const scale = Math.max(1, Number(job.input.scale));
  const bytes = () => enlarged(given?.file, scale);
  job.output(job.keep({ name: 'output.png', contentType: 'image/png', bytes }));
}

function enlarged(given: GivenFile | undefined, scale: number): Buffer {
  const source = given?.bytes && given.media.type === 'image/png' ? readPng(given.bytes) : undefined;
  if (!source) {
    const side = Math.min(maxSide, Math.round(256 * scale));
    return drawPicture({ prompt: given?.sha256 ?? '', seed: 0, index: 0, width: side, height: side });
  }
  const factor = Math.min(scale, maxSide / Math.max(source.width, source.height));
  const width = Math.max(1, Math.round(source.width * factor));
  const height = Math.max(1, Math.round(source.height * factor));
  const picture = new PNG({ width, height });
  for (let y = 0; y < height; y += 1) {
    const row = Math.min(source.height - 1, Math.floor(y / factor));
    for (let x = 0; x < width; x += 1) {
      const from = (row * source.width + Math.min(source.width - 1, Math.floor(x / factor))) * 4;
      source.data.copy(picture.data, (y * width + x) * 4, from, from + 4);
    }
  }
  drawLabel('SANDBOX', width, height, (x, y, ink) => {
    picture.data.fill(ink ? 255 : 0, (y * width + x) * 4, (y * width + x) * 4 + 3);
    picture.data[(y * width + x) * 4 + 3] = 255;
  });
  return PNG.sync.write(picture, { deflateLevel: 3, filterType: 2 });
}

function readPng(bytes: Buffer): PNG | undefined {
  try {
    return PNG.sync.read(bytes);
  } catch {
    return undefined;
  }
}
