// A dry run: what registering a job would do, by the same scheduler on a view in which it is registered already.

import type { Job, JobVersion } from '@orch/core/model/job';
import type { ScheduleResult } from '@orch/core/model/plan';
import type { StateSnapshot } from '@orch/core/model/snapshot';
import { sameContent } from '@orch/core/state';
import type { ServerContext } from '../config.ts';
import { delegateSnapshot } from '../loops/delegate-snapshot.ts';
import { newEvaluation } from '../loops/new-evaluation.ts';
import { scheduleRunner } from '../loops/run-schedule.ts';

/** Nothing is written. The result's evaluation holds the failures per group. */
export async function planJob(context: ServerContext, job: Job): Promise<ScheduleResult> {
  const snapshot = context.store.snapshot();
  const version = versionIfRegistered(context, snapshot, job);
  const view: StateSnapshot = {
    ...delegateSnapshot(snapshot),
    job: (namespace, jobId) =>
      namespace === job.namespace && jobId === job.id ? version : snapshot.job(namespace, jobId),
    jobVersion: (namespace, jobId, number) =>
      namespace === job.namespace && jobId === job.id && number === version.version
        ? version
        : snapshot.jobVersion(namespace, jobId, number),
    jobVersions(namespace, jobId) {
      const stored = snapshot.jobVersions(namespace, jobId);
      const isThis = namespace === job.namespace && jobId === job.id && stored[0] !== version;
      return isThis ? [version, ...stored] : stored;
    },
  };
  const evaluation = newEvaluation(job, version.jobModifyIndex, {
    id: context.ids(),
    atMs: context.clock.now(),
    triggeredBy: 'job-register',
  });
  return scheduleRunner(context)(view, evaluation);
}

function versionIfRegistered(context: ServerContext, snapshot: StateSnapshot, job: Job): JobVersion {
  const known = snapshot.job(job.namespace, job.id);
  if (known !== undefined && !known.stop && sameContent(known.job, job)) return known;
  return {
    job,
    version: known === undefined ? 0 : known.version + 1,
    stop: false,
    status: 'pending',
    statusDescription: '',
    stable: false,
    submittedAtMs: context.clock.now(),
    createIndex: known?.createIndex ?? snapshot.index + 1,
    modifyIndex: snapshot.index + 1,
    jobModifyIndex: snapshot.index + 1,
  };
}
