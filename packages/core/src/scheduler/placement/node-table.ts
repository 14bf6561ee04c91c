// The nodes one evaluation may place on, as columns, with what its plan takes and frees counted in.

import type { Random } from '../../lib/random.ts';
import { type Allocation, isTerminal } from '../../model/allocation.ts';
import type { Job } from '../../model/job.ts';
import { isReady, type Node } from '../../model/node.ts';
import { type AllocatedResources, allocatedUse } from '../../model/resources.ts';
import type { StateSnapshot } from '../../model/snapshot.ts';
import { matchesDatacenter } from '../feasible/datacenter-check.ts';
import { matchesNodePool } from '../feasible/node-pool-check.ts';
import { addPort, emptyBook, type NodeBook } from '../ports/port-view.ts';

/** Rows are in the order of the snapshot, which is kind to the processor's caches. */
export interface NodeTable {
  readonly snapshot: StateSnapshot;
  /** Ready nodes in the job's datacenters and pool. */
  readonly nodes: readonly Node[];
  /** A random order of the rows: the lowest rank wins a tie. */
  readonly ranks: Int32Array;
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
    if (isReady(node) && belongs(job, node, wanted)) nodes.push(node);
  }
  for (const node of nodes) available[node.datacenter] = (available[node.datacenter] ?? 0) + 1;
  yield;
  const table = emptyTable(snapshot, nodes, available, shuffledRanks(nodes.length, random));
  for (let from = 0; from < nodes.length; from += sliceNodes) {
    fillRows(table, from, Math.min(nodes.length, from + sliceNodes));
    yield;
  }
  return table;
}

function belongs(job: Pick<Job, 'datacenters' | 'nodePool'>, node: Node, wanted: Map<string, boolean>): boolean {
  if (!matchesNodePool(job.nodePool, node)) return false;
  let isWanted = wanted.get(node.datacenter);
  if (isWanted === undefined) {
    isWanted = matchesDatacenter(job.datacenters, node.datacenter);
    wanted.set(node.datacenter, isWanted);
  }
  return isWanted;
}

/** Every number below `count` once (Fisher–Yates). */
function shuffledRanks(count: number, random: Random): Int32Array {
  const ranks = Int32Array.from({ length: count }, (_, row) => row);
  for (let row = count - 1; row > 0; row -= 1) {
    const other = Math.floor(random() * (row + 1));
    const held = ranks[row] as number;
    ranks[row] = ranks[other] as number;
    ranks[other] = held;
  }
  return ranks;
}

function emptyTable(
  snapshot: StateSnapshot,
  nodes: readonly Node[],
  available: Record<string, number>,
  ranks: Int32Array,
): NodeTable {
  const column = () => new Float64Array(nodes.length);
  let rows: Map<string, number> | undefined;
  return {
    snapshot,
    nodes,
    ranks,
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

function fillRows(table: NodeTable, from: number, to: number): void {
  const { snapshot, nodes } = table;
  for (let row = from; row < to; row += 1) {
    const { id, resources, reserved } = nodes[row] as Node;
    const use = snapshot.nodeUse(id);
    table.cpuTotal[row] = resources.cpuMhz - reserved.cpuMhz;
    table.memoryTotal[row] = resources.memoryMiB - reserved.memoryMiB;
    table.diskTotal[row] = resources.diskMiB - reserved.diskMiB;
    table.cpuUsed[row] = use.cpuMhz;
    table.memoryUsed[row] = use.memoryMiB;
    table.diskUsed[row] = use.diskMiB;
  }
}

/** Counts a new allocation in on its node. */
export function occupy(table: NodeTable, row: number, resources: AllocatedResources): void {
  addUse(table, row, resources, 1);
  const { ports } = resources.shared;
  let book = table.books.get(row);
  for (const port of ports) {
    book ??= openBook(table, row);
    addPort(book, port);
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
