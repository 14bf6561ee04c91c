// Keeps what the server said about an allocation in the node's store.

import type { Allocation } from '../../model/allocation.ts';
import type { AllocFacts } from '../task-runner/task-context.ts';
import type { AllocContext } from './alloc-context.ts';

/** Resolves when it is on the disk. */
export function storeFacts(context: AllocContext, facts: AllocFacts, receivedAtMs: number): Promise<void> {
  const jobKey = jobRecordKey(facts.allocation);
  context.store.putJob(jobKey, facts.job);
  return context.store.putAlloc({ allocation: facts.allocation, jobKey, bootId: context.bootId, receivedAtMs });
}

/** A job version's key among the node's records. */
export function jobRecordKey(allocation: Pick<Allocation, 'namespace' | 'jobId' | 'jobVersion'>): string {
  return JSON.stringify([allocation.namespace, allocation.jobId, allocation.jobVersion]);
}
