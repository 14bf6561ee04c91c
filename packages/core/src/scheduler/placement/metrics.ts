// The account of a placement attempt: counts per reason, scores of the chosen node, and the nearest nodes with every failure.

import type { NodeVerdict, PlacementMetrics } from '../../model/allocation.ts';
import type { Node } from '../../model/node.ts';
import type { ResourceUse } from '../../model/resources.ts';
import type { CheckFailure } from '../feasible/check.ts';
import type { ValueCounts } from '../rank/spread.ts';
import type { Candidates } from './candidates.ts';
import { nodeFailures, type Occupancy, toVerdict } from './verdict.ts';

const none = Object.freeze({});
const nothing = Object.freeze([]);

/** The part all successful placements of a group share. Counting stops at the first fit, so nothing is filtered in it. */
export function baseMetrics(candidates: Candidates): PlacementMetrics {
  return {
    nodesEvaluated: candidates.table.nodes.length,
    nodesFiltered: 0,
    nodesExhausted: 0,
    nodesAvailable: candidates.table.available,
    constraintFiltered: none,
    classFiltered: none,
    dimensionExhausted: none,
    classExhausted: none,
    scores: nothing,
    nearest: nothing,
    coalescedFailures: 0,
    allocationTimeNs: 0,
  };
}

export interface DiagnosisLimits {
  readonly sliceNodes: number;
  readonly nearestNodes: number;
}

/** Looks at every node for every reason. For a placement that failed: slow, and done once per group and evaluation. */
export function* diagnose(candidates: Candidates, limits: DiagnosisLimits): Generator<void, PlacementMetrics, void> {
  const { table, ask } = candidates;
  const counts = { filtered: 0, exhausted: 0 };
  const constraintFiltered: Record<string, number> = {};
  const classFiltered: Record<string, number> = {};
  const dimensionExhausted: Record<string, number> = {};
  const classExhausted: Record<string, number> = {};
  const nearest: Ranked[] = [];
  let seen = 0;
  for (const node of table.snapshot.nodes()) {
    seen += 1;
    if (seen % limits.sliceNodes === 0) yield;
    const row = table.rowOf(node.id);
    const failures = nodeFailures(table.snapshot, ask, node, occupancyOf(candidates, node, row));
    keepNearest(nearest, { node, failures, rank: rankOf(failures) }, limits.nearestNodes);
    const first = failures[0];
    if (row < 0 || first === undefined) continue;
    const isFiltered = failures.some((failure) => failure.kind === 'filtered');
    counts[isFiltered ? 'filtered' : 'exhausted'] += 1;
    const byClass = isFiltered ? classFiltered : classExhausted;
    if (node.nodeClass !== '') increment(byClass, node.nodeClass);
    for (const key of new Set(failures.map((failure) => `${failure.kind} ${failure.countedAs}`))) {
      const [kind] = key.split(' ', 1);
      increment(kind === 'filtered' ? constraintFiltered : dimensionExhausted, key.slice(key.indexOf(' ') + 1));
    }
  }
  return {
    nodesEvaluated: table.nodes.length,
    nodesFiltered: counts.filtered,
    nodesExhausted: counts.exhausted,
    nodesAvailable: table.available,
    constraintFiltered,
    classFiltered,
    dimensionExhausted,
    classExhausted,
    scores: nothing,
    nearest: nearest.map(({ node, failures }): NodeVerdict => toVerdict(node, failures)),
    coalescedFailures: 0,
    allocationTimeNs: 0,
  };
}

interface Ranked {
  readonly node: Node;
  readonly failures: readonly CheckFailure[];
  readonly rank: number;
}

/** Fewest failures first; a node that is merely full is nearer than one of the wrong kind. */
function rankOf(failures: readonly CheckFailure[]): number {
  return failures.reduce((sum, failure) => sum + (failure.kind === 'filtered' ? 2 : 1) + failure.distance, 0);
}

function keepNearest(nearest: Ranked[], candidate: Ranked, kept: number): void {
  const last = nearest[nearest.length - 1];
  if (nearest.length >= kept && last !== undefined && last.rank <= candidate.rank) return;
  const after = nearest.findIndex((other) => other.rank > candidate.rank);
  nearest.splice(after < 0 ? nearest.length : after, 0, candidate);
  if (nearest.length > kept) nearest.pop();
}

function occupancyOf(candidates: Candidates, node: Node, row: number): Occupancy {
  const { table, ask } = candidates;
  return {
    used: row < 0 ? table.snapshot.nodeUse(node.id) : usedOf(candidates, row),
    book: table.books.get(row),
    groupInstances: candidates.groupInstances[row] ?? 0,
    jobInstances: candidates.jobInstances[row] ?? 0,
    propertyInstances: ask.distinctProperties.map((property, index) => {
      const value = property.read(node);
      const { counts } = candidates.propertyCounts[index] as ValueCounts;
      return value === undefined ? 0 : (counts.get(value) ?? 0);
    }),
  };
}

function usedOf({ table }: Candidates, row: number): ResourceUse {
  return {
    cpuMhz: table.cpuUsed[row] as number,
    memoryMiB: table.memoryUsed[row] as number,
    diskMiB: table.diskUsed[row] as number,
  };
}

function increment(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
