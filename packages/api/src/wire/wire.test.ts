// Goldens of the wire: the names, units and null forms the field's clients read.

import type { Allocation } from '@orch/core/model/allocation';
import type { Deployment } from '@orch/core/model/deployment';
import type { Evaluation } from '@orch/core/model/evaluation';
import type { JobVersion } from '@orch/core/model/job';
import type { Node } from '@orch/core/model/node';
import { decodeJobJson } from '@orch/core/schema';
import test from 'ava';
import { allocationToWire } from './allocation-wire.ts';
import { deploymentToWire } from './deployment-wire.ts';
import { evaluationToWire } from './evaluation-wire.ts';
import { jobToStub, jobVersionToWire } from './job-wire.ts';
import { nodeToWire } from './node-wire.ts';
import { nanoseconds, timeText } from './time.ts';

const atMs = 1_795_223_593_123;

function version(): JobVersion {
  const task = { Name: 'server', Driver: 'exec', Config: { command: '/bin/true' } };
  const { job } = decodeJobJson({ ID: 'web', Datacenters: ['dc1'], TaskGroups: [{ Name: 'web', Tasks: [task] }] });
  if (job === undefined) throw new Error('the fixture is no job');
  return {
    job,
    version: 2,
    stop: false,
    status: 'running',
    statusDescription: '',
    stable: true,
    submittedAtMs: atMs,
    createIndex: 5,
    modifyIndex: 9,
    jobModifyIndex: 7,
  };
}

const allocation: Allocation = {
  id: 'a1',
  name: 'web.web[0]',
  namespace: 'default',
  jobId: 'web',
  jobVersion: 2,
  taskGroup: 'web',
  nodeId: 'n1',
  nodeName: 'node',
  evaluationId: 'e1',
  resources: {
    tasks: { server: { cpuMhz: 100, memoryMiB: 64 } },
    shared: {
      diskMiB: 300,
      ports: [
        { label: 'http', value: 20_001, to: 80, hostIp: '10.0.0.1', hostNetwork: 'default', ignoreCollision: false },
      ],
    },
  },
  desiredStatus: 'run',
  desiredDescription: '',
  desiredTransition: {},
  clientStatus: 'running',
  clientDescription: '',
  taskStates: {
    server: {
      state: 'running',
      failed: false,
      restarts: 1,
      startedAtMs: atMs,
      events: [{ type: 'Started', atMs, message: 'Task started by client', details: {} }],
    },
  },
  rescheduleEvents: [],
  createIndex: 6,
  modifyIndex: 8,
  allocModifyIndex: 6,
  createdAtMs: atMs,
  modifiedAtMs: atMs,
};

test('nanoseconds of a present time keep every digit in JSON', (t) => {
  t.is(JSON.stringify(nanoseconds(atMs)), '1795223593123000000');
  t.is(timeText(undefined), '0001-01-01T00:00:00Z');
  t.is(timeText(atMs), new Date(atMs).toISOString());
});

test('a job carries its specification and the server’s facts', (t) => {
  const wire = jobVersionToWire(version());
  t.like(wire, {
    ID: 'web',
    Name: 'web',
    Namespace: 'default',
    Type: 'service',
    Status: 'running',
    Stable: true,
    Version: 2,
    SubmitTime: 1_795_223_593_123_000_000,
    CreateIndex: 5,
    ModifyIndex: 9,
    JobModifyIndex: 7,
  });
  t.is(wire.TaskGroups[0]?.Count, 1);
  t.is(wire.TaskGroups[0]?.Tasks[0]?.Driver, 'exec');
});

test('a job in a list carries its summary, counted by client status', (t) => {
  const failed: Allocation = { ...allocation, id: 'a0', clientStatus: 'failed' };
  const stub = jobToStub(version(), { allocations: [allocation, failed], evaluations: [] }, true);
  t.deepEqual(stub.JobSummary.Summary['web'], {
    Queued: 0,
    Complete: 0,
    Failed: 1,
    Running: 1,
    Starting: 0,
    Lost: 0,
    Unknown: 0,
  });
  t.deepEqual(stub.JobSummary.Children, { Pending: 0, Running: 0, Dead: 0 });
});

