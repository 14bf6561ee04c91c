// Jobs: model to wire. The specification comes from the schema, the server's facts are put beside it.

import type { Allocation } from '@orch/core/model/allocation';
import type { Evaluation } from '@orch/core/model/evaluation';
import type { JobVersion } from '@orch/core/model/job';
import type { GroupAnnotation } from '@orch/core/model/plan';
import { encodeJobJson } from '@orch/core/schema';
import type {
  DesiredUpdatesWire,
  JobStubWire,
  JobSummaryWire,
  JobVersionWire,
  JobWire,
  TaskGroupSummaryWire,
} from '../types/job.ts';
import { nanoseconds } from './time.ts';

export function jobVersionToWire(version: JobVersion): JobVersionWire {
  return {
    ...(encodeJobJson(version.job) as unknown as JobWire),
    ParentID: '',
    Dispatched: false,
    Stop: version.stop,
    Status: version.status,
    StatusDescription: version.statusDescription,
    Stable: version.stable,
    Version: version.version,
    SubmitTime: nanoseconds(version.submittedAtMs),
    CreateIndex: version.createIndex,
    ModifyIndex: version.modifyIndex,
    JobModifyIndex: version.jobModifyIndex,
  };
}

/** What a summary counts: all allocations of the job that are known, and what its evaluations could not place. */
export interface JobActivity {
  readonly allocations: readonly Allocation[];
  readonly evaluations: readonly Evaluation[];
}

export function jobToStub(version: JobVersion, activity: JobActivity, withMeta: boolean): JobStubWire {
  const { job } = version;
  return {
    ID: job.id,
    ParentID: '',
    Name: job.name,
    Namespace: job.namespace,
    Datacenters: job.datacenters,
    NodePool: job.nodePool,
    Type: job.type,
    Priority: job.priority,
    Periodic: false,
    ParameterizedJob: false,
    Stop: version.stop,
    Status: version.status,
    StatusDescription: version.statusDescription,
    JobSummary: jobSummary(version, activity),
    CreateIndex: version.createIndex,
    ModifyIndex: version.modifyIndex,
    JobModifyIndex: version.jobModifyIndex,
    SubmitTime: nanoseconds(version.submittedAtMs),
    Version: version.version,
    ...(withMeta ? { Meta: job.meta } : {}),
  };
}

type Counts = { -readonly [Key in keyof TaskGroupSummaryWire]: number };

export function jobSummary(version: JobVersion, activity: JobActivity): JobSummaryWire {
  const { job } = version;
  const summary = new Map<string, Counts>();
  const countsOf = (group: string): Counts => {
    const none = { Queued: 0, Complete: 0, Failed: 0, Running: 0, Starting: 0, Lost: 0, Unknown: 0 };
    const counts = summary.get(group) ?? none;
    summary.set(group, counts);
    return counts;
  };
  for (const group of job.taskGroups) countsOf(group.name);
  for (const allocation of activity.allocations)
    countsOf(allocation.taskGroup)[countedAs[allocation.clientStatus]] += 1;
  for (const [group, queued] of Object.entries(newestQueue(activity.evaluations))) {
    const counts = summary.get(group);
    if (!version.stop && counts !== undefined) counts.Queued = queued;
  }
  return {
    JobID: job.id,
    Namespace: job.namespace,
    Summary: Object.fromEntries(summary),
    Children: { Pending: 0, Running: 0, Dead: 0 },
    CreateIndex: version.createIndex,
    ModifyIndex: version.modifyIndex,
  };
}

const countedAs = {
  pending: 'Starting',
  running: 'Running',
  complete: 'Complete',
  failed: 'Failed',
  lost: 'Lost',
  unknown: 'Unknown',
} as const satisfies Record<Allocation['clientStatus'], keyof Counts>;

/** What the evaluation that was scheduled last left unplaced. */
function newestQueue(evaluations: readonly Evaluation[]): Readonly<Record<string, number>> {
  let newest: Evaluation | undefined;
  for (const evaluation of evaluations) {
    if (evaluation.status === 'pending' || evaluation.status === 'canceled') continue;
    if (Object.keys(evaluation.queuedAllocations).length === 0) continue;
    if (newest === undefined || evaluation.modifyIndex > newest.modifyIndex) newest = evaluation;
  }
  return newest?.queuedAllocations ?? {};
}

export function annotationToWire(annotation: GroupAnnotation): DesiredUpdatesWire {
  return {
    Ignore: annotation.ignore,
    Place: annotation.place,
    Migrate: annotation.migrate,
    Stop: annotation.stop,
    InPlaceUpdate: annotation.inPlaceUpdate,
    DestructiveUpdate: annotation.destructiveUpdate,
    Canary: annotation.canary,
    Preemptions: annotation.preemptions,
    RescheduleNow: annotation.rescheduleNow,
    RescheduleLater: annotation.rescheduleLater,
  };
}
