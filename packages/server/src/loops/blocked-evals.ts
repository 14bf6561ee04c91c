// Blocked evaluations: what could not be placed, woken when a node of a fitting class appears or frees resources.

import { isClientTerminal, isTerminal } from '@orch/core/model/allocation';
import type { Evaluation } from '@orch/core/model/evaluation';
import { jobKey } from '@orch/core/model/ids';
import { isReady } from '@orch/core/model/node';
import type { Changes, Entry } from '@orch/core/state/entry';
import type { ServerContext } from '../config.ts';
import { resubmit } from './resubmit.ts';

export interface BlockedEvals {
  /** Takes a blocked evaluation over; the job's older one is canceled. */
  block(evaluation: Evaluation): void;
  forget(evaluationId: string): void;
  /** Wakes all: this server just began to lead and does not know what it missed. */
  wakeAll(): void;
  /** Looks at an applied entry for room that became free. */
  applied(changes: Changes, entry: Entry): void;
  readonly count: number;
  close(): void;
}

interface Blocked {
  readonly evaluation: Evaluation;
  cancelTimer?: () => void;
}

/** @param wake hands an evaluation to the broker as it is: the scheduler blocks the same one again when it still finds no room. */
export function blockedEvals(context: ServerContext, wake: (evaluation: Evaluation) => void): BlockedEvals {
  const { store, clock, config } = context;
  const byJob = new Map<string, Blocked>();
  /** Class → index at which it last gained room: catches what happened while the scheduler was looking elsewhere. */
  const roomAt = new Map<string, number>();

  const cancel = ({ id, namespace, jobId }: Evaluation, statusDescription: string) => {
    resubmit(context, 'canceling a blocked evaluation', () => {
      const held = store.snapshot().evaluation(id);
      const isWaiting = byJob.get(jobKey(namespace, jobId))?.evaluation.id === id;
      if (held?.status !== 'blocked' || isWaiting) return undefined;
      const canceled = { ...held, status: 'canceled', statusDescription, modifiedAtMs: clock.now() } as const;
      return { kind: 'evaluation-upsert', evaluations: [canceled] };
    });
  };
  const release = (key: string) => {
    byJob.get(key)?.cancelTimer?.();
    byJob.delete(key);
  };
  const rouse = ({ evaluation }: Blocked) => {
    release(jobKey(evaluation.namespace, evaluation.jobId));
    wake(evaluation);
  };
  const missed = (evaluation: Evaluation): boolean => {
    for (const [nodeClass, index] of roomAt) {
      if (index > evaluation.snapshotIndex && mayHold(evaluation, nodeClass)) return true;
    }
    return false;
  };

  return {
    block(evaluation) {
      const key = jobKey(evaluation.namespace, evaluation.jobId);
      const older = byJob.get(key);
      release(key);
      const blocked: Blocked = { evaluation };
      byJob.set(key, blocked);
      if (older !== undefined && older.evaluation.id !== evaluation.id) {
        cancel(older.evaluation, `superseded by evaluation ${evaluation.id}`);
      }
      if (missed(evaluation)) rouse(blocked);
      else if (evaluation.triggeredBy === 'max-plan-attempts') {
        blocked.cancelTimer = clock.after(config.scheduling.retryBlockedMs, () => rouse(blocked));
      }
    },
    forget(evaluationId) {
      for (const [key, blocked] of byJob) if (blocked.evaluation.id === evaluationId) release(key);
    },
    applied(changes, entry) {
      const classes = classesWithRoom(context, changes, entry);
      if (classes.size === 0) return;
      for (const nodeClass of classes) roomAt.set(nodeClass, changes.index);
      for (const blocked of [...byJob.values()]) {
        if ([...classes].some((nodeClass) => mayHold(blocked.evaluation, nodeClass))) rouse(blocked);
      }
    },
    wakeAll() {
      for (const blocked of [...byJob.values()]) rouse(blocked);
    },
    get count() {
      return byJob.size;
    },
    close() {
      for (const key of [...byJob.keys()]) release(key);
    },
  };
}

/** A class the scheduler never saw may hold it; one it found unfit never will. */
function mayHold(evaluation: Evaluation, nodeClass: string): boolean {
  return evaluation.escapedComputedClass || evaluation.classEligibility[nodeClass] !== false;
}

function classesWithRoom(context: ServerContext, changes: Changes, entry: Entry): ReadonlySet<string> {
  const snapshot = context.store.snapshot();
  const classes = new Set<string>();
  const addNode = (nodeId: string) => {
    const node = snapshot.node(nodeId);
    if (node !== undefined && isReady(node)) classes.add(node.computedClass);
  };
  switch (entry.kind) {
    case 'node-register':
    case 'node-status':
    case 'node-eligibility':
    case 'node-drain':
      for (const nodeId of changes.nodes) addNode(nodeId);
      break;
    case 'alloc-client-update':
      // What the server stopped had freed its room then.
      for (const { id } of entry.updates) {
        const allocation = snapshot.allocation(id);
        if (allocation?.desiredStatus === 'run' && isClientTerminal(allocation)) addNode(allocation.nodeId);
      }
      break;
    case 'plan-apply':
      for (const stop of entry.plan.stops) {
        const allocation = snapshot.allocation(stop.allocationId);
        if (allocation !== undefined && isTerminal(allocation)) addNode(allocation.nodeId);
      }
      break;
    case 'scheduler-config':
      for (const node of snapshot.nodes()) addNode(node.id);
      break;
    default:
      break;
  }
  return classes;
}
