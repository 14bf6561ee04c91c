// The nodes that can take one more instance of a group, ordered so that the best is found without a scan.
//
// Only the chosen node changes between two placements, and what a spread or a distinct property adds is equal for all nodes
// with the same values. So rows stand in heaps, one for each (values, number of scores), ordered by the sum of the scores
// that belong to the node alone; the best of all is the best of the heaps' tops. Exact, O(log n) per placement.

import type { AllocationId } from '../../model/ids.ts';
import type { Node } from '../../model/node.ts';
import { coreMhz, freeCores } from '../feasible/cores-check.ts';
import { hostAddress } from '../ports/assign-ports.ts';
import { portHolder } from '../ports/port-view.ts';
import { binpackScore, freePower, spreadAlgorithmScore } from '../rank/binpack.ts';
import { jobAntiAffinityScore } from '../rank/job-anti-affinity.ts';
import { nodeAffinityScore } from '../rank/node-affinity.ts';
import { countValue, emptyCounts, type ValueCounts } from '../rank/spread.ts';
import type { GroupAsk } from './ask.ts';
import { type Cluster, clusterRows } from './clusters.ts';
import type { NodeTable } from './node-table.ts';
import type { Instance, Presence } from './presence.ts';
import { type HeapRows, heapPush, heapRemove, heapRows } from './row-heap.ts';
import type { StaticFeasibility } from './static-feasibility.ts';

/** Scores that belong to the node alone: fill, job-anti-affinity, node-affinity. */
export const maxNodeScores = 3;

export interface Candidates {
  readonly table: NodeTable;
  readonly ask: GroupAsk;
  readonly spreadAlgorithm: boolean;
  readonly feasibility: StaticFeasibility;
  /** 1 for the rows that pass the static checks. */
  readonly feasible: Uint8Array;
  /** Instances of this group, and of the whole job, on each row. */
  readonly groupInstances: Int32Array;
  readonly jobInstances: Int32Array;
  readonly fill: Float64Array;
  readonly affinity: Float64Array | undefined;
  /** Rows a placement attempt found impossible although the quick checks passed. */
  readonly refused: Set<number>;
  readonly rows: HeapRows;
  /** The heap a row stands in: cluster × maxNodeScores + scores − 1; −1 = none. */
  readonly heapOf: Int32Array;
  readonly heaps: number[][];
  readonly clusters: readonly Cluster[];
  readonly clusterOf: Int32Array | undefined;
  /** Per spread of the ask, instances of the group per value. */
  readonly spreadCounts: readonly ValueCounts[];
  /** Per distinct property of the ask, instances per value. */
  readonly propertyCounts: readonly ValueCounts[];
}

export interface CandidateInput {
  readonly table: NodeTable;
  readonly ask: GroupAsk;
  readonly presence: Presence;
  readonly feasibility: StaticFeasibility;
  readonly spreadAlgorithm: boolean;
  readonly sliceNodes: number;
}

export function* buildCandidates(input: CandidateInput): Generator<void, Candidates, void> {
  const { table, ask } = input;
  const count = table.nodes.length;
  const { clusters, clusterOf } = clusterRows(table.nodes, ask);
  const candidates: Candidates = {
    table,
    ask,
    spreadAlgorithm: input.spreadAlgorithm,
    feasibility: input.feasibility,
    feasible: new Uint8Array(count),
    groupInstances: new Int32Array(count),
    jobInstances: new Int32Array(count),
    fill: new Float64Array(count),
    affinity: ask.affinities.length > 0 ? new Float64Array(count) : undefined,
    refused: new Set(),
    rows: heapRows(table.ranks),
    heapOf: new Int32Array(count).fill(-1),
    heaps: Array.from({ length: clusters.length * maxNodeScores }, () => []),
    clusters,
    clusterOf,
    spreadCounts: ask.spreads.map(emptyCounts),
    propertyCounts: ask.distinctProperties.map(emptyCounts),
  };
  for (const instance of input.presence.values()) {
    countInstance(candidates, instance, table.rowOf(instance.nodeId), 1);
  }
  for (let from = 0; from < count; from += input.sliceNodes) {
    rankSlice(candidates, from, Math.min(count, from + input.sliceNodes));
    yield;
  }
  return candidates;
}

/** A plain function: loops in generators are compiled less well. */
function rankSlice(candidates: Candidates, from: number, to: number): void {
  const { table, ask, feasibility, feasible, affinity } = candidates;
  for (let row = from; row < to; row += 1) {
    const node = table.nodes[row] as Node;
    if (!feasibility.isFeasible(node)) continue;
    feasible[row] = 1;
    if (affinity !== undefined) affinity[row] = nodeAffinityScore(ask.affinities, node) ?? 0;
    rankRow(candidates, row);
  }
}

