/** What a model does between start and end: writes, judges, counts, draws or listens, at the pace that is set. */
import { draw, enlarge } from './draw.ts';
import { type Job, pace } from './job.ts';
import { listen, split } from './listen.ts';
import { count, judge, write } from './write.ts';

/** Resolves when the work is done; throws a ModelFailure, or the signal's reason. */
export async function perform(job: Job): Promise<void> {
  switch (job.kind) {
    case 'text':
      return write(job);
    case 'picture':
      return draw(job);
    case 'upscale':
      return enlarge(job);
    case 'audio':
      return listen(job);
    case 'split':
      return split(job);
    case 'judge':
    case 'count': {
      job.log('Sandbox: no model ran.\n');
      await pace(job, 1, job.faults.stepsPerSecond, () => undefined);
      return job.kind === 'judge' ? job.output(judge(job)) : job.result(count(job));
    }
  }
}
