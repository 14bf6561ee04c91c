// Why a placement went where it went, or nowhere.

import type { NodeVerdict, PlacementMetrics } from '@orch/core/model/allocation';
import type { NodeVerdictWire, PlacementMetricsWire } from '../types/allocation.ts';

export function metricsToWire(metrics: PlacementMetrics): PlacementMetricsWire {
  return {
    NodesEvaluated: metrics.nodesEvaluated,
    NodesFiltered: metrics.nodesFiltered,
    NodesInPool: metrics.nodesEvaluated,
    NodesAvailable: metrics.nodesAvailable,
    ClassFiltered: orNull(metrics.classFiltered),
    ConstraintFiltered: orNull(metrics.constraintFiltered),
    NodesExhausted: metrics.nodesExhausted,
    ClassExhausted: orNull(metrics.classExhausted),
    DimensionExhausted: orNull(metrics.dimensionExhausted),
    QuotaExhausted: null,
    ResourcesExhausted: null,
    Scores: null,
    ScoreMetaData: metrics.scores.map((score) => ({
      NodeID: score.nodeId,
      Scores: score.scores,
      NormScore: score.normScore,
    })),
    AllocationTime: metrics.allocationTimeNs,
    CoalescedFailures: metrics.coalescedFailures,
    Nearest: metrics.nearest.map(verdictToWire),
  };
}

export function verdictToWire(verdict: NodeVerdict): NodeVerdictWire {
  return {
    NodeID: verdict.nodeId,
    NodeName: verdict.nodeName,
    Failures: verdict.failures.map((failure) => ({
      Check: failure.check,
      Reason: failure.reason,
      ...(failure.mend === undefined ? {} : { Mend: failure.mend }),
    })),
  };
}

/** Group → metrics; null when there are none, as the field writes it. */
export function failuresToWire(
  failures: Readonly<Record<string, PlacementMetrics>>,
): Readonly<Record<string, PlacementMetricsWire>> | null {
  return orNull(
    Object.fromEntries(Object.entries(failures).map(([group, metrics]) => [group, metricsToWire(metrics)])),
  );
}

export function orNull<T extends object>(record: T): T | null {
  return Object.keys(record).length === 0 ? null : record;
}
