// What must hold after every applied entry, over all lives of the server.

import { type Allocation, isClientTerminal, isServerTerminal, isTerminal } from '@orch/core/model/allocation';
import { shortId } from '@orch/core/model/ids';
import { allocatedUse } from '@orch/core/model/resources';
import type { StateSnapshot } from '@orch/core/model/snapshot';
import { createState, type State } from '@orch/core/state';
import type { Changes, Entry } from '@orch/core/state/entry';
import type { MemoryMedium } from '@orch/server/journal/memory/memory-journal';

export type Report = (problem: string) => void;

/** No node gives more than it has, no port is given twice. What is being stopped has made way for what is wanted. */
export function checkNode(snapshot: StateSnapshot, nodeId: string, report: Report): void {
  const node = snapshot.node(nodeId);
  if (node === undefined) return;
  const wanted = snapshot.nodeAllocations(nodeId).filter((allocation) => !isTerminal(allocation));
  const given = totalOf(wanted);
  for (const field of fields) {
    const capacity = node.resources[field] - node.reserved[field];
    if (given[field] > capacity)
      report(`over-committed: ${field} on ${nodeId}: ${given[field]} of ${capacity} are given`);
  }
  const ports = new Map<number, string>(node.reserved.ports.map((port) => [port, 'the node itself']));
  for (const { name, resources } of wanted) {
    for (const { value } of resources.shared.ports) {
      const holder = ports.get(value);
      if (holder !== undefined) report(`over-committed: port ${value} on ${nodeId} is held by ${name} and ${holder}`);
      ports.set(value, name);
    }
  }
  // The totals that the state keeps up to date are the sums.
  const kept = snapshot.nodeUse(nodeId);
  for (const field of fields) {
    if (kept[field] === given[field]) continue;
    report(`the state counts ${kept[field]} ${field} on ${nodeId}, its allocations ${given[field]}`);
  }
  for (const port of node.reserved.ports) ports.delete(port);
  const keptPorts = snapshot.nodePorts(nodeId);
  if (keptPorts.size !== ports.size || [...ports.keys()].some((port) => !keptPorts.has(port))) {
    report(`the state holds ports ${[...keptPorts]} on ${nodeId}, its allocations ${[...ports.keys()]}`);
  }
}

const fields = ['cpuMhz', 'memoryMiB', 'diskMiB'] as const;

function totalOf(allocations: readonly Allocation[]): Record<(typeof fields)[number], number> {
  const total = { cpuMhz: 0, memoryMiB: 0, diskMiB: 0 };
  for (const { resources } of allocations) {
    const use = allocatedUse(resources);
    for (const field of fields) total[field] += use[field];
  }
  return total;
}

/** One live allocation a name; a canary, promoted or not, may stand beside the older instance whose name it takes. */
export function checkNames(snapshot: StateSnapshot, namespace: string, jobId: string, report: Report): void {
  const allocations = snapshot.jobAllocations(namespace, jobId);
  const isCanary = ({ id, deploymentId = '', taskGroup }: Allocation) =>
    snapshot.deployment(deploymentId)?.taskGroups[taskGroup]?.placedCanaries.includes(id) === true;
  const byName = Map.groupBy(
    allocations.filter((allocation) => !isTerminal(allocation)),
    (allocation) => allocation.name,
  );
  for (const [name, live] of byName) {
    const list = live.map(({ id, jobVersion }) => `${shortId(id)} (version ${jobVersion})`).join(', ');
    const versions = Map.groupBy(live, (allocation) => allocation.jobVersion);
    for (const [version, same] of versions) {
      if (same.length > 1) report(`two live copies of ${name} of version ${version}: ${list}`);
    }
    const canaries = live.filter(isCanary).length;
    if (live.length > 1 && live.length - canaries > 1) report(`two live copies of ${name}, no canary: ${list}`);
  }
}

/** What an allocation may become: ended stays ended, indexes grow, identity stays. */
export function checkStep(before: Allocation, after: Allocation, report: Report): void {
  const who = `${after.name} ${shortId(after.id)}`;
  if (isClientTerminal(before) && after.clientStatus !== before.clientStatus) {
    report(`a terminal allocation came back: ${who} was ${before.clientStatus} and is ${after.clientStatus}`);
  }
  if (isServerTerminal(before) && !isServerTerminal(after)) {
    report(`a terminal allocation came back: ${who} was to ${before.desiredStatus} and is to ${after.desiredStatus}`);
  }
  if (after.modifyIndex < before.modifyIndex || after.allocModifyIndex < before.allocModifyIndex) {
    report(`an index went back: ${who}`);
  }
  const same = before.nodeId === after.nodeId && before.name === after.name && before.createIndex === after.createIndex;
  if (!same) report(`${who} is another allocation under the same id`);
}

