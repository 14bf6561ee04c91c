// Places the requested instances of one group and books them on their nodes.

import type { IdSource, Random } from '../../lib/random.ts';
import type { Allocation, PlacementMetrics } from '../../model/allocation.ts';
import type { Deployment } from '../../model/deployment.ts';
import type { Evaluation } from '../../model/evaluation.ts';
import type { JobVersion } from '../../model/job.ts';
import type { Node } from '../../model/node.ts';
import type { PlannedStop } from '../../model/plan.ts';
import type { AllocatedResources } from '../../model/resources.ts';
import { coreMhz, freeCores } from '../feasible/cores-check.ts';
import { assignPorts } from '../ports/assign-ports.ts';
import type { PlacementRequest } from '../reconcile/request.ts';
import { allocatedTasks } from './ask.ts';
import { type Candidates, hasRoom, instanceChanged, instancePlaced, leaveHeap } from './candidates.ts';
import { choose, propertiesAllow, scoresOf } from './choose.ts';
import { baseMetrics, type DiagnosisLimits, diagnose } from './metrics.ts';
import { occupy, release, restore } from './node-table.ts';
import type { Presence } from './presence.ts';

export interface GroupPlacement {
  readonly candidates: Candidates;
  readonly presence: Presence;
  readonly job: JobVersion;
  readonly evaluation: Evaluation;
  readonly deployment: Deployment | undefined;
  readonly now: number;
  readonly ids: IdSource;
  readonly random: Random;
  readonly limits: DiagnosisLimits & { readonly slicePlacements: number };
}

export interface GroupOutcome {
  readonly placed: Allocation[];
  readonly stops: PlannedStop[];
  readonly unplaced: number;
  /** Why the first unplaced one found no node. */
  readonly failure?: PlacementMetrics;
}

export function* placeGroup(
  input: GroupPlacement,
  requests: readonly PlacementRequest[],
): Generator<void, GroupOutcome, void> {
  const { candidates, limits } = input;
  const base = baseMetrics(candidates);
  const placed: Allocation[] = [];
  const stops: PlannedStop[] = [];
  let failure: PlacementMetrics | undefined;
  let unplaced = 0;
  let isFull = false;
  for (let index = 0; index < requests.length; index += 1) {
    if (index % limits.slicePlacements === limits.slicePlacements - 1) yield;
    const request = requests[index] as PlacementRequest;
    const replaced = request.stopPrevious === undefined ? undefined : request.previous;
    if (isFull && replaced === undefined) {
      unplaced += 1;
      continue;
    }
    const wasLive = replaced !== undefined && vacate(input, replaced);
    const allocation = placeOne(input, request, base);
    if (allocation !== undefined) {
      placed.push(allocation);
      if (replaced !== undefined) stops.push(stopOf(replaced, request.stopPrevious ?? '', allocation));
      continue;
    }
    unplaced += 1;
    if (failure === undefined) failure = yield* diagnose(candidates, limits);
    if (replaced === undefined) isFull = true;
    else if (wasLive) reoccupy(input, replaced);
  }
  if (failure === undefined) return { placed, stops, unplaced };
  return { placed, stops, unplaced, failure: { ...failure, coalescedFailures: unplaced - 1 } };
}

/** Frees what the replaced allocation holds, before its successor looks for a place. False when it held nothing. */
function vacate({ candidates, presence }: GroupPlacement, allocation: Allocation): boolean {
  if (!presence.has(allocation.id)) return false;
  release(candidates.table, allocation);
  instanceChanged(candidates, presence, allocation.id, allocation, -1);
  return true;
}

/** No successor: the allocation stays, with all it holds. */
function reoccupy({ candidates, presence }: GroupPlacement, allocation: Allocation): void {
  restore(candidates.table, allocation);
  instanceChanged(candidates, presence, allocation.id, allocation, 1);
}

function stopOf(allocation: Allocation, description: string, next: Allocation): PlannedStop {
  return { allocationId: allocation.id, desiredStatus: 'stop', description, nextAllocation: next.id };
}

