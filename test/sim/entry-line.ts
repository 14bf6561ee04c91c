// One line of the trace for one applied entry.

import { shortId } from '@orch/core/model/ids';
import type { Changes, Entry } from '@orch/core/state/entry';

export function entryLine(changes: Changes, entry: Entry): string {
  return `#${changes.index} ${entry.kind} ${detailOf(entry)}`.trimEnd();
}

function detailOf(entry: Entry): string {
  switch (entry.kind) {
    case 'job-register':
      return `${entry.job.id} count ${entry.job.taskGroups.map((group) => group.count).join('+')}`;
    case 'job-deregister':
      return `${entry.jobId}${entry.purge ? ' purge' : ''}`;
    case 'node-register':
      return `${entry.node.id} ${entry.node.bootId}`;
    case 'node-status':
      return `${entry.nodeId} ${entry.status}`;
    case 'node-eligibility':
      return `${entry.nodeId} ${entry.eligibility}`;
    case 'alloc-client-update': {
      const updates = entry.updates.map(({ id, clientStatus, healthy }) => {
        const verdict = healthy === undefined ? '' : healthy ? '(healthy)' : '(unhealthy)';
        return `${shortId(id)}=${clientStatus}${verdict}`;
      });
      return `${entry.nodeId} ${updates.join(' ')} ${evaluationsOf(entry.evaluations)}`;
    }
    case 'alloc-transition':
      return `${Object.keys(entry.transitions).map(shortId).join(' ')} ${evaluationsOf(entry.evaluations)}`;
    case 'evaluation-upsert':
      return evaluationsOf(entry.evaluations);
    case 'plan-apply': {
      const { plan } = entry;
      const placed = plan.placements.map(({ id, name, nodeId }) => `+${shortId(id)} ${name}@${nodeId}`);
      const stopped = plan.stops.map(({ allocationId }) => `-${shortId(allocationId)}`);
      return `${plan.jobId} ${[...placed, ...stopped].join(' ')} ${evaluationsOf(entry.evaluations)}`;
    }
    case 'deployment-status':
      return `${shortId(entry.deploymentId)} ${entry.status}: ${entry.description}`;
    case 'deployment-promote':
      return shortId(entry.deploymentId);
    case 'collect':
      return `${entry.jobs.length} jobs ${entry.allocations.length} allocations ${entry.evaluations.length} evaluations`;
    default:
      return '';
  }
}

type Evaluations = Extract<Entry, { readonly kind: 'evaluation-upsert' }>['evaluations'];

function evaluationsOf(evaluations: Evaluations): string {
  const texts = evaluations.map((one) => `${shortId(one.id)}:${one.jobId}:${one.triggeredBy}:${one.status}`);
  return texts.length === 0 ? '' : `[${texts.join(' ')}]`;
}