/** Follows the whole journal through every life of the server, beside a state machine of its own. */
export class Historian {
  readonly #report: Report;
  readonly #jobGone: (jobId: string, index: number) => void;
  readonly #known = new Map<string, Allocation>();
  /** Ids are never used again. */
  readonly #forgotten = new Set<string>();
  readonly #acknowledged = new Map<number, string>();
  #reference: State = createState();

  /** @param jobGone told of every job that state forgets */
  constructor(report: Report, jobGone: (jobId: string, index: number) => void) {
    this.#report = report;
    this.#jobGone = jobGone;
  }

  get index(): number {
    return this.#reference.index;
  }

  acknowledged(index: number, data: string): void {
    this.#acknowledged.set(index, data);
  }

  applied(changes: Changes, entry: Entry, snapshot: StateSnapshot): void {
    if (changes.index !== this.#reference.index + 1) {
      this.#report(`entry ${changes.index} was applied after entry ${this.#reference.index}: indexes only grow by one`);
    }
    this.#checkCollected(entry);
    this.#feed(changes.index, JSON.stringify(entry));
    this.#check(changes, snapshot);
  }

  /** Only what is dead is forgotten: looked at before the entry is applied. */
  #checkCollected(entry: Entry): void {
    if (entry.kind !== 'collect') return;
    const before = this.#reference.snapshot();
    const asOf = entry.asOf ?? before.index;
    for (const { namespace, jobId } of entry.jobs) {
      const version = before.job(namespace, jobId);
      if (version === undefined || version.modifyIndex > asOf) continue;
      if (version.status !== 'dead') this.#report(`${jobId} is ${version.status} and is collected`);
    }
    for (const id of entry.allocations) {
      const allocation = before.allocation(id);
      if (allocation === undefined || allocation.modifyIndex > asOf || isTerminal(allocation)) continue;
      this.#report(`${allocation.name} ${shortId(id)} is live and is collected`);
    }
    for (const id of entry.nodes) {
      const node = before.node(id);
      if (node !== undefined && node.modifyIndex <= asOf && node.status !== 'down')
        this.#report(`${id} is ${node.status} and is collected`);
    }
  }

  /** A server began: its state must be that of the journal, with everything that was acknowledged. */
  restarted(medium: MemoryMedium, snapshot: StateSnapshot, hash: string): void {
    const durable = medium.firstIndex + medium.records.length - 1;
    for (const [index, data] of this.#acknowledged) {
      if (index > durable) this.#report(`an acknowledged write is lost: entry ${index} of ${durable}`);
      const stored = medium.records[index - medium.firstIndex];
      if (stored !== undefined && stored !== data) this.#report(`an acknowledged write is another: entry ${index}`);
    }
    this.#acknowledged.clear();
    // What was durable before anybody could be told.
    for (let index = this.#reference.index + 1; index <= durable; index += 1) {
      const data = medium.records[index - medium.firstIndex];
      if (data !== undefined) this.#check(this.#feed(index, data), this.#reference.snapshot());
    }
    if (hash !== this.#reference.hash()) {
      this.#report(`the state replayed to ${snapshot.index} differs from the entries applied to ${this.index}`);
    }
  }

  /** At rest: what the server holds is what its entries say. */
  compare(hash: string): void {
    if (hash !== this.#reference.hash()) this.#report(`the server's state differs from its journal at ${this.index}`);
  }

  #feed(index: number, data: string): Changes {
    return this.#reference.apply(index, JSON.parse(data) as Entry);
  }

  #check(changes: Changes, snapshot: StateSnapshot): void {
    for (const key of changes.jobs) {
      const [namespace = '', jobId = ''] = key.split('\u0000');
      if (snapshot.job(namespace, jobId) === undefined) this.#jobGone(jobId, changes.index);
    }
    for (const id of changes.allocations) {
      const after = snapshot.allocation(id);
      const before = this.#known.get(id);
      if (after === undefined) {
        this.#known.delete(id);
        this.#forgotten.add(id);
        continue;
      }
      if (this.#forgotten.has(id)) this.#report(`a forgotten allocation came back: ${after.name} ${shortId(id)}`);
      if (before !== undefined) checkStep(before, after, this.#report);
      this.#known.set(id, after);
    }
    for (const nodeId of changes.allocationNodes) checkNode(snapshot, nodeId, this.#report);
    for (const nodeId of changes.nodes) checkNode(snapshot, nodeId, this.#report);
    for (const key of changes.allocationJobs) {
      const [namespace = '', jobId = ''] = key.split('\u0000');
      checkNames(snapshot, namespace, jobId, this.#report);
    }
  }
}