function placeOne(input: GroupPlacement, request: PlacementRequest, base: PlacementMetrics): Allocation | undefined {
  const { candidates } = input;
  const preferred = preferredRow(candidates, request);
  if (preferred >= 0) {
    const resources = takeResources(input, preferred);
    if (resources !== undefined) return settle(input, request, base, preferred, resources);
  }
  for (;;) {
    const row = choose(candidates, request.penalizedNodes);
    if (row < 0) return undefined;
    const resources = takeResources(input, row);
    if (resources !== undefined) return settle(input, request, base, row, resources);
    candidates.refused.add(row);
    leaveHeap(candidates, row);
  }
}

function preferredRow(candidates: Candidates, request: PlacementRequest): number {
  if (request.preferredNode === undefined) return -1;
  const row = candidates.table.rowOf(request.preferredNode);
  if (row < 0 || !hasRoom(candidates, row)) return -1;
  const cluster = candidates.clusters[candidates.clusterOf?.[row] ?? 0];
  return cluster !== undefined && propertiesAllow(candidates, cluster) ? row : -1;
}

/** Concrete ports and cores, or `undefined` when the node turns out not to have them. */
function takeResources({ candidates, random }: GroupPlacement, row: number): AllocatedResources | undefined {
  const { table, ask } = candidates;
  const node = table.nodes[row] as Node;
  const book = table.books.get(row);
  const ports = assignPorts(table.snapshot, node, book, ask.ports, random);
  if (ports === undefined) return undefined;
  const shared = { diskMiB: ask.diskMiB, ports };
  if (ask.tasks !== undefined) return { tasks: ask.tasks, shared };
  const cores = freeCores(table.snapshot, node, book).slice(0, ask.cores);
  if (cores.length < ask.cores) return undefined;
  return { tasks: allocatedTasks(ask.group, ask.memoryOversubscription, coreMhz(node), cores), shared };
}

/** Writes the allocation down and counts it in. */
function settle(
  input: GroupPlacement,
  request: PlacementRequest,
  base: PlacementMetrics,
  row: number,
  resources: AllocatedResources,
): Allocation {
  const { candidates, presence } = input;
  const node = candidates.table.nodes[row] as Node;
  const { scores, normScore } = scoresOf(candidates, row, request.penalizedNodes);
  const metrics = { ...base, scores: [{ nodeId: node.id, nodeName: node.name, scores, normScore }] };
  const allocation = newAllocation(input, request, node, resources, metrics);
  occupy(candidates.table, row, resources);
  instancePlaced(candidates, presence, allocation.id, allocation, row);
  return allocation;
}

const noTransition = Object.freeze({});
const noTaskStates = Object.freeze({});

function newAllocation(
  input: GroupPlacement,
  request: PlacementRequest,
  node: Node,
  resources: AllocatedResources,
  metrics: PlacementMetrics,
): Allocation {
  const { job, evaluation, deployment, now } = input;
  const base: Allocation = {
    id: input.ids(),
    name: request.name,
    namespace: job.job.namespace,
    jobId: job.job.id,
    jobVersion: job.version,
    taskGroup: input.candidates.ask.group.name,
    nodeId: node.id,
    nodeName: node.name,
    evaluationId: evaluation.id,
    resources,
    desiredStatus: 'run',
    desiredDescription: '',
    desiredTransition: noTransition,
    clientStatus: 'pending',
    clientDescription: '',
    taskStates: noTaskStates,
    rescheduleEvents: request.rescheduleEvents,
    metrics,
    createIndex: 0,
    modifyIndex: 0,
    allocModifyIndex: 0,
    createdAtMs: now,
    modifiedAtMs: now,
  };
  if (request.previous === undefined && deployment === undefined) return base;
  return {
    ...base,
    ...(request.previous === undefined ? {} : { previousAllocation: request.previous.id }),
    ...(deployment === undefined
      ? {}
      : {
          deploymentId: deployment.id,
          deploymentStatus: { atMs: now, canary: request.canary, modifyIndex: 0 },
        }),
  };
}
