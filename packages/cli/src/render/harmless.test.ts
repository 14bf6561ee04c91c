// Whatever the records of an agent hold, no renderer hands a control character on.

import type { AllocationStubWire, AllocationWire } from '@orch/api/types/allocation';
import test from 'ava';
import fc from 'fast-check';
import { liveOutput } from '../output/live.ts';
import { renderAllocation } from './alloc-status.ts';
import { renderExplanation } from './explain.ts';
import { renderAllocations, renderJob, renderJobList } from './job-status.ts';
import { renderNode, renderNodeList } from './node-status.ts';
import { renderPlacementFailure } from './placement.ts';
import { renderPlan } from './plan.ts';

const metrics = {
  NodesEvaluated: 2,
  NodesAvailable: { dc: 0 },
  ClassFiltered: { 'a-class': 1 },
  ConstraintFiltered: { 'a-constraint': 1 },
  NodesExhausted: 1,
  DimensionExhausted: { 'a-dimension': 1 },
  CoalescedFailures: 0,
  Nearest: [{ NodeID: 'n', NodeName: 'name', Failures: [{ Check: 'check', Reason: 'reason', Mend: 'mend' }] }],
};
const counts = { Queued: 0, Starting: 0, Running: 1, Failed: 0, Complete: 0, Lost: 0, Unknown: 0 };
const taskResources = { web: { Cpu: { CpuShares: 1 }, Memory: { MemoryMB: 1 } } };
const allocation = {
  ...{
    ID: 'id',
    EvalID: 'e',
    Name: 'name',
    NodeID: 'n',
    NodeName: 'node',
    JobID: 'job',
    JobVersion: 1,
    TaskGroup: 'g',
  },
  ...{ ClientStatus: 'running', ClientDescription: 'd', DesiredStatus: 'run', DesiredDescription: 'd' },
  ...{ CreateTime: 1e9, ModifyTime: 1e9, DeploymentID: 'd', NextAllocation: 'n', PreviousAllocation: 'p' },
  ...{ CreateIndex: 1, DeploymentStatus: { Healthy: true } },
  NetworkStatus: { Interfaces: [{ Name: 'eth0', Network: 'net', Address: 'a' }] },
  AllocatedResources: {
    Shared: { DiskMB: 1, Ports: [{ Label: 'http', Value: 1, To: 2, HostIP: 'ip', HostNetwork: 'n' }] },
    Tasks: taskResources,
  },
  TaskStates: {
    web: {
      ...{ State: 'running', Failed: true, Restarts: 1, StartedAt: 'start', FinishedAt: 'end' },
      Events: [{ Time: 1e9, Type: 'type', DisplayMessage: 'message', Message: 'm' }],
    },
  },
};
const job = {
  ...{ ID: 'id', Name: 'name', Type: 'service', Priority: 50, Status: 'running', Stop: true, SubmitTime: 1e9 },
  ...{ Datacenters: ['dc1', 'dc2'], Namespace: 'ns', NodePool: 'pool', Version: 1 },
  JobSummary: { Summary: { group: counts } },
};
const deployment = {
  ...{ ID: 'id', Status: 'status', StatusDescription: 'description' },
  TaskGroups: { group: { DesiredTotal: 1, PlacedAllocs: 1, HealthyAllocs: 1, UnhealthyAllocs: 0 } },
};
const failed = { ID: 'e', Status: 'failed', StatusDescription: 'description', CreateIndex: 1 };
const node = {
  ...{ ID: 'id', Name: 'name', NodePool: 'pool', NodeClass: 'class', Datacenter: 'dc', Drain: false },
  ...{ SchedulingEligibility: 'eligible', Status: 'ready', StatusDescription: 'd', CNINetworks: ['net'] },
  Drivers: { exec: { Detected: true, Healthy: false, HealthDescription: 'description' } },
  Attributes: { 'kernel.name': 'linux' },
  Meta: { key: 'value' },
  NodeResources: { Cpu: { CpuShares: 1 }, Memory: { MemoryMB: 1 }, Disk: { DiskMB: 1 } },
  ReservedResources: { Cpu: { CpuShares: 1 }, Memory: { MemoryMB: 1 }, Disk: { DiskMB: 1 } },
};
const field = { Type: 'Edited', Name: 'name', Old: 'old', New: 'new', Annotations: ['forces'] };
const object = { Type: 'Edited', Name: 'object', Fields: [field], Objects: [] };
const plan = {
  ...{ JobModifyIndex: 1, Warnings: 'warning', FailedTGAllocs: { group: metrics } },
  Annotations: { DesiredTGUpdates: {} },
  Diff: {
    ...{ Type: 'Edited', ID: 'id', Name: 'name', Fields: [field], Objects: [object] },
    TaskGroups: [{ ...object, Tasks: [{ ...object, Annotations: ['forces'] }] }],
  },
};
const explanation = { Groups: { group: { Count: 1, Live: 0, Fitting: 0, Nodes: metrics.Nearest } } };

