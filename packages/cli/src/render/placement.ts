// Why something could not be placed, for people: counts first, then the nearest nodes with every failed check and its mend.

import type { PlacementMetricsWire } from '@orch/api/types/allocation';
import { escaped } from '@orch/core/lib/display-width';

/** Lines about one group's failed placement. */
export function renderPlacementFailure(group: string, metrics: PlacementMetricsWire): readonly string[] {
  const times = metrics.CoalescedFailures + 1;
  const lines = [`Task Group "${group}" (failed to place ${times} allocation${times === 1 ? '' : 's'}):`];
  const available = Object.entries(metrics.NodesAvailable ?? {});
  if (metrics.NodesEvaluated === 0) lines.push('  * No nodes were eligible for evaluation');
  for (const [datacenter, count] of available)
    if (count === 0) lines.push(`  * No nodes are available in datacenter "${datacenter}"`);
  for (const [reason, count] of Object.entries(metrics.ConstraintFiltered ?? {}))
    lines.push(`  * ${reason}: ${nodes(count)} excluded by it`);
  for (const [name, count] of Object.entries(metrics.ClassFiltered ?? {}))
    lines.push(`  * Class "${name}": ${nodes(count)} excluded`);
  if (metrics.NodesExhausted > 0) lines.push(`  * Resources exhausted on ${nodes(metrics.NodesExhausted)}`);
  for (const [dimension, count] of Object.entries(metrics.DimensionExhausted ?? {}))
    lines.push(`  * Dimension "${dimension}" exhausted on ${nodes(count)}`);
  return [...lines.map(escaped), ...renderVerdicts(metrics.Nearest ?? [], '  ')];
}

/** The verdicts on single nodes. */
export function renderVerdicts(verdicts: PlacementMetricsWire['Nearest'], indent: string): readonly string[] {
  const lines = verdicts.flatMap((verdict) => [
    `${indent}Node ${verdict.NodeName} (${verdict.NodeID.slice(0, 8)}):${verdict.Failures.length === 0 ? ' can run it' : ''}`,
    ...verdict.Failures.flatMap((failure) => [
      `${indent}  - ${failure.Check}: ${failure.Reason}`,
      ...(failure.Mend === undefined ? [] : [`${indent}    mend: ${failure.Mend}`]),
    ]),
  ]);
  return lines.map(escaped);
}

function nodes(count: number): string {
  return `${count} node${count === 1 ? '' : 's'}`;
}
