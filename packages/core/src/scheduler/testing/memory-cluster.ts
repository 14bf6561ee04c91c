// A cluster in memory for the scheduler's tests: tables, a snapshot of them, and an applier of plans that refuses nonsense.

import { seededIds, seededRandom, seedFromText } from '../../lib/random.ts';
import { type Allocation, isTerminal } from '../../model/allocation.ts';
import type { Deployment } from '../../model/deployment.ts';
import type { Evaluation } from '../../model/evaluation.ts';
import type { Job, JobVersion } from '../../model/job.ts';
import type { Node } from '../../model/node.ts';
import type { ScheduleResult } from '../../model/plan.ts';
import { allocatedUse } from '../../model/resources.ts';
import { defaultSchedulerConfig, type SchedulerConfig, type StateSnapshot } from '../../model/snapshot.ts';
import { replacesAllocations } from '../../schema/destructive.ts';
import { runSchedule } from '../schedule.ts';
import type { ScheduleInput } from '../schedule-input.ts';
import { makeEvaluation, makeJobVersion, start } from './fixtures.ts';

export interface MemoryCluster {
  readonly nodes: Map<string, Node>;
  readonly jobs: Map<string, JobVersion[]>;
  readonly allocations: Map<string, Allocation>;
  readonly evaluations: Map<string, Evaluation>;
  readonly deployments: Map<string, Deployment>;
  config: SchedulerConfig;
  index: number;
  now: number;
  /** Source of ids; a run of the cluster replays exactly. */
  readonly ids: () => string;
}

export function memoryCluster(nodes: readonly Node[] = [], seed = 1): MemoryCluster {
  return {
    nodes: new Map(nodes.map((node) => [node.id, node])),
    jobs: new Map(),
    allocations: new Map(),
    evaluations: new Map(),
    deployments: new Map(),
    config: defaultSchedulerConfig,
    index: 10,
    now: start,
    ids: seededIds(seededRandom(seed)),
  };
}

export function register(cluster: MemoryCluster, job: Job, changes: Partial<JobVersion> = {}): JobVersion {
  const versions = cluster.jobs.get(job.id) ?? [];
  const first = versions[0];
  cluster.index += 1;
  const version = makeJobVersion(job, {
    version: versions.length,
    createIndex: first?.createIndex ?? cluster.index,
    modifyIndex: cluster.index,
    jobModifyIndex: cluster.index,
    ...changes,
  });
  cluster.jobs.set(job.id, [...versions, version]);
  return version;
}

export function stopJob(cluster: MemoryCluster, jobId: string): void {
  const versions = cluster.jobs.get(jobId) ?? [];
  const last = versions.at(-1);
  if (last !== undefined) cluster.jobs.set(jobId, [...versions.slice(0, -1), { ...last, stop: true }]);
}

export function snapshotOf(cluster: MemoryCluster): StateSnapshot {
  const allocations = [...cluster.allocations.values()];
  const byNode = Map.groupBy(allocations, (allocation) => allocation.nodeId);
  const live = (nodeId: string) => (byNode.get(nodeId) ?? []).filter((allocation) => !isTerminal(allocation));
  const deployments = [...cluster.deployments.values()];
  return {
    index: cluster.index,
    job: (_namespace, id) => cluster.jobs.get(id)?.at(-1),
    jobVersion: (_namespace, id, version) => cluster.jobs.get(id)?.find((other) => other.version === version),
    jobVersions: (_namespace, id) => cluster.jobs.get(id) ?? [],
    jobs: () => [...cluster.jobs.values()].flatMap((versions) => versions.at(-1) ?? []),
    node: (id) => cluster.nodes.get(id),
    nodes: () => cluster.nodes.values(),
    allocation: (id) => cluster.allocations.get(id),
    allocations: () => allocations,
    nodeAllocations: (id) => byNode.get(id) ?? [],
    jobAllocations: (_namespace, id) => allocations.filter((allocation) => allocation.jobId === id),
    evaluationAllocations: (id) => allocations.filter((allocation) => allocation.evaluationId === id),
    deploymentAllocations: (id) => allocations.filter((allocation) => allocation.deploymentId === id),
    nodeUse: (id) =>
      live(id)
        .map((allocation) => allocatedUse(allocation.resources))
        .reduce(
          (sum, use) => ({
            cpuMhz: sum.cpuMhz + use.cpuMhz,
            memoryMiB: sum.memoryMiB + use.memoryMiB,
            diskMiB: sum.diskMiB + use.diskMiB,
          }),
          { cpuMhz: 0, memoryMiB: 0, diskMiB: 0 },
        ),
    nodePorts: (id) => new Set(live(id).flatMap(({ resources }) => resources.shared.ports.map(({ value }) => value))),
    evaluation: (id) => cluster.evaluations.get(id),
    evaluations: () => cluster.evaluations.values(),
    jobEvaluations: (_namespace, id) => [...cluster.evaluations.values()].filter(({ jobId }) => jobId === id),
    deployment: (id) => cluster.deployments.get(id),
    deployments: () => deployments,
    latestDeployment: (_namespace, id) => deployments.filter(({ jobId }) => jobId === id).at(-1),
    schedulerConfig: () => cluster.config,
  };
}