/** Counts an instance of the job in or out on its row (−1 = not in the table); the row has to be ranked again afterwards. */
function countInstance(candidates: Candidates, instance: Instance, row: number, change: 1 | -1): void {
  const { table, ask } = candidates;
  const isOfGroup = instance.taskGroup === ask.group.name;
  if (row >= 0) {
    candidates.jobInstances[row] = (candidates.jobInstances[row] as number) + change;
    if (isOfGroup) candidates.groupInstances[row] = (candidates.groupInstances[row] as number) + change;
  }
  if (ask.spreads.length === 0 && ask.distinctProperties.length === 0) return;
  const node = row >= 0 ? table.nodes[row] : table.snapshot.node(instance.nodeId);
  if (node === undefined) return;
  ask.spreads.forEach((spread, index) => {
    if (isOfGroup) countValue(candidates.spreadCounts[index] as ValueCounts, spread.read(node), change);
  });
  ask.distinctProperties.forEach((property, index) => {
    const counts = property.scope === 'job' || isOfGroup;
    if (counts) countValue(candidates.propertyCounts[index] as ValueCounts, property.read(node), change);
  });
}

/** A new instance was booked on a row of the table. */
export function instancePlaced(
  candidates: Candidates,
  presence: Presence,
  id: AllocationId,
  instance: Instance,
  row: number,
): void {
  presence.set(id, instance);
  countInstance(candidates, instance, row, 1);
  rankRow(candidates, row);
}

/** An instance is to be stopped (−1), or stays after all (1): its node's standing changes. */
export function instanceChanged(
  candidates: Candidates,
  presence: Presence,
  id: AllocationId,
  instance: Instance,
  change: 1 | -1,
): void {
  if (change === 1) presence.set(id, instance);
  else presence.delete(id);
  const row = candidates.table.rowOf(instance.nodeId);
  countInstance(candidates, instance, row, change);
  if (row < 0) return;
  if (change === -1) candidates.refused.delete(row);
  rankRow(candidates, row);
}

/** Puts a row into the heap it belongs to, or into none when the node cannot take one more instance. */
export function rankRow(candidates: Candidates, row: number): void {
  const { table, ask, rows, heapOf, heaps } = candidates;
  leaveHeap(candidates, row);
  if (!hasRoom(candidates, row)) return;
  const cpu = freePower(
    (table.cpuUsed[row] as number) + cpuAsk(ask, table.nodes[row] as Node),
    table.cpuTotal[row] as number,
  );
  const memory = freePower((table.memoryUsed[row] as number) + ask.memoryMiB, table.memoryTotal[row] as number);
  const fill = candidates.spreadAlgorithm ? spreadAlgorithmScore(cpu, memory) : binpackScore(cpu, memory);
  candidates.fill[row] = fill;
  let sum = fill;
  let scores = 1;
  const antiAffinity = jobAntiAffinityScore(candidates.groupInstances[row] as number, ask.group.count);
  if (antiAffinity !== undefined) {
    sum += antiAffinity;
    scores += 1;
  }
  const affinity = candidates.affinity?.[row] ?? 0;
  if (affinity !== 0) {
    sum += affinity;
    scores += 1;
  }
  rows.keys[row] = sum;
  const heap = (candidates.clusterOf?.[row] ?? 0) * maxNodeScores + scores - 1;
  heapOf[row] = heap;
  heapPush(heaps[heap] as number[], rows, row);
}

export function leaveHeap(candidates: Candidates, row: number): void {
  const heap = candidates.heapOf[row] as number;
  if (heap < 0) return;
  heapRemove(candidates.heaps[heap] as number[], candidates.rows, row);
  candidates.heapOf[row] = -1;
}

export function cpuAsk(ask: GroupAsk, node: Node): number {
  return ask.cores > 0 ? ask.cpuMhz + ask.cores * coreMhz(node) : ask.cpuMhz;
}

/**
 * The quick form of the checks. Dynamic ports are left out: a node that has none left is found out when it is chosen, and
 * refused then.
 */
export function hasRoom(candidates: Candidates, row: number): boolean {
  const { table, ask } = candidates;
  if (candidates.feasible[row] !== 1) return false;
  const node = table.nodes[row] as Node;
  if ((table.cpuUsed[row] as number) + cpuAsk(ask, node) > (table.cpuTotal[row] as number)) return false;
  if ((table.memoryUsed[row] as number) + ask.memoryMiB > (table.memoryTotal[row] as number)) return false;
  if ((table.diskUsed[row] as number) + ask.diskMiB > (table.diskTotal[row] as number)) return false;
  if (ask.distinctHosts === 'job' && candidates.jobInstances[row] !== 0) return false;
  if (ask.distinctHosts === 'group' && candidates.groupInstances[row] !== 0) return false;
  if (candidates.refused.size > 0 && candidates.refused.has(row)) return false;
  if (ask.ports.fixed.length > 0 && !hasFixedPorts(candidates, row, node)) return false;
  return ask.cores === 0 || freeCores(table.snapshot, node, table.books.get(row)).length >= ask.cores;
}

function hasFixedPorts({ table, ask }: Candidates, row: number, node: Node): boolean {
  const book = table.books.get(row);
  return ask.ports.fixed.every((port) => {
    if (port.ignoreCollision) return true;
    const hostIp = hostAddress(node, port);
    return hostIp !== undefined && portHolder(table.snapshot, node, book, hostIp, port.value) === undefined;
  });
}
