// Runs a job file written in TypeScript in a thread of its own, within limits of time and memory.

import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { BuiltJob } from '@orch/core/jobspec';

/** What the thread is started with. */
export interface JobFileStart {
  /** `file:` URL of the job file. */
  readonly url: string;
  /** Module with `job`, `group` and `task`. */
  readonly builderUrl: string;
  readonly variables: Readonly<Record<string, string>>;
}

export type JobFileAnswer =
  | { readonly kind: 'job'; readonly job: BuiltJob; readonly read: readonly string[] }
  /** It ran, but there is no job in what it exports. */
  | { readonly kind: 'no-job'; readonly found: string }
  | { readonly kind: 'failed'; readonly name: string; readonly message: string; readonly stack: string };

export interface JobFileLimits {
  readonly timeoutMs: number;
  readonly memoryMiB: number;
}

export const jobFileLimits: JobFileLimits = { timeoutMs: 10_000, memoryMiB: 512 };

/**
 * Runs the file. What it prints goes to standard error: standard output belongs to the command. Never rejects.
 *
 * @param path of the file, absolute
 */
export async function runJobFile(
  path: string,
  variables: Readonly<Record<string, string>>,
  limits: JobFileLimits = jobFileLimits,
): Promise<JobFileAnswer> {
  // As a file of the bundle, or as a source.
  const isBundle = import.meta.url.endsWith('.js');
  const program = new URL(isBundle ? './job-worker.js' : './job-worker.ts', import.meta.url);
  const builderUrl = isBundle
    ? new URL('./job-builder.js', import.meta.url).href
    : import.meta.resolve('@orch/core/jobspec/builder/index');
  const start: JobFileStart = { url: pathToFileURL(path).href, builderUrl, variables };
  const worker = new Worker(program, {
    workerData: start,
    name: 'orch-job-file',
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: limits.memoryMiB },
  });
  worker.stdout.pipe(process.stderr, { end: false });
  worker.stderr.pipe(process.stderr, { end: false });
  const answer = await answerOf(worker, limits);
  await worker.terminate();
  return answer;
}

function answerOf(worker: Worker, limits: JobFileLimits): Promise<JobFileAnswer> {
  const failed = (message: string, stack = '', name = ''): JobFileAnswer => ({ kind: 'failed', name, message, stack });
  return new Promise((resolve) => {
    const late = `it did not finish within ${limits.timeoutMs / 1000} s (limit "job file time"): a loop that never ends, or a promise that never settles`;
    const timer = setTimeout(() => resolve(failed(late)), limits.timeoutMs);
    const finish = (answer: JobFileAnswer) => {
      clearTimeout(timer);
      resolve(answer);
    };
    worker.once('message', finish);
    worker.once('error', (error: Error & { code?: string }) =>
      finish(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? failed(`it needed more than ${limits.memoryMiB} MiB (limit "job file memory")`)
          : failed(error.message, error.stack, error.name),
      ),
    );
    worker.once('exit', () =>
      finish(failed('it ended before it had a job: a promise that never settles, or an end of its own')),
    );
  });
}
