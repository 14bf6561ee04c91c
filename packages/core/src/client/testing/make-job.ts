// Small jobs and allocations for tests.

import type { Allocation } from '../../model/allocation.ts';
import type { Job } from '../../model/job.ts';
import type { Task } from '../../model/task.ts';
import type { TaskGroup } from '../../model/task-group.ts';

export function makeTask(name: string, changes: Partial<Task> = {}): Task {
  return {
    name,
    driver: 'fake',
    leader: false,
    killTimeoutMs: 5_000,
    shutdownDelayMs: 0,
    config: {},
    env: {},
    meta: {},
    resources: { cpuMhz: 100, memoryMiB: 64, devices: [] },
    constraints: [],
    affinities: [],
    restart: { attempts: 2, intervalMs: 60_000, delayMs: 1_000, mode: 'fail', renderTemplates: false },
    logs: { maxFiles: 3, maxFileSizeMb: 1, disabled: false },
    artifacts: [],
    volumeMounts: [],
    kept: {},
    ...changes,
  };
}

export function makeGroup(tasks: readonly Task[], changes: Partial<TaskGroup> = {}): TaskGroup {
  return {
    name: 'group',
    count: 1,
    constraints: [],
    affinities: [],
    spreads: [],
    networks: [],
    tasks,
    restart: { attempts: 2, intervalMs: 60_000, delayMs: 1_000, mode: 'fail', renderTemplates: false },
    ephemeralDisk: { sizeMiB: 300, sticky: false, migrate: false },
    meta: {},
    shutdownDelayMs: 0,
    kept: {},
    ...changes,
  };
}

export function makeJob(group: TaskGroup, changes: Partial<Job> = {}): Job {
  return {
    id: 'job',
    name: 'job',
    namespace: 'default',
    region: 'global',
    type: 'service',
    priority: 50,
    datacenters: ['*'],
    nodePool: 'default',
    allAtOnce: false,
    constraints: [],
    affinities: [],
    spreads: [],
    taskGroups: [group],
    meta: {},
    kept: {},
    ...changes,
  };
}

export function makeAllocation(id: string, group: TaskGroup, changes: Partial<Allocation> = {}): Allocation {
  return {
    id,
    name: `job.${group.name}[0]`,
    namespace: 'default',
    jobId: 'job',
    jobVersion: 0,
    taskGroup: group.name,
    nodeId: 'node',
    nodeName: 'node',
    evaluationId: 'evaluation',
    resources: {
      tasks: Object.fromEntries(group.tasks.map(({ name }) => [name, { cpuMhz: 100, memoryMiB: 64 }])),
      shared: { diskMiB: 300, ports: [] },
    },
    desiredStatus: 'run',
    desiredDescription: '',
    desiredTransition: {},
    clientStatus: 'pending',
    clientDescription: '',
    taskStates: {},
    rescheduleEvents: [],
    createIndex: 1,
    modifyIndex: 1,
    allocModifyIndex: 1,
    createdAtMs: 0,
    modifiedAtMs: 0,
    ...changes,
  };
}
