// Nodes, jobs and evaluations for the scheduler's tests: everything ordinary, a test names only what it is about.

import type { Evaluation } from '../../model/evaluation.ts';
import type { Job, JobVersion } from '../../model/job.ts';
import type { NetworkRequest, PortRequest } from '../../model/network.ts';
import type { Node } from '../../model/node.ts';
import type { UpdateStrategy } from '../../model/policy.ts';
import type { Task } from '../../model/task.ts';
import type { TaskGroup } from '../../model/task-group.ts';

export const start = 1_700_000_000_000;

export function makeNode(id: string, changes: Partial<Node> = {}): Node {
  return {
    id,
    name: id,
    datacenter: 'dc1',
    nodePool: 'default',
    nodeClass: '',
    httpAddress: '',
    attributes: { 'kernel.name': 'linux', 'cpu.arch': 'amd64' },
    meta: {},
    resources: {
      cpuMhz: 4_000,
      cores: 4,
      memoryMiB: 8_192,
      diskMiB: 100_000,
      networks: [{ name: 'default', device: 'eth0', address: '192.0.2.1' }],
      dynamicPortMin: 20_000,
      dynamicPortMax: 32_000,
    },
    reserved: { cpuMhz: 0, memoryMiB: 0, diskMiB: 0, ports: [] },
    drivers: { exec: { detected: true, healthy: true, description: '', attributes: {} } },
    cniNetworks: [],
    computedClass: '',
    status: 'ready',
    statusDescription: '',
    statusUpdatedAtMs: start,
    schedulingEligibility: 'eligible',
    bootId: 'boot',
    version: '0.1.0',
    createIndex: 1,
    modifyIndex: 1,
    ...changes,
  };
}

export function makeTask(changes: Partial<Task> = {}): Task {
  return {
    name: 'main',
    driver: 'exec',
    leader: false,
    killTimeoutMs: 5_000,
    shutdownDelayMs: 0,
    config: { command: '/bin/true' },
    env: {},
    meta: {},
    resources: { cpuMhz: 500, memoryMiB: 512, devices: [] },
    constraints: [],
    affinities: [],
    restart: restartPolicy,
    logs: { maxFiles: 10, maxFileSizeMb: 10, disabled: false },
    artifacts: [],
    volumeMounts: [],
    kept: {},
    ...changes,
  };
}

const restartPolicy = {
  attempts: 2,
  intervalMs: 1_800_000,
  delayMs: 15_000,
  mode: 'fail',
  renderTemplates: false,
} as const;

export const serviceReschedule = {
  attempts: 0,
  intervalMs: 0,
  delayMs: 30_000,
  delayFunction: 'exponential',
  maxDelayMs: 3_600_000,
  unlimited: true,
} as const;

export function makeGroup(changes: Partial<TaskGroup> = {}): TaskGroup {
  return {
    name: 'web',
    count: 1,
    constraints: [],
    affinities: [],
    spreads: [],
    networks: [],
    tasks: [makeTask()],
    restart: restartPolicy,
    reschedule: serviceReschedule,
    ephemeralDisk: { sizeMiB: 300, sticky: false, migrate: false },
    meta: {},
    shutdownDelayMs: 0,
    kept: {},
    ...changes,
  };
}

export function makeJob(changes: Partial<Job> = {}): Job {
  return {
    id: 'app',
    name: 'app',
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
    taskGroups: [makeGroup()],
    meta: {},
    kept: {},
    ...changes,
  };
}

/** A job of one group. */
export function oneGroup(group: Partial<TaskGroup>, job: Partial<Job> = {}): Job {
  return makeJob({ ...job, taskGroups: [makeGroup(group)] });
}

export function makeJobVersion(job: Job, changes: Partial<JobVersion> = {}): JobVersion {
  return {
    job,
    version: 0,
    stop: false,
    status: 'pending',
    statusDescription: '',
    stable: false,
    submittedAtMs: start,
    createIndex: 1,
    modifyIndex: 1,
    jobModifyIndex: 1,
    ...changes,
  };
}

export function makeEvaluation(changes: Partial<Evaluation> = {}): Evaluation {
  return {
    id: 'evaluation',
    namespace: 'default',
    jobId: 'app',
    jobModifyIndex: 1,
    type: 'service',
    priority: 50,
    triggeredBy: 'job-register',
    status: 'pending',
    statusDescription: '',
    failedTaskGroups: {},
    queuedAllocations: {},
    classEligibility: {},
    escapedComputedClass: false,
    snapshotIndex: 0,
    createIndex: 1,
    modifyIndex: 1,
    createdAtMs: start,
    modifiedAtMs: start,
    ...changes,
  };
}

export function makeUpdate(changes: Partial<UpdateStrategy> = {}): UpdateStrategy {
  return {
    maxParallel: 1,
    canary: 0,
    healthCheck: 'task_states',
    minHealthyTimeMs: 10_000,
    healthyDeadlineMs: 300_000,
    progressDeadlineMs: 600_000,
    autoRevert: false,
    autoPromote: false,
    staggerMs: 30_000,
    ...changes,
  };
}

export function makePort(changes: Partial<PortRequest> = {}): PortRequest {
  return { label: 'http', value: 0, to: 0, hostNetwork: 'default', ignoreCollision: false, ...changes };
}

export function makeNetwork(changes: Partial<NetworkRequest> = {}): NetworkRequest {
  return { mode: 'host', reservedPorts: [], dynamicPorts: [], ...changes };
}
