// Keeps what the server said about an allocation, and how it goes, in the node's store.

import { describeError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Allocation, AllocationUpdate } from '../../model/allocation.ts';
import type { StoredAllocRun } from '../store/node-store.ts';
import type { AllocFacts } from '../task-runner/task-context.ts';
import type { AllocContext } from './alloc-context.ts';

/** A disk that refuses is told in the log. */
export function storeFacts(context: AllocContext, facts: AllocFacts, receivedAtMs: number, log: Logger): void {
  const jobKey = jobRecordKey(facts.allocation);
  context.store.putJob(jobKey, facts.job);
  context.store
    .putAlloc({ allocation: facts.allocation, jobKey, bootId: context.bootId, receivedAtMs })
    .catch((error) => notStored(log, error));
}

/** Reported once it is on the disk, and also when the disk refuses: the server must know what runs. */
export function storeRun(context: AllocContext, run: StoredAllocRun, update: AllocationUpdate, log: Logger): void {
  context.store.putRun(update.id, run).then(
    () => context.report(update),
    (error) => {
      notStored(log, error);
      context.report(update);
    },
  );
}

function notStored(log: Logger, error: unknown): void {
  log.error('the allocation could not be stored', { error: describeError(error) });
}

/** A job version's key among the node's records. */
export function jobRecordKey(allocation: Pick<Allocation, 'namespace' | 'jobId' | 'jobVersion'>): string {
  return JSON.stringify([allocation.namespace, allocation.jobId, allocation.jobVersion]);
}
