/** The work of the models that listen: write down what is said, take a recording apart. */
import { describeFile } from './given-file.ts';
import { type Job, ModelFailure, pace } from './job.ts';
import { makeTone } from './tone.ts';
import { transcribe } from './transcript.ts';

const maxSteps = 100;
const stems: Readonly<Record<string, number>> = { vocals: 440, drums: 220, bass: 110 };

export async function listen(job: Job): Promise<void> {
  const file = await openRecording(job);
  const transcript = transcribe(job.input, describeFile(file), file?.media.seconds);
  job.log(`Transcribe with ${String(job.input.model)} model.\n`);
  const { segments } = transcript;
  const steps = Math.min(maxSteps, segments.length);
  await pace(job, steps, job.faults.stepsPerSecond, (index) => job.log(`${segments[index]?.text.trim()}\n`));
  job.result(transcript);
}

export async function split(job: Job): Promise<void> {
  const file = await openRecording(job);
  job.log(`Sandbox: no model heard ${describeFile(file)}\n`);
  const wanted = Object.entries(stems).filter(
    ([name]) => job.input.stem === 'none' || job.input.stem === name,
  );
  await pace(job, wanted.length, job.faults.stepsPerSecond, (index) =>
    job.log(`Separated ${wanted[index]?.[0]}\n`),
  );
  const files = wanted.map(([name, hertz]) => {
    const bytes = () => makeTone(hertz);
    return [name, job.keep({ name: `sandbox-${name}.wav`, contentType: 'audio/wav', bytes })];
  });
  job.result(Object.fromEntries(files));
}

/** Refuses pages and pictures, in the words of the program that real models read sound with. */
async function openRecording(job: Job) {
  const file = await job.open(String(job.input.audio));
  if (file && (file.sizeBytes === 0 || /^(text|image)\//.test(file.media.type))) {
    throw new ModelFailure('Failed to load audio: Invalid data found when processing input');
  }
  return file;
}
