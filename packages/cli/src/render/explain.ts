// `job explain`: every node's answer to one more instance of each group.

import type { JobExplainResponse, NodeVerdictWire } from '@orch/api';
import { escaped } from '@orch/core/lib/display-width';
import { renderVerdicts } from './placement.ts';

/** One group as the endpoint gives it. */
interface GroupExplanationWire {
  readonly Count: number;
  readonly Live: number;
  readonly Fitting: number;
  readonly Nodes: readonly NodeVerdictWire[];
}

export function renderExplanation(explanation: JobExplainResponse): string {
  const groups = Object.entries(explanation.Groups as Readonly<Record<string, GroupExplanationWire>>);
  return groups
    .map(([name, group]) => {
      const head = `Task Group "${name}": ${group.Live} of ${group.Count} placed; ${group.Fitting} of ${group.Nodes.length} node${group.Nodes.length === 1 ? '' : 's'} could take one more`;
      return [escaped(head), ...renderVerdicts(group.Nodes, '  ')].join('\n');
    })
    .join('\n\n');
}
