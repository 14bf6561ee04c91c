// The job versions this node's allocations refer to.

import type { JobAtVersion } from '../../link/messages.ts';
import type { Allocation } from '../../model/allocation.ts';
import type { Job } from '../../model/job.ts';

type Reference = Pick<Allocation, 'namespace' | 'jobId' | 'jobVersion'>;

export class JobCache {
  readonly #jobs = new Map<string, Job>();

  add(jobs: readonly JobAtVersion[]): void {
    for (const { namespace, jobId, version, job } of jobs) this.put({ namespace, jobId, jobVersion: version }, job);
  }

  put(reference: Reference, job: Job): void {
    this.#jobs.set(key(reference), job);
  }

  find(reference: Reference): Job | undefined {
    return this.#jobs.get(key(reference));
  }

  /** Drops what none of the references needs. */
  keepOnly(references: Iterable<Reference>): void {
    const needed = new Set([...references].map(key));
    for (const text of [...this.#jobs.keys()]) if (!needed.has(text)) this.#jobs.delete(text);
  }
}

function key({ namespace, jobId, jobVersion }: Reference): string {
  return JSON.stringify([namespace, jobId, jobVersion]);
}
