// Whether a change of a job needs new instances of a group, or can be told to the running ones.

import type { Job } from '../../model/job.ts';
import type { NetworkRequest } from '../../model/network.ts';
import type { Task } from '../../model/task.ts';
import type { TaskGroup } from '../../model/task-group.ts';

export type UpdateKind = 'same' | 'in-place' | 'destructive';

/** Compares one group of two versions of a job. */
export type TasksUpdated = (oldJob: Job, newJob: Job, groupName: string) => UpdateKind;

/**
 * The rules of Nomad's scheduler: what a running task was started with is destructive to change; count, policies and
 * placement wishes are told in place.
 */
export const tasksUpdated: TasksUpdated = (oldJob, newJob, groupName) => {
  if (oldJob === newJob) return 'same';
  const oldGroup = oldJob.taskGroups.find((group) => group.name === groupName);
  const newGroup = newJob.taskGroups.find((group) => group.name === groupName);
  if (oldGroup === undefined || newGroup === undefined) return 'destructive';
  if (!isEqual(startedWith(oldJob, oldGroup), startedWith(newJob, newGroup))) return 'destructive';
  const { taskGroups: _old, ...oldRest } = oldJob;
  const { taskGroups: _new, ...newRest } = newJob;
  return isEqual(oldGroup, newGroup) && isEqual(oldRest, newRest) ? 'same' : 'in-place';
};

/** Everything that takes effect only when the tasks start. */
function startedWith(job: Job, group: TaskGroup): unknown {
  const tasks = group.tasks.map((task) => [task.name, taskStartedWith(job, group, task)] as const);
  return {
    ephemeralDisk: group.ephemeralDisk,
    networks: group.networks.map(networkStartedWith),
    volume: group.kept['volume'],
    consul: group.kept['consul'],
    renderTemplates: group.restart.renderTemplates,
    lifecycles: group.tasks.map((task) => [task.name, task.lifecycle, task.leader]),
    tasks: Object.fromEntries(tasks),
  };
}

function networkStartedWith(network: NetworkRequest): unknown {
  return { ...network, mode: network.mode === '' ? 'host' : network.mode };
}

function taskStartedWith(job: Job, group: TaskGroup, task: Task): unknown {
  const { service: _service, scaling: _scaling, action: _action, ...kept } = task.kept;
  return {
    driver: task.driver,
    user: task.user,
    config: task.config,
    env: task.env,
    meta: { ...job.meta, ...group.meta, ...task.meta },
    artifacts: task.artifacts,
    volumeMounts: task.volumeMounts,
    dispatchPayloadFile: task.dispatchPayloadFile,
    resources: task.resources,
    logsDisabled: task.logs.disabled,
    kept,
  };
}

/** Deep equality of plain data; an absent field equals an `undefined` one, the order of keys does not matter. */
export function isEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
    return one.every((item, index) => isEqual(item, other[index]));
  }
  const left = one as Readonly<Record<string, unknown>>;
  const right = other as Readonly<Record<string, unknown>>;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  for (const key of keys) {
    if (!isEqual(left[key], right[key])) return false;
  }
  return true;
}
