// Forgetting finished things. The leader decided what; unknown ids are no error, another entry may have taken them.

import { jobKey } from '../../model/ids.ts';
import { type Draft, removeAllocation, removeDeployment, removeEvaluation, removeNode } from '../draft.ts';
import type { Entry } from '../entry.ts';
import { purgeJob } from './job.ts';

export function applyCollect(draft: Draft, entry: Extract<Entry, { readonly kind: 'collect' }>): void {
  const { tables } = draft;
  // A job registered again, a node that came back: entries that were on their way when this one was decided.
  const isAsDecided = ({ modifyIndex }: { readonly modifyIndex: number }) =>
    entry.asOf === undefined || modifyIndex <= entry.asOf;
  for (const id of entry.evaluations) {
    const evaluation = tables.evaluations.get(id);
    if (evaluation !== undefined && isAsDecided(evaluation)) removeEvaluation(draft, evaluation);
  }
  for (const id of entry.allocations) {
    const allocation = tables.allocations.get(id);
    if (allocation !== undefined && isAsDecided(allocation)) removeAllocation(draft, allocation);
  }
  for (const id of entry.deployments) {
    const deployment = tables.deployments.get(id);
    if (deployment !== undefined && isAsDecided(deployment)) removeDeployment(draft, deployment);
  }
  for (const id of entry.nodes) {
    const node = tables.nodes.get(id);
    if (node !== undefined && isAsDecided(node)) removeNode(draft, id);
  }
  for (const { namespace, jobId } of entry.jobs) {
    const row = tables.jobs.get(jobKey(namespace, jobId));
    if (row !== undefined && !row.purged && isAsDecided(row.versions[0])) purgeJob(draft, row);
  }
}
