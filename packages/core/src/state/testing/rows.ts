// Small well-formed rows for tests of the state and of what is built on it.

import type { Allocation } from '../../model/allocation.ts';
import type { Deployment, DeploymentGroup } from '../../model/deployment.ts';
import type { Evaluation } from '../../model/evaluation.ts';
import type { Job } from '../../model/job.ts';
import type { Node } from '../../model/node.ts';
import type { Plan } from '../../model/plan.ts';

export function aJob(id: string, change: Partial<Job> = {}): Job {
  return {
    id,
    name: id,
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
    taskGroups: [],
    meta: {},
    kept: {},
    ...change,
  };
}

export function aNode(id: string, change: Partial<Node> = {}): Node {
  return {
    id,
    name: id,
    datacenter: 'dc1',
    nodePool: 'default',
    nodeClass: '',
    httpAddress: '',
    attributes: { 'kernel.name': 'linux' },
    meta: {},
    resources: {
      cpuMhz: 4_000,
      cores: 4,
      memoryMiB: 8_192,
      diskMiB: 10_000,
      networks: [],
      dynamicPortMin: 20_000,
      dynamicPortMax: 32_000,
    },
    reserved: { cpuMhz: 0, memoryMiB: 0, diskMiB: 0, ports: [] },
    drivers: {},
    cniNetworks: [],
    computedClass: 'v1',
    status: 'ready',
    statusDescription: '',
    statusUpdatedAtMs: 0,
    schedulingEligibility: 'eligible',
    bootId: 'boot',
    version: '0.1.0',
    createIndex: 0,
    modifyIndex: 0,
    ...change,
  };
}

export function anEvaluation(id: string, jobId: string, change: Partial<Evaluation> = {}): Evaluation {
  return {
    id,
    namespace: 'default',
    jobId,
    jobModifyIndex: 0,
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
    createIndex: 0,
    modifyIndex: 0,
    createdAtMs: 1_000,
    modifiedAtMs: 1_000,
    ...change,
  };
}

export function anAllocation(id: string, jobId: string, nodeId: string, change: Partial<Allocation> = {}): Allocation {
  return {
    id,
    name: `${jobId}.group[0]`,
    namespace: 'default',
    jobId,
    jobVersion: 0,
    taskGroup: 'group',
    nodeId,
    nodeName: nodeId,
    evaluationId: `evaluation-of-${jobId}`,
    resources: {
      tasks: { main: { cpuMhz: 100, memoryMiB: 64 } },
      shared: {
        diskMiB: 300,
        ports: [{ label: 'http', value: 20_000, to: 80, hostIp: '', hostNetwork: 'default', ignoreCollision: false }],
      },
    },
    desiredStatus: 'run',
    desiredDescription: '',
    desiredTransition: {},
    clientStatus: 'pending',
    clientDescription: '',
    taskStates: {},
    rescheduleEvents: [],
    createIndex: 0,
    modifyIndex: 0,
    allocModifyIndex: 0,
    createdAtMs: 1_000,
    modifiedAtMs: 1_000,
    ...change,
  };
}

export function aDeploymentGroup(change: Partial<DeploymentGroup> = {}): DeploymentGroup {
  return {
    autoRevert: false,
    autoPromote: false,
    promoted: false,
    progressDeadlineMs: 60_000,
    requireProgressByMs: 0,
    desiredCanaries: 0,
    desiredTotal: 1,
    placedCanaries: [],
    placedAllocs: 0,
    healthyAllocs: 0,
    unhealthyAllocs: 0,
    ...change,
  };
}

export function aDeployment(id: string, jobId: string, change: Partial<Deployment> = {}): Deployment {
  return {
    id,
    namespace: 'default',
    jobId,
    jobVersion: 0,
    jobModifyIndex: 0,
    jobCreateIndex: 0,
    status: 'running',
    statusDescription: '',
    taskGroups: { group: aDeploymentGroup() },
    createIndex: 0,
    modifyIndex: 0,
    createdAtMs: 1_000,
    ...change,
  };
}

export function aPlan(jobId: string, change: Partial<Plan> = {}): Plan {
  return {
    evaluationId: `evaluation-of-${jobId}`,
    priority: 50,
    snapshotIndex: 0,
    namespace: 'default',
    jobId,
    stops: [],
    placements: [],
    deploymentUpdates: [],
    ...change,
  };
}
