// What becomes of the evaluation: complete, failed, or leaving behind a blocked one that wakes by itself.

import type { IdSource } from '../lib/random.ts';
import type { PlacementMetrics } from '../model/allocation.ts';
import type { Evaluation } from '../model/evaluation.ts';
import { shortId } from '../model/ids.ts';
import type { ScheduleResult } from '../model/plan.ts';
import type { StateSnapshot } from '../model/snapshot.ts';

export interface Shortfall {
  /** Group → why its first unplaced instance found no node. */
  readonly failedTaskGroups: Readonly<Record<string, PlacementMetrics>>;
  /** Group → instances without a node, 0 for a group that is complete. */
  readonly queuedAllocations: Readonly<Record<string, number>>;
  readonly classEligibility: Readonly<Record<string, boolean>>;
  readonly escapedComputedClass: boolean;
}

export interface OutcomeInput {
  readonly snapshot: StateSnapshot;
  readonly evaluation: Evaluation;
  readonly now: number;
  readonly ids: IdSource;
}

type Outcome = Pick<ScheduleResult, 'evaluation' | 'evaluations'>;

/** Refuses the evaluation by name: nothing is planned. */
export function failEvaluation({ evaluation, now, snapshot }: OutcomeInput, statusDescription: string): Outcome {
  const failed = { ...evaluation, status: 'failed', statusDescription, modifiedAtMs: now } as const;
  return { evaluation: { ...failed, snapshotIndex: snapshot.index }, evaluations: [] };
}

/**
 * One blocked evaluation per job: this one if it is itself blocked, else the job's present one with the new facts, else a
 * new one. When everything is placed, a blocked one has nothing to wait for and is canceled.
 */
export function completeEvaluation(input: OutcomeInput, shortfall: Shortfall): Outcome {
  const { snapshot, evaluation, now } = input;
  const { failedTaskGroups, queuedAllocations } = shortfall;
  const settled = {
    ...evaluation,
    failedTaskGroups,
    queuedAllocations,
    snapshotIndex: snapshot.index,
    modifiedAtMs: now,
  };
  const blocked = snapshot
    .jobEvaluations(evaluation.namespace, evaluation.jobId)
    .filter((other) => other.status === 'blocked' && other.id !== evaluation.id);
  const queued = Object.values(queuedAllocations).reduce((sum, count) => sum + count, 0);
  if (queued === 0) {
    return {
      evaluation: { ...settled, status: 'complete', statusDescription: '' },
      evaluations: blocked.map((other) => cancel(other, now, 'everything it waited for is placed')),
    };
  }
  if (evaluation.status === 'blocked') {
    return {
      evaluation: {
        ...block(settled, shortfall, snapshot.index, now),
        statusDescription: waitingFor(queuedAllocations),
      },
      evaluations: blocked.map((other) => cancel(other, now, `evaluation ${shortId(evaluation.id)} waits instead`)),
    };
  }
  const newest = blocked.at(-1) ?? freshBlocked(input);
  const waiting = block(newest, shortfall, snapshot.index, now);
  return {
    evaluation: {
      ...settled,
      status: 'complete',
      statusDescription: `${waitingFor(queuedAllocations)}, in blocked evaluation ${shortId(waiting.id)}`,
      blockedEvaluation: waiting.id,
    },
    evaluations: [
      waiting,
      ...blocked.slice(0, -1).map((other) => cancel(other, now, `evaluation ${shortId(waiting.id)} waits instead`)),
    ],
  };
}

function waitingFor(queued: Readonly<Record<string, number>>): string {
  const parts = Object.entries(queued).flatMap(([group, count]) => (count > 0 ? [`${count} of group ${group}`] : []));
  return `could not place ${parts.join(', ')}: waiting for room`;
}

function block(evaluation: Evaluation, shortfall: Shortfall, snapshotIndex: number, now: number): Evaluation {
  return {
    ...evaluation,
    status: 'blocked',
    statusDescription: waitingFor(shortfall.queuedAllocations),
    failedTaskGroups: shortfall.failedTaskGroups,
    queuedAllocations: shortfall.queuedAllocations,
    classEligibility: shortfall.classEligibility,
    escapedComputedClass: shortfall.escapedComputedClass,
    snapshotIndex,
    modifiedAtMs: now,
  };
}

function freshBlocked({ evaluation, ids, now }: OutcomeInput): Evaluation {
  const { nodeId: _node, waitUntilMs: _wait, nextEvaluation: _next, ...base } = evaluation;
  return {
    ...base,
    id: ids(),
    triggeredBy: 'queued-allocs',
    previousEvaluation: evaluation.id,
    createIndex: 0,
    modifyIndex: 0,
    createdAtMs: now,
  };
}

function cancel(evaluation: Evaluation, now: number, statusDescription: string): Evaluation {
  return { ...evaluation, status: 'canceled', statusDescription, modifiedAtMs: now };
}
