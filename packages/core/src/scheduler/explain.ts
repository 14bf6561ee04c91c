// The full list, node by node, of what keeps a job's groups from running there.

import { isTerminal, type NodeVerdict } from '../model/allocation.ts';
import type { Job } from '../model/job.ts';
import type { Node } from '../model/node.ts';
import type { StateSnapshot } from '../model/snapshot.ts';
import { compileAsk, type GroupAsk } from './placement/ask.ts';
import { nodeFailures, toVerdict } from './placement/verdict.ts';

export interface ExplainInput {
  readonly snapshot: StateSnapshot;
  /** Registered, or only proposed. */
  readonly job: Job;
  readonly now: number;
}

export interface JobExplanation {
  readonly atMs: number;
  readonly groups: readonly GroupExplanation[];
}

export interface GroupExplanation {
  readonly taskGroup: string;
  readonly count: number;
  /** Instances that live now. */
  readonly live: number;
  /** Nodes that could take one more instance now. */
  readonly fitting: number;
  /** Every node, in the order of the snapshot; no failures = it could take one more instance. */
  readonly nodes: readonly NodeVerdict[];
}

/** What each node says to one more instance of each group, all failed checks with numbers and the mend. */
export function explainJob({ snapshot, job, now }: ExplainInput): JobExplanation {
  const { memoryOversubscription } = snapshot.schedulerConfig();
  return {
    atMs: now,
    groups: job.taskGroups.map((group) => explainGroup(snapshot, compileAsk(job, group, memoryOversubscription))),
  };
}

function explainGroup(snapshot: StateSnapshot, ask: GroupAsk): GroupExplanation {
  const live = snapshot.jobAllocations(ask.job.namespace, ask.job.id).filter((allocation) => !isTerminal(allocation));
  const ofGroup = live.filter((allocation) => allocation.taskGroup === ask.group.name);
  const propertyOf = ask.distinctProperties.map((property) =>
    (property.scope === 'job' ? live : ofGroup).map((allocation) => {
      const node = snapshot.node(allocation.nodeId);
      return node === undefined ? undefined : property.read(node);
    }),
  );
  const verdict = (node: Node) => {
    const failures = nodeFailures(snapshot, ask, node, {
      used: snapshot.nodeUse(node.id),
      book: undefined,
      groupInstances: ofGroup.filter((allocation) => allocation.nodeId === node.id).length,
      jobInstances: live.filter((allocation) => allocation.nodeId === node.id).length,
      propertyInstances: ask.distinctProperties.map((property, index) => {
        const value = property.read(node);
        return propertyOf[index]?.filter((other) => other === value).length ?? 0;
      }),
    });
    return toVerdict(node, failures);
  };
  const nodes = Array.from(snapshot.nodes(), verdict);
  return {
    taskGroup: ask.group.name,
    count: ask.group.count,
    live: ofGroup.length,
    fitting: nodes.filter((node) => node.failures.length === 0).length,
    nodes,
  };
}
