// What must hold when faults and work have ended and time has passed: counts reached or the lack of room explained, nothing left over.

import { type Allocation, isClientTerminal, isTerminal } from '@orch/core/model/allocation';
import { isDeploymentActive } from '@orch/core/model/deployment';
import type { Evaluation } from '@orch/core/model/evaluation';
import { shortId } from '@orch/core/model/ids';
import type { JobVersion } from '@orch/core/model/job';
import { isReady, type Node } from '@orch/core/model/node';
import { allocatedUse } from '@orch/core/model/resources';
import type { StateSnapshot } from '@orch/core/model/snapshot';
import type { TaskGroup } from '@orch/core/model/task-group';
import type { Report } from './invariants.ts';
import type { SimNode } from './sim-node.ts';
import type { SimServer } from './sim-server.ts';

export function checkAtRest(server: SimServer, nodes: readonly SimNode[], now: number, report: Report): void {
  const snapshot = server.store.snapshot();
  const { leader } = server.api;
  const { ready, outstanding, waitingForJob } = leader.broker.counts;
  if (ready + outstanding + waitingForJob > 0)
    report(`the broker still works: ${JSON.stringify(leader.broker.counts)}`);
  for (const version of snapshot.jobs()) checkJob(snapshot, version, report);
  for (const allocation of snapshot.allocations()) checkOwner(snapshot, allocation, report);
  checkEvaluations(snapshot, now, report);
  checkDeployments(snapshot, report);
  for (const node of nodes) checkReality(snapshot, node, report);
}

function checkJob(snapshot: StateSnapshot, version: JobVersion, report: Report): void {
  const { job } = version;
  if (version.stop) {
    if (version.status !== 'dead') report(`${job.id} is stopped and its status is ${version.status}`);
    return;
  }
  const allocations = snapshot.jobAllocations(job.namespace, job.id);
  const live = allocations.filter((allocation) => !isTerminal(allocation));
  if (live.length > 0 && version.status !== 'running') report(`${job.id} runs and its status is ${version.status}`);
  for (const group of job.taskGroups) {
    checkGroup(
      snapshot,
      version,
      group,
      allocations.filter((allocation) => allocation.taskGroup === group.name),
      report,
    );
  }
}

function checkGroup(
  snapshot: StateSnapshot,
  version: JobVersion,
  group: TaskGroup,
  allocations: readonly Allocation[],
  report: Report,
): void {
  const who = `${version.job.id}.${group.name}`;
  const live = allocations.filter((allocation) => !isTerminal(allocation));
  for (const allocation of live) {
    const node = snapshot.node(allocation.nodeId);
    if (allocation.clientStatus !== 'running' || node?.status !== 'ready') {
      const where = `on ${allocation.nodeId}, which is ${node?.status}`;
      report(`${allocation.name} ${shortId(allocation.id)} is ${allocation.clientStatus} ${where}, at rest`);
    }
  }
  const deployment = snapshot.latestDeployment(version.job.namespace, version.job.id);
  const isCurrent = deployment?.jobVersion === version.version && deployment.jobCreateIndex === version.createIndex;
  const state = isCurrent ? deployment.taskGroups[group.name] : undefined;
  const placed = new Set<string>(state?.promoted === false ? state.placedCanaries : []);
  const members = live.filter(({ id }) => !placed.has(id));
  // Ended and not to be replaced: a batch's results, and failures whose attempts are used up.
  const kept = allocations.filter((allocation) => isKept(version, allocation) && !placed.has(allocation.id));
  const isPaused = isCurrent && deployment.status === 'paused';
  const filled = members.length + kept.length;
  const evaluation = blockedOf(snapshot, version);
  const queued = evaluation?.queuedAllocations[group.name] ?? 0;
  // Surplus that has ended by itself needs no stop, so only what runs can be too much.
  if (members.length > group.count) report(`${who} wants ${group.count} and has ${members.length} running`);
  // Failed for good, and forgotten by a collection.
  const hasGivenUp = version.status === 'dead' && group.reschedule?.unlimited !== true;
  if (filled < group.count && queued === 0 && !isPaused && !hasGivenUp) {
    report(`${who} wants ${group.count}, has ${members.length} running, ${kept.length} ended, and nothing is blocked`);
  }
  if (queued > 0) checkReason(snapshot, version, group, evaluation?.failedTaskGroups ?? {}, report);
}

function isKept(version: JobVersion, allocation: Allocation): boolean {
  const isOfThis = allocation.jobVersion === version.version && allocation.createIndex >= version.createIndex;
  if (!isOfThis || allocation.desiredStatus !== 'run' || !isClientTerminal(allocation)) return false;
  if (allocation.clientStatus === 'complete') return version.job.type === 'batch';
  return allocation.clientStatus === 'failed' && allocation.nextAllocation === undefined;
}

function blockedOf(snapshot: StateSnapshot, { job }: JobVersion) {
  return snapshot.jobEvaluations(job.namespace, job.id).find((evaluation) => evaluation.status === 'blocked');
}

