// The main side of the journal's worker thread: requests and answers in the same order.

import { Worker } from 'node:worker_threads';
import { assertNever } from '@orch/core/lib/assert';
import type { OrchError } from '@orch/core/lib/errors';
import { journalBroken, journalCorrupt, journalFull, journalInUse } from '../errors.ts';
import type { WorkerAnswer, WorkerFailure, WorkerRequest, WorkerStart } from './messages.ts';

export type Answered = Extract<WorkerAnswer, { readonly ok: true }>;

interface Pending {
  readonly resolve: (answer: Answered) => void;
  readonly reject: (error: OrchError) => void;
}

export interface WorkerClient {
  /** The worker's first answer. */
  readonly opened: Answered;
  request(request: WorkerRequest): Promise<Answered>;
  /** Closes the file and ends the thread. */
  close(): Promise<void>;
}

/**
 * From the sources the worker is the file beside this one; in a bundle `import.meta.url` is the bundle, and the worker
 * is `journal-worker.js` in its directory.
 */
function workerUrl(): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./journal-worker.${extension}`, import.meta.url);
}

/** @throws OrchError `journal-corrupt`, `journal-in-use`, `journal-full`, `journal-broken` */
export async function startWorker(dir: string, start: WorkerStart): Promise<WorkerClient> {
  const worker = new Worker(workerUrl(), { workerData: start, name: 'orch-journal' });
  const pending: Pending[] = [];
  let ended: OrchError | undefined;

  function end(error: OrchError): void {
    ended ??= error;
    for (const waiting of pending.splice(0)) waiting.reject(ended);
  }

  worker.on('message', (answer: WorkerAnswer) => {
    const waiting = pending.shift();
    // A thread that has nothing to do does not keep the process alive.
    if (pending.length === 0) worker.unref();
    if (answer.ok) waiting?.resolve(answer);
    else waiting?.reject(errorOf(dir, start.file, answer.failure));
  });
  worker.on('error', (cause) => end(journalBroken('its thread failed', cause)));
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      end(journalBroken('its thread ended'));
      resolve();
    });
  });
  const wait = () =>
    new Promise<Answered>((resolve, reject) => {
      if (ended !== undefined) {
        reject(ended);
        return;
      }
      pending.push({ resolve, reject });
      if (pending.length === 1) worker.ref();
    });

  let opened: Answered;
  try {
    opened = await wait();
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  function request(message: WorkerRequest): Promise<Answered> {
    const answer = wait();
    if (ended === undefined) worker.postMessage(message, transferable(message));
    return answer;
  }

  return {
    opened,
    request,
    async close() {
      if (ended === undefined) await request({ op: 'close' });
      worker.ref();
      await exited;
    },
  };
}

/** A commit's bytes are handed over, not copied, unless they share memory with others. */
function transferable(message: WorkerRequest): readonly ArrayBuffer[] {
  if (message.op !== 'commit') return [];
  const { buffer, byteLength } = message.data;
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}

function errorOf(dir: string, file: string, failure: WorkerFailure): OrchError {
  const cause = new Error(failure.message);
  switch (failure.kind) {
    case 'full':
      return journalFull(dir, cause);
    case 'in-use':
      return journalInUse(dir, undefined, undefined);
    case 'corrupt':
      return journalCorrupt(file, failure.index, failure.message);
    case 'broken':
      return journalBroken(`writing to ${file} failed`, cause);
    default:
      return assertNever(failure, 'journal failure');
  }
}
