// Registers jobs: checks the index the caller knew, writes the job with its evaluation in one entry.

import type { Evaluation, EvaluationTrigger } from '@orch/core/model/evaluation';
import type { Job, JobVersion } from '@orch/core/model/job';
import type { Task } from '@orch/core/model/task';
import type { ServerContext } from '../config.ts';
import { HttpError } from '../http/http-error.ts';
import { newEvaluation } from '../loops/new-evaluation.ts';

export interface RegisterOptions {
  readonly triggeredBy: EvaluationTrigger;
  /** The job must still be at this `jobModifyIndex`; 0 = must not exist. */
  readonly enforceIndex?: number;
  /** Of what is registered and runs: the groups' counts, the tasks' resources. */
  readonly preserveCounts?: boolean;
  readonly preserveResources?: boolean;
  readonly evaluationPriority?: number;
  readonly submission?: JobVersion['submission'];
}

export interface Registered {
  readonly evaluation: Evaluation;
  readonly jobModifyIndex: number;
  readonly index: number;
}

/** The caller holds the job's turn. @throws HttpError 409 when the enforced index is another */
export async function registerJob(context: ServerContext, job: Job, options: RegisterOptions): Promise<Registered> {
  const { store, clock, ids } = context;
  const known = store.snapshot().job(job.namespace, job.id);
  if (options.enforceIndex !== undefined) enforceIndex(options.enforceIndex, known);
  const wanted = known === undefined || known.stop ? job : preserved(job, known.job, options);
  const atMs = clock.now();
  const evaluation = newEvaluation(wanted, 0, {
    id: ids(),
    atMs,
    triggeredBy: options.triggeredBy,
    ...(options.evaluationPriority === undefined ? {} : { priority: options.evaluationPriority }),
  });
  const submission = options.submission === undefined ? {} : { submission: options.submission };
  const changes = await store.submit({
    kind: 'job-register',
    job: wanted,
    atMs,
    evaluations: [evaluation],
    ...submission,
  });
  const stored = store.snapshot().job(job.namespace, job.id);
  return { evaluation, jobModifyIndex: stored?.jobModifyIndex ?? changes.index, index: changes.index };
}

/** The texts are the field's: its command line looks for them. */
function enforceIndex(wanted: number, known: JobVersion | undefined): void {
  const prefix = `Enforcing job modify index ${wanted}`;
  if (known === undefined) {
    if (wanted !== 0) throw new HttpError(409, `${prefix}: job does not exist`);
  } else if (wanted === 0) {
    throw new HttpError(409, `${prefix}: job already exists`);
  } else if (wanted !== known.jobModifyIndex) {
    throw new HttpError(409, `${prefix}: job exists with conflicting job modify index: ${known.jobModifyIndex}`);
  }
}

function preserved(job: Job, known: Job, options: RegisterOptions): Job {
  const groups = new Map(known.taskGroups.map((group) => [group.name, group]));
  const taskGroups = job.taskGroups.map((group) => {
    const old = groups.get(group.name);
    if (old === undefined) return group;
    const resources = new Map(old.tasks.map((task) => [task.name, task.resources]));
    const kept = (task: Task): Task => ({ ...task, resources: resources.get(task.name) ?? task.resources });
    return {
      ...group,
      ...(options.preserveCounts === true ? { count: old.count } : {}),
      ...(options.preserveResources === true ? { tasks: group.tasks.map(kept) } : {}),
    };
  });
  return { ...job, taskGroups };
}
