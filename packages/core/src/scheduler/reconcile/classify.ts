// Sorts a group's allocations by what has to happen to each.

import { type Allocation, isClientTerminal, isServerTerminal } from '../../model/allocation.ts';
import type { Evaluation } from '../../model/evaluation.ts';
import type { JobVersion } from '../../model/job.ts';
import type { StateSnapshot } from '../../model/snapshot.ts';
import type { TaskGroup } from '../../model/task-group.ts';
import { failedAt, nextReschedule } from './reschedule.ts';

export interface Failed {
  readonly allocation: Allocation;
  readonly delayMs: number;
}

export interface Classified {
  /** Fill a place and need nothing: live ones, finished batch ones, failed ones that wait or have no attempts left. */
  readonly kept: Allocation[];
  /** Live, and to be moved to another node. */
  readonly migrating: Allocation[];
  /** Live as far as we know, on a node that is down or gone. */
  readonly lost: Allocation[];
  /** Failed, and to be replaced now. */
  readonly failedNow: Failed[];
  /** Failed, among `kept` until a follow-up evaluation replaces them. */
  readonly failedLater: (Failed & { readonly atMs: number })[];
}

export interface ClassifyInput {
  readonly snapshot: StateSnapshot;
  readonly job: JobVersion;
  readonly group: TaskGroup;
  readonly evaluation: Evaluation;
  readonly now: number;
}

/** Allocations that are over and fill no place any more are in no list. */
export function classify(input: ClassifyInput, allocations: readonly Allocation[]): Classified {
  const result: Classified = { kept: [], migrating: [], lost: [], failedNow: [], failedLater: [] };
  for (const allocation of allocations) {
    if (isServerTerminal(allocation)) continue;
    if (isClientTerminal(allocation)) classifyFinished(input, allocation, result);
    else classifyLive(input, allocation, result);
  }
  return result;
}

function classifyLive({ snapshot }: ClassifyInput, allocation: Allocation, result: Classified): void {
  const node = snapshot.node(allocation.nodeId);
  if (node === undefined || node.status === 'down') result.lost.push(allocation);
  else if (allocation.desiredTransition.migrate === true) result.migrating.push(allocation);
  else result.kept.push(allocation);
}

/** What an older version of the job left behind counts for nothing: a new version starts afresh. */
function classifyFinished(input: ClassifyInput, allocation: Allocation, result: Classified): void {
  const { job, group, now } = input;
  if (isOlder(job, allocation)) return;
  if (allocation.clientStatus === 'complete' && job.job.type === 'batch') result.kept.push(allocation);
  if (allocation.clientStatus !== 'failed' || allocation.nextAllocation !== undefined) return;
  const decision = nextReschedule(group.reschedule, allocation.rescheduleEvents, failedAt(allocation), now);
  const delayMs = decision.kind === 'never' ? 0 : decision.delayMs;
  if (allocation.desiredTransition.forceReschedule === true) {
    result.failedNow.push({ allocation, delayMs });
    return;
  }
  const followUp = followUpOf(input, allocation);
  if (decision.kind === 'never' || followUp === 'waiting') {
    result.kept.push(allocation);
  } else if (decision.kind === 'now' || followUp === 'due') {
    result.failedNow.push({ allocation, delayMs });
  } else {
    result.kept.push(allocation);
    result.failedLater.push({ allocation, delayMs, atMs: decision.atMs });
  }
}

function followUpOf({ snapshot, evaluation }: ClassifyInput, allocation: Allocation): 'due' | 'waiting' | 'none' {
  const id = allocation.followupEvaluationId;
  if (id === undefined) return 'none';
  if (id === evaluation.id) return 'due';
  return snapshot.evaluation(id)?.status === 'pending' ? 'waiting' : 'none';
}

/** Of an earlier version, or of a job of the same name that was purged. */
export function isOlder(job: JobVersion, allocation: Allocation): boolean {
  return allocation.jobVersion < job.version || allocation.createIndex < job.createIndex;
}