/** A blocked group says why, and there truly is no room for one more of it. */
function checkReason(
  snapshot: StateSnapshot,
  version: JobVersion,
  group: TaskGroup,
  failures: Evaluation['failedTaskGroups'],
  report: Report,
): void {
  const who = `${version.job.id}.${group.name}`;
  // All or nothing: one group's reason holds the others back.
  const metrics = version.job.allAtOnce ? Object.values(failures)[0] : failures[group.name];
  const ready = [...snapshot.nodes()].filter(isReady);
  const isExplained = metrics !== undefined && metrics.nodesFiltered + metrics.nodesExhausted > 0;
  if (metrics === undefined || (ready.length > 0 && !isExplained && metrics.nearest.length === 0)) {
    report(`${who} is blocked without a reason`);
  }
  if (version.job.allAtOnce) return;
  const free = ready.find((node) => hasRoom(snapshot, version, group, node));
  if (free !== undefined) report(`${who} is blocked although ${free.id} has room for it`);
}

/** An own, plain answer to whether one more of the group fits; knows what `random-job.ts` asks for. */
function hasRoom(snapshot: StateSnapshot, version: JobVersion, group: TaskGroup, node: Node): boolean {
  const { job } = version;
  const live = snapshot.nodeAllocations(node.id).filter((allocation) => !isTerminal(allocation));
  for (const constraint of [...job.constraints, ...group.constraints]) {
    if (constraint.operator === 'distinct_hosts') {
      if (live.some((allocation) => allocation.jobId === job.id)) return false;
    } else if (node.meta['rack'] !== constraint.value) return false;
  }
  const free = {
    cpuMhz: node.resources.cpuMhz - node.reserved.cpuMhz,
    memoryMiB: node.resources.memoryMiB - node.reserved.memoryMiB,
    diskMiB: node.resources.diskMiB - node.reserved.diskMiB - group.ephemeralDisk.sizeMiB,
  };
  const ports = new Set<number>(node.reserved.ports);
  for (const allocation of live) {
    const use = allocatedUse(allocation.resources);
    free.cpuMhz -= use.cpuMhz;
    free.memoryMiB -= use.memoryMiB;
    free.diskMiB -= use.diskMiB;
    for (const port of allocation.resources.shared.ports) ports.add(port.value);
  }
  for (const { resources } of group.tasks) {
    free.cpuMhz -= resources.cpuMhz;
    free.memoryMiB -= resources.memoryMiB;
  }
  if (free.cpuMhz < 0 || free.memoryMiB < 0 || free.diskMiB < 0) return false;
  const [network] = group.networks;
  if (network?.reservedPorts.some(({ value }) => ports.has(value))) return false;
  const { dynamicPortMin, dynamicPortMax } = node.resources;
  let freePorts = 0;
  for (let port = dynamicPortMin; port <= dynamicPortMax; port += 1) if (!ports.has(port)) freePorts += 1;
  return freePorts >= (network?.dynamicPorts.length ?? 0);
}

/** Whose job is stopped, purged or without the group has nothing that runs. */
function checkOwner(snapshot: StateSnapshot, allocation: Allocation, report: Report): void {
  const who = `${allocation.name} ${shortId(allocation.id)}`;
  const version = snapshot.job(allocation.namespace, allocation.jobId);
  const hasOwner =
    version !== undefined &&
    !version.stop &&
    version.job.taskGroups.some((group) => group.name === allocation.taskGroup);
  if (!hasOwner && !isTerminal(allocation)) report(`${who} is to run and its job is stopped or gone`);
  if (allocation.desiredStatus !== 'run' && !isClientTerminal(allocation)) {
    report(`${who} was stopped and is still ${allocation.clientStatus}`);
  }
}

function checkEvaluations(snapshot: StateSnapshot, now: number, report: Report): void {
  const blocked = new Map<string, string>();
  for (const { id, jobId, namespace, status, triggeredBy, waitUntilMs } of snapshot.evaluations()) {
    const who = `evaluation ${shortId(id)} (${triggeredBy}) of ${jobId}`;
    if (status === 'pending' && (waitUntilMs ?? 0) <= now) report(`${who} is still pending`);
    if (status !== 'blocked') continue;
    const version = snapshot.job(namespace, jobId);
    if (version === undefined || version.stop) report(`${who} is blocked and its job is stopped or gone`);
    const other = blocked.get(jobId);
    if (other !== undefined) report(`${who} is blocked beside ${shortId(other)}`);
    blocked.set(jobId, id);
  }
}

/** A deployment goes on only while it waits for a person, or for room. */
function checkDeployments(snapshot: StateSnapshot, report: Report): void {
  for (const deployment of snapshot.deployments()) {
    if (!isDeploymentActive(deployment) || deployment.status === 'paused') continue;
    const groups = Object.values(deployment.taskGroups);
    const waits = groups.some((group) => group.desiredCanaries > 0 && !group.promoted);
    if (!waits) report(`deployment ${shortId(deployment.id)} of ${deployment.jobId} is still ${deployment.status}`);
  }
}

/** The machine runs what the server wants there, and nothing else. */
function checkReality(snapshot: StateSnapshot, node: SimNode, report: Report): void {
  if (node.isGone) return;
  const wanted = new Set(
    snapshot
      .nodeAllocations(node.id)
      .filter((allocation) => !isTerminal(allocation))
      .map(({ id }) => id as string),
  );
  const alive = node.alive();
  for (const id of alive) if (!wanted.has(id)) report(`${node.id} runs ${shortId(id)}, which nobody wants there`);
  const running = new Set(alive);
  for (const id of wanted)
    if (!running.has(id)) report(`${node.id} does not run ${shortId(id)}, which is wanted there`);
}
