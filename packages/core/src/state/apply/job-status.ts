// A job's status follows from its allocations and evaluations; it is derived again whenever one of them changed.

import type { JobStatus, JobVersion } from '../../model/job.ts';
import { type Draft, putJob, removeJob } from '../draft.ts';
import type { JobTally } from '../tables.ts';

const nothing: JobTally = { allocations: 0, liveAllocations: 0, evaluations: 0, openEvaluations: 0 };

/** Brings the status of every job the draft touched up to date, and forgets purged jobs that nothing refers to. */
export function settleJobs(draft: Draft): void {
  for (const keys of [[...draft.jobs], draft.allocationJobs, draft.evaluationJobs]) {
    for (const key of keys) settleJob(draft, key);
  }
}

function settleJob(draft: Draft, key: string): void {
  const row = draft.tables.jobs.get(key);
  if (row === undefined) return;
  const tally = draft.tables.jobTallies.get(key) ?? nothing;
  if (row.purged) {
    if (tally.allocations === 0) removeJob(draft, key);
    return;
  }
  const [current, ...older] = row.versions;
  const status = jobStatus(current, tally);
  if (status === current.status) return;
  putJob(draft, { ...row, versions: [Object.freeze({ ...current, status, modifyIndex: draft.index }), ...older] });
}

/**
 * `running` while an allocation lives, `pending` while an evaluation is open or nothing happened yet, `dead` otherwise.
 * System jobs run until they are stopped: they may have no node at the moment. Rules as Nomad's.
 */
export function jobStatus(version: JobVersion, tally: JobTally): JobStatus {
  if (tally.liveAllocations > 0) return 'running';
  if (version.job.type === 'system' && !version.stop) return 'running';
  if (tally.openEvaluations > 0) return 'pending';
  if (version.stop || tally.allocations > 0 || tally.evaluations > 0) return 'dead';
  // Nothing is known any more: a finished job stays dead after its evaluations and allocations were forgotten.
  return version.status === 'running' ? 'dead' : version.status;
}
