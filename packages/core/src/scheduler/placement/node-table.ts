// The nodes one evaluation may place on, as columns, with what its plan takes and frees counted in.

import { type Random, shuffle } from '../../lib/random.ts';
import { type Allocation, isTerminal } from '../../model/allocation.ts';
import type { Job } from '../../model/job.ts';
import { isReady, type Node } from '../../model/node.ts';
import { type AllocatedResources, allocatedUse } from '../../model/resources.ts';
import type { StateSnapshot } from '../../model/snapshot.ts';
import { matchesDatacenter } from '../feasible/datacenter-check.ts';
import { matchesNodePool } from '../feasible/node-pool-check.ts';
import { emptyBook, type NodeBook } from '../ports/port-view.ts';

/** Row numbers are the shuffled order: the lowest row wins a tie. */
export interface NodeTable {
  readonly snapshot: StateSnapshot;
  /** Ready nodes in the job's datacenters and pool, shuffled. */
  readonly nodes: readonly Node[];
  /** Ready nodes of the pool, by datacenter. */
  readonly available: Readonly<Record<string, number>>;
  readonly cpuTotal: Float64Array;
  readonly memoryTotal: Float64Array;
  readonly diskTotal: Float64Array;
  readonly cpuUsed: Float64Array;
  readonly memoryUsed: Float64Array;
  readonly diskUsed: Float64Array;
  /** What the plan changes on a node, kept for the nodes it touches. */
  readonly books: Map<number, NodeBook>;
  /** −1 for a node that is not in the table. */
  readonly rowOf: (nodeId: string) => number;
}

/** Builds the table; yields after each `sliceNodes` nodes. */
export function* buildNodeTable(
  snapshot: StateSnapshot,
  job: Pick<Job, 'datacenters' | 'nodePool'>,
  random: Random,
  sliceNodes: number,
): Generator<void, NodeTable, void> {
  const nodes: Node[] = [];
  const available: Record<string, number> = {};
  const wanted = new Map<string, boolean>();
  let seen = 0;
  for (const node of snapshot.nodes()) {
    seen += 1;
    if (seen % sliceNodes === 0) yield;
    if (!isReady(node) || !matchesNodePool(job.nodePool, node)) continue;
    let isWanted = wanted.get(node.datacenter);
    if (isWanted === undefined) {
      isWanted = matchesDatacenter(job.datacenters, node.datacenter);
      wanted.set(node.datacenter, isWanted);
    }
    if (!isWanted) continue;
    available[node.datacenter] = (available[node.datacenter] ?? 0) + 1;
    nodes.push(node);
  }
  shuffle(nodes, random);
  yield;
  const table = emptyTable(snapshot, nodes, available);
  for (let row = 0; row < nodes.length; row += 1) {
    if (row % sliceNodes === sliceNodes - 1) yield;
    fillRow(table, row);
  }
  return table;
}

function emptyTable(snapshot: StateSnapshot, nodes: readonly Node[], available: Record<string, number>): NodeTable {
  const column = () => new Float64Array(nodes.length);
  let rows: Map<string, number> | undefined;
  return {
    snapshot,
    nodes,
    available,
    cpuTotal: column(),
    memoryTotal: column(),
    diskTotal: column(),
    cpuUsed: column(),
    memoryUsed: column(),
    diskUsed: column(),
    books: new Map(),
    rowOf: (nodeId) => {
      rows ??= new Map(nodes.map((node, row) => [node.id, row]));
      return rows.get(nodeId) ?? -1;
    },
  };
}

function fillRow(table: NodeTable, row: number): void {
  const node = table.nodes[row] as Node;
  const { resources, reserved } = node;
  const use = table.snapshot.nodeUse(node.id);
  table.cpuTotal[row] = resources.cpuMhz - reserved.cpuMhz;
  table.memoryTotal[row] = resources.memoryMiB - reserved.memoryMiB;
  table.diskTotal[row] = resources.diskMiB - reserved.diskMiB;
  table.cpuUsed[row] = use.cpuMhz;
  table.memoryUsed[row] = use.memoryMiB;
  table.diskUsed[row] = use.diskMiB;
}

/** Counts a new allocation in on its node. */
export function occupy(table: NodeTable, row: number, resources: AllocatedResources): void {
  addUse(table, row, resources, 1);
  const { ports } = resources.shared;
  let book = table.books.get(row);
  for (const port of ports) {
    book ??= openBook(table, row);
    book.addedPorts.push(port);
    book.addedNumbers.add(port.value);
  }
  for (const name in resources.tasks) {
    for (const core of resources.tasks[name]?.cores ?? []) {
      book ??= openBook(table, row);
      book.addedCores.add(core);
    }
  }
}

/** Frees what an existing allocation holds, because the plan stops it. Twice is as once. */
export function release(table: NodeTable, allocation: Allocation): void {
  const row = table.rowOf(allocation.nodeId);
  if (row < 0 || isTerminal(allocation)) return;
  const book = table.books.get(row) ?? openBook(table, row);
  if (book.released.has(allocation.id)) return;
  book.released.add(allocation.id);
  addUse(table, row, allocation.resources, -1);
}

/** Takes a `release` back. */
export function restore(table: NodeTable, allocation: Allocation): void {
  const row = table.rowOf(allocation.nodeId);
  if (row < 0 || table.books.get(row)?.released.delete(allocation.id) !== true) return;
  addUse(table, row, allocation.resources, 1);
}

function openBook(table: NodeTable, row: number): NodeBook {
  const book = emptyBook();
  table.books.set(row, book);
  return book;
}

function addUse(table: NodeTable, row: number, resources: AllocatedResources, sign: 1 | -1): void {
  const use = allocatedUse(resources);
  table.cpuUsed[row] = (table.cpuUsed[row] as number) + sign * use.cpuMhz;
  table.memoryUsed[row] = (table.memoryUsed[row] as number) + sign * use.memoryMiB;
  table.diskUsed[row] = (table.diskUsed[row] as number) + sign * use.diskMiB;
}