test('an allocation carries job, resources, ports and task states as the field names them', (t) => {
  const job = jobVersionToWire(version());
  const wire = allocationToWire(allocation, version(), job);
  t.is(wire.Job, job);
  t.is(wire.JobType, 'service');
  t.deepEqual(wire.AllocatedResources.Tasks['server'], {
    Cpu: { CpuShares: 100, ReservedCores: null },
    Memory: { MemoryMB: 64, MemoryMaxMB: 0 },
    Networks: null,
    Devices: null,
  });
  t.deepEqual(wire.AllocatedResources.Shared.Ports, [
    { Label: 'http', Value: 20_001, To: 80, HostIP: '10.0.0.1', HostNetwork: 'default' },
  ]);
  t.like(wire.TaskStates?.['server'], {
    State: 'running',
    Restarts: 1,
    LastRestart: '0001-01-01T00:00:00Z',
    FinishedAt: '0001-01-01T00:00:00Z',
  });
  t.is(wire.TaskStates?.['server']?.Events[0]?.DisplayMessage, 'Task started by client');
  t.is(wire.DeploymentStatus, null);
  t.is(wire.RescheduleTracker, null);
  t.is(wire.Metrics, null);
});

test('an evaluation without failures has null where the field has null, and empty ids where it has none', (t) => {
  const evaluation: Evaluation = {
    id: 'e1',
    namespace: 'default',
    jobId: 'web',
    jobModifyIndex: 7,
    type: 'service',
    priority: 50,
    triggeredBy: 'job-register',
    status: 'complete',
    statusDescription: '',
    failedTaskGroups: {},
    queuedAllocations: { web: 0 },
    classEligibility: {},
    escapedComputedClass: false,
    snapshotIndex: 7,
    createIndex: 7,
    modifyIndex: 8,
    createdAtMs: atMs,
    modifiedAtMs: atMs,
  };
  t.like(evaluationToWire(evaluation), {
    ID: 'e1',
    FailedTGAllocs: null,
    ClassEligibility: null,
    BlockedEval: '',
    DeploymentID: '',
    NodeID: '',
    WaitUntil: '0001-01-01T00:00:00Z',
    QueuedAllocations: { web: 0 },
  });
});

test('a deployment is spelled cancelled on the wire, its deadline is in nanoseconds', (t) => {
  const deployment: Deployment = {
    id: 'd1',
    namespace: 'default',
    jobId: 'web',
    jobVersion: 2,
    jobModifyIndex: 7,
    jobCreateIndex: 5,
    status: 'canceled',
    statusDescription: '',
    taskGroups: {
      web: {
        autoRevert: false,
        autoPromote: false,
        promoted: false,
        progressDeadlineMs: 600_000,
        requireProgressByMs: atMs,
        desiredCanaries: 0,
        desiredTotal: 3,
        placedCanaries: [],
        placedAllocs: 3,
        healthyAllocs: 2,
        unhealthyAllocs: 0,
      },
    },
    createIndex: 7,
    modifyIndex: 9,
    createdAtMs: atMs,
  };
  const wire = deploymentToWire(deployment);
  t.is(wire.Status, 'cancelled');
  t.like(wire.TaskGroups['web'], { ProgressDeadline: 600_000_000_000, PlacedCanaries: null, DesiredTotal: 3 });
});

test('a node never shows its secret, and has the numbers schedulers and autoscalers read', (t) => {
  const node: Node = {
    id: 'n1',
    name: 'node',
    datacenter: 'dc1',
    nodePool: 'default',
    nodeClass: '',
    httpAddress: '127.0.0.1:4646',
    attributes: { 'kernel.name': 'linux' },
    meta: {},
    resources: {
      cpuMhz: 4_000,
      cores: 2,
      memoryMiB: 8_192,
      diskMiB: 10_000,
      networks: [{ name: 'default', device: 'lo', address: '127.0.0.1' }],
      dynamicPortMin: 20_000,
      dynamicPortMax: 32_000,
    },
    reserved: { cpuMhz: 100, memoryMiB: 256, diskMiB: 0, ports: [22, 80] },
    drivers: { exec: { detected: true, healthy: true, description: 'Healthy', attributes: {} } },
    cniNetworks: [],
    computedClass: 'v1:1',
    status: 'ready',
    statusDescription: '',
    statusUpdatedAtMs: atMs,
    schedulingEligibility: 'eligible',
    bootId: 'boot',
    version: '0.1.0',
    secretHash: 'deadbeef',
    createIndex: 3,
    modifyIndex: 4,
  };
  const wire = nodeToWire(node);
  t.false(JSON.stringify(wire).includes('deadbeef'));
  t.deepEqual(wire.NodeResources.Cpu, { CpuShares: 4_000, TotalCpuCores: 2 });
  t.is(wire.ReservedResources.Networks.ReservedHostPorts, '22,80');
  t.is(wire.HTTPAddr, '127.0.0.1:4646');
  t.is(wire.StatusUpdatedAt, Math.floor(atMs / 1000));
  t.is(wire.Drivers['exec']?.HealthDescription, 'Healthy');
  t.is(wire.DrainStrategy, null);
});
