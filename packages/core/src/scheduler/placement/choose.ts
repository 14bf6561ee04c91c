// Chooses the node for one more instance: the best mean of all scores, ties to the first in the shuffled order.

import type { NodeId } from '../../model/ids.ts';
import { jobAntiAffinityScore } from '../rank/job-anti-affinity.ts';
import { reschedulePenaltyScore } from '../rank/reschedule-penalty.ts';
import { spreadScore, type ValueCounts } from '../rank/spread.ts';
import { type Candidates, leaveHeap, maxNodeScores, rankRow } from './candidates.ts';
import type { Cluster } from './clusters.ts';

/** Scores that differ by less are equal: the same terms, added in another order. Else rounding would decide, not the shuffle. */
const rounding = 1e-12;

/** The best row, or −1 when no node can take the instance. Nodes in `penalized` score lower. */
export function choose(candidates: Candidates, penalized: readonly NodeId[]): number {
  const aside = penalized.flatMap((nodeId) => {
    const row = candidates.table.rowOf(nodeId);
    return row >= 0 && (candidates.heapOf[row] as number) >= 0 ? [row] : [];
  });
  const heapsAside = aside.map((row) => candidates.heapOf[row] as number);
  for (const row of aside) leaveHeap(candidates, row);
  let best = -1;
  let bestScore = Number.NEGATIVE_INFINITY;
  const consider = (row: number, score: number) => {
    const difference = score - bestScore;
    const isEqual = Math.abs(difference) <= rounding;
    if (best < 0 || (isEqual ? isPreferred(candidates, row, best) : difference > 0)) {
      best = row;
      bestScore = score;
    }
  };
  candidates.clusters.forEach((cluster, index) => {
    const own = index * maxNodeScores;
    let isOpen: boolean | undefined;
    let spread = 0;
    const open = () => {
      if (isOpen === undefined) {
        isOpen = propertiesAllow(candidates, cluster);
        spread = isOpen ? clusterSpread(candidates, cluster) : 0;
      }
      return isOpen;
    };
    for (let heap = own; heap < own + maxNodeScores; heap += 1) {
      const row = candidates.heaps[heap]?.[0];
      if (row !== undefined && open()) consider(row, meanScore(candidates, row, heap - own + 1, spread, false));
    }
    aside.forEach((row, at) => {
      const scores = (heapsAside[at] as number) - own + 1;
      if (scores < 1 || scores > maxNodeScores || !open()) return;
      consider(row, meanScore(candidates, row, scores, spread, true));
    });
  });
  for (const row of aside) rankRow(candidates, row);
  return best;
}

/** Among equal means: the higher sum of the node's own scores, then the shuffled order. */
function isPreferred(candidates: Candidates, row: number, than: number): boolean {
  const { keys, ranks } = candidates.rows;
  const difference = (keys[row] as number) - (keys[than] as number);
  return Math.abs(difference) <= rounding ? (ranks[row] as number) < (ranks[than] as number) : difference > 0;
}

function meanScore(candidates: Candidates, row: number, scores: number, spread: number, penalized: boolean): number {
  let sum = candidates.rows.keys[row] as number;
  let count = scores;
  if (spread !== 0) {
    sum += spread;
    count += 1;
  }
  if (penalized) {
    sum += reschedulePenaltyScore;
    count += 1;
  }
  return sum / count;
}

export function clusterSpread(candidates: Candidates, cluster: Cluster): number {
  const { ask, spreadCounts } = candidates;
  if (ask.spreads.length === 0) return 0;
  return spreadScore(ask.spreads, cluster.spreadValues, spreadCounts, ask.group.count);
}

/** No distinct property of the cluster is used up. */
export function propertiesAllow(candidates: Candidates, cluster: Cluster): boolean {
  return candidates.ask.distinctProperties.every((property, index) => {
    const value = cluster.propertyValues[index];
    if (value === undefined) return false;
    return ((candidates.propertyCounts[index] as ValueCounts).counts.get(value) ?? 0) < property.limit;
  });
}

/** The scores of a row by name and their mean, for the metrics of the allocation. */
export function scoresOf(
  candidates: Candidates,
  row: number,
  penalized: readonly NodeId[],
): { scores: Record<string, number>; normScore: number } {
  const { table, ask } = candidates;
  const scores: Record<string, number> = { binpack: candidates.fill[row] as number };
  const antiAffinity = jobAntiAffinityScore(candidates.groupInstances[row] as number, ask.group.count);
  if (antiAffinity !== undefined) scores['job-anti-affinity'] = antiAffinity;
  if (penalized.length > 0 && penalized.includes(table.nodes[row]?.id ?? '')) {
    scores['node-reschedule-penalty'] = reschedulePenaltyScore;
  }
  const affinity = candidates.affinity?.[row] ?? 0;
  if (affinity !== 0) scores['node-affinity'] = affinity;
  const cluster = candidates.clusters[candidates.clusterOf?.[row] ?? 0];
  const spread = cluster === undefined ? 0 : clusterSpread(candidates, cluster);
  if (spread !== 0) scores['allocation-spread'] = spread;
  let sum = 0;
  let count = 0;
  for (const name in scores) {
    sum += scores[name] as number;
    count += 1;
  }
  return { scores, normScore: sum / count };
}
