// What nodes report becomes entries: grouped while a commit is on its way, with the evaluations that must follow.

import type { Allocation, AllocationUpdate } from '@orch/core/model/allocation';
import type { Evaluation } from '@orch/core/model/evaluation';
import { jobKey } from '@orch/core/model/ids';
import type { StateSnapshot } from '@orch/core/model/snapshot';
import type { ServerContext } from '../config.ts';
import { newEvaluation } from './new-evaluation.ts';

export interface ClientUpdates {
  /** Resolves when the updates are durable. Updates of one node keep their order. */
  submit(nodeId: string, updates: readonly AllocationUpdate[]): Promise<void>;
}

interface NodeQueue {
  waiting: AllocationUpdate[];
  /** The commit that takes what is waiting now. */
  next: Promise<void> | undefined;
  running: Promise<void>;
}

export function clientUpdates(context: ServerContext): ClientUpdates {
  const queues = new Map<string, NodeQueue>();

  async function commit(nodeId: string, queue: NodeQueue): Promise<void> {
    const updates = queue.waiting;
    queue.waiting = [];
    queue.next = undefined;
    const evaluations = evaluationsAfter(context, context.store.snapshot(), updates);
    await context.store.submit({ kind: 'alloc-client-update', nodeId, updates, evaluations });
  }

  return {
    async submit(nodeId, updates) {
      const queue = queues.get(nodeId) ?? { waiting: [], next: undefined, running: Promise.resolve() };
      queues.set(nodeId, queue);
      queue.waiting.push(...updates);
      if (queue.next === undefined) {
        const next = queue.running.then(() => commit(nodeId, queue));
        queue.next = next;
        queue.running = next.catch(() => {});
        void queue.running.then(() => {
          if (queue.next === undefined && queue.waiting.length === 0) queues.delete(nodeId);
        });
      }
      await queue.next;
    },
  };
}

/** One evaluation per job that has to react: replace what failed, go on with what was waiting for a stop. */
function evaluationsAfter(
  context: ServerContext,
  snapshot: StateSnapshot,
  updates: readonly AllocationUpdate[],
): readonly Evaluation[] {
  const atMs = context.clock.now();
  const byJob = new Map<string, Evaluation>();
  for (const update of updates) {
    const allocation = snapshot.allocation(update.id);
    if (allocation === undefined || allocation.clientStatus === update.clientStatus) continue;
    const triggeredBy = triggerOf(allocation, update);
    const key = jobKey(allocation.namespace, allocation.jobId);
    const version = snapshot.job(allocation.namespace, allocation.jobId);
    if (triggeredBy === undefined || version === undefined || version.stop || byJob.has(key)) continue;
    byJob.set(key, newEvaluation(version.job, version.jobModifyIndex, { id: context.ids(), atMs, triggeredBy }));
  }
  return [...byJob.values()];
}

function triggerOf(allocation: Allocation, update: AllocationUpdate): Evaluation['triggeredBy'] | undefined {
  const { clientStatus } = update;
  if (allocation.clientStatus === 'unknown' && clientStatus !== 'unknown') return 'reconnect';
  if (allocation.desiredStatus !== 'run') return undefined;
  if (clientStatus === 'failed' || clientStatus === 'lost') {
    return allocation.followupEvaluationId === undefined ? 'alloc-failure' : undefined;
  }
  return undefined;
}