/** One decision about a job, not applied. */
export function decide(cluster: MemoryCluster, jobId: string, changes: Partial<ScheduleInput> = {}): ScheduleResult {
  const version = cluster.jobs.get(jobId)?.at(-1);
  const type = version?.job.type ?? 'service';
  const evaluation = changes.evaluation ?? makeEvaluation({ id: cluster.ids(), jobId, type });
  return runSchedule({
    snapshot: snapshotOf(cluster),
    evaluation,
    now: cluster.now,
    ids: cluster.ids,
    random: seededRandom(seedFromText(evaluation.id)),
    replacesAllocations,
    ...changes,
  });
}

/** Decides and writes the plan down. */
export function runJob(cluster: MemoryCluster, jobId: string, changes: Partial<ScheduleInput> = {}): ScheduleResult {
  const result = decide(cluster, jobId, changes);
  apply(cluster, result);
  return result;
}

export function apply(cluster: MemoryCluster, { plan, evaluation, evaluations }: ScheduleResult): void {
  cluster.index += 1;
  for (const each of [evaluation, ...evaluations]) cluster.evaluations.set(each.id, each);
  if (plan === undefined) return;
  if (plan.deployment !== undefined) cluster.deployments.set(plan.deployment.id, plan.deployment);
  for (const { deploymentId, status, statusDescription } of plan.deploymentUpdates) {
    const deployment = cluster.deployments.get(deploymentId);
    if (deployment === undefined) throw new Error(`the plan updates an unknown deployment ${deploymentId}`);
    cluster.deployments.set(deploymentId, { ...deployment, status, statusDescription });
  }
  for (const stop of plan.stops) {
    const held = cluster.allocations.get(stop.allocationId);
    if (held === undefined) throw new Error(`the plan stops an unknown allocation ${stop.allocationId}`);
    change(cluster, held.id, {
      desiredStatus: stop.desiredStatus,
      desiredDescription: stop.description,
      ...(stop.clientStatus === undefined ? {} : { clientStatus: stop.clientStatus }),
      ...(stop.nextAllocation === undefined ? {} : { nextAllocation: stop.nextAllocation }),
    });
  }
  for (const placement of plan.placements) {
    const held = cluster.allocations.get(placement.id);
    const createIndex = held?.createIndex ?? cluster.index;
    cluster.allocations.set(placement.id, { ...placement, createIndex, modifyIndex: cluster.index });
  }
}

export function change(cluster: MemoryCluster, id: string, changes: Partial<Allocation>): void {
  const held = cluster.allocations.get(id);
  if (held === undefined) throw new Error(`no allocation ${id}`);
  cluster.allocations.set(id, { ...held, ...changes, modifiedAtMs: cluster.now });
}

export function liveOf(cluster: MemoryCluster, jobId: string): Allocation[] {
  return [...cluster.allocations.values()].filter(
    (allocation) => allocation.jobId === jobId && !isTerminal(allocation),
  );
}

/** Everything that was placed runs, and is healthy where a deployment asks. */
export function startAll(cluster: MemoryCluster): void {
  for (const allocation of cluster.allocations.values()) {
    if (isTerminal(allocation) || allocation.clientStatus === 'running') continue;
    const { deploymentStatus } = allocation;
    change(cluster, allocation.id, {
      clientStatus: 'running',
      ...(deploymentStatus === undefined ? {} : { deploymentStatus: { ...deploymentStatus, healthy: true } }),
    });
  }
}

export function fail(cluster: MemoryCluster, allocation: Allocation): void {
  change(cluster, allocation.id, {
    clientStatus: 'failed',
    taskStates: { main: { state: 'dead', failed: true, restarts: 0, finishedAtMs: cluster.now, events: [] } },
  });
}