const options = { nowMs: 5_000, verbose: true };
/** Every renderer with the records it is given; the answer of a server is not checked before it is shown. */
const renderers: Readonly<Record<string, readonly [records: unknown, render: (records: never) => string]>> = {
  renderAllocation: [allocation, (records: AllocationWire) => renderAllocation(records, options)],
  renderAllocations: [[allocation], (records: AllocationStubWire[]) => renderAllocations(records, options)],
  renderJobList: [[job], (records) => renderJobList(records)],
  renderJob: [
    { job, summary: job.JobSummary, allocations: [allocation], evaluations: [failed], deployment },
    (records) => renderJob(records, options),
  ],
  'renderJob with failures': [
    { job, summary: job.JobSummary, allocations: [], evaluations: [{ ...failed, FailedTGAllocs: { group: metrics } }] },
    (records) => renderJob(records, options),
  ],
  renderNodeList: [[node], (records) => renderNodeList(records, true)],
  renderNode: [
    { node, allocations: [allocation] },
    (records: never) => renderNode(part(records, 'node'), part(records, 'allocations'), options),
  ],
  renderPlacementFailure: [metrics, (records) => renderPlacementFailure('group', records).join('\n')],
  renderExplanation: [explanation, (records) => renderExplanation(records)],
  renderPlan: [plan, (records) => renderPlan(records, { diff: true, verbose: true })],
};
const part = (records: unknown, name: string) => (records as Record<string, unknown>)[name] as never;

/** Noise in every text, and in every key that is somebody's name: those of the API begin with a capital. */
function noisy(value: unknown, noise: string): unknown {
  // These two decide what is shown at all.
  if (value === 'failed' || value === 'Edited') return value;
  if (typeof value === 'string') return value + noise;
  if (Array.isArray(value)) return value.map((item) => noisy(item, noise));
  if (typeof value !== 'object' || value === null) return value;
  const own = new Set(['node', 'allocations', 'job', 'summary', 'evaluations', 'deployment']);
  const key = (name: string) => (/^[A-Z]/.test(name) || own.has(name) ? name : name + noise);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [key(name), noisy(inner, noise)]));
}

/** All that `escaped` must catch, said again: controls, C1, direction marks, separators. */
const harmful =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/;
const noise = fc.string({
  unit: fc.constantFrom(
    ...'\u0000\u0007\b\t\n\r\u001b\u007f\u0080\u0085\u009b\u009f\u061c\u200e\u2028\u202e\u2066\u2069\ufeff]x[',
  ),
  minLength: 1,
  maxLength: 12,
});

test('no renderer hands a control character on, or makes a line that is not its own', (t) => {
  for (const [name, [records, render]] of Object.entries(renderers)) {
    const lines = render(noisy(records, '') as never).split('\n').length;
    fc.assert(
      fc.property(noise, (text) => {
        const shown = render(noisy(records, text) as never);
        t.false(harmful.test(shown), `${name}: ${JSON.stringify(shown)}`);
        if (name !== 'renderPlan') t.is(shown.split('\n').length, lines, `${name}: ${JSON.stringify(text)}`);
      }),
      { numRuns: 60 },
    );
  }
});

test('the lines of a run that is followed are harmless, on a terminal and elsewhere', (t) => {
  for (const isTTY of [true, false]) {
    let written = '';
    const out = liveOutput({ isTTY, columns: 200, write: (text) => (written += text) });
    const evil = 'a\u001b]0;x\u0007\n==> Job "x" runs\r\u009b\u202e';
    out.line(evil);
    out.live(evil);
    out.end();
    t.false(harmful.test(written.replaceAll('\r\u001b[K', '')), JSON.stringify(written));
    t.is(written.split('\n').length, 2);
  }
});
