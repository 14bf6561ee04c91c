// The worker: takes evaluations from the broker, runs the scheduler in slices, hands plans to the applier.

import { describeError } from '@orch/core/lib/errors';
import { presentable } from '@orch/core/lib/presentable';
import type { Evaluation } from '@orch/core/model/evaluation';
import type { ScheduleResult } from '@orch/core/model/plan';
import type { ServerContext } from '../config.ts';
import type { EvalBroker } from './eval-broker.ts';
import { newEvaluation } from './new-evaluation.ts';
import type { AcceptedPlan, PlanApplier } from './plan-apply.ts';
import { resubmit } from './resubmit.ts';
import type { RunSchedule } from './run-schedule.ts';

export interface Worker {
  /** Looks for work. Called whenever an evaluation became ready. */
  wake(): void;
  /** Finishes what is being worked on and takes nothing more. */
  close(): Promise<void>;
}

export interface WorkerParts {
  readonly context: ServerContext;
  readonly broker: EvalBroker;
  readonly applier: PlanApplier;
  readonly run: RunSchedule;
}

/**
 * One evaluation is scheduled at a time. While its plan is being committed the next one is scheduled on the state plus
 * that plan.
 */
export function worker(parts: WorkerParts): Worker {
  const { context, broker } = parts;
  const working = new Set<Promise<void>>();
  let turn: Promise<void> = Promise.resolve();
  let closed = false;

  const wake = () => {
    while (!closed && working.size < context.config.scheduling.plansInFlight) {
      const evaluation = broker.dequeue();
      if (evaluation === undefined) return;
      const work = workOn(evaluation).finally(() => {
        working.delete(work);
        wake();
      });
      working.add(work);
    }
  };

  async function workOn(evaluation: Evaluation): Promise<void> {
    try {
      await settle(evaluation);
      cancelSuperseded(parts, broker.ack(evaluation.id), evaluation);
    } catch (error) {
      const deliveries = broker.nack(evaluation.id);
      context.log.error('evaluation failed', {
        evaluationId: evaluation.id,
        jobId: evaluation.jobId,
        deliveries,
        error: describeError(error),
      });
      if (deliveries >= context.config.scheduling.deliveryLimit) await giveUp(parts, evaluation, presentable(error));
    }
  }

  /** Schedules and applies until the plan held whole or the tries are used up. */
  async function settle(evaluation: Evaluation): Promise<void> {
    const { scheduling } = context.config;
    const isBatch = evaluation.type === 'batch' || evaluation.type === 'sysbatch';
    const limit = isBatch ? scheduling.batchAttempts : scheduling.serviceAttempts;
    for (let attempt = 1; ; ) {
      const step = await exclusively(() => scheduleOnce(parts, evaluation));
      await step.done;
      if (!step.retry) return;
      if (step.progressed) attempt = 0;
      attempt += 1;
      if (attempt > limit) return blockAfterConflicts(parts, evaluation, step.reasons);
    }
  }

  /** Scheduling is one at a time; waiting for a commit is not. */
  function exclusively<T>(run: () => Promise<T>): Promise<T> {
    const result = turn.then(run);
    turn = result.then(
      () => {},
      () => {},
    );
    return result;
  }

  return {
    wake,
    async close() {
      closed = true;
      await Promise.allSettled(working);
    },
  };
}

interface Step {
  readonly retry: boolean;
  readonly progressed: boolean;
  readonly reasons: readonly string[];
  readonly done: Promise<void>;
}

async function scheduleOnce(parts: WorkerParts, evaluation: Evaluation): Promise<Step> {
  const { context, applier } = parts;
  const result = await parts.run(applier.view(), evaluation);
  if (result.plan === undefined) {
    const evaluations = [result.evaluation, ...result.evaluations];
    const done = context.store.submit({ kind: 'evaluation-upsert', evaluations }).then(() => {});
    return { retry: false, progressed: false, reasons: [], done };
  }
  const applied = applier.apply(result.plan, (accepted) => outcome(result, accepted));
  const { rejections, progressed, done } = applied;
  return { retry: rejections.length > 0, progressed, reasons: rejections, done };
}

/** With a part left out the evaluation stays open; delayed follow-ups that stopped allocations refer to must exist. */
function outcome(result: ScheduleResult, accepted: AcceptedPlan): readonly Evaluation[] {
  if (accepted.whole) return [result.evaluation, ...result.evaluations];
  return result.evaluations.filter((other) => other.waitUntilMs !== undefined);
}

function cancelSuperseded({ context }: WorkerParts, superseded: readonly Evaluation[], by: Evaluation): void {
  if (superseded.length === 0) return;
  const statusDescription = `canceled after evaluation ${by.id} was processed`;
  let isFirst = true;
  resubmit(context, 'canceling superseded evaluations', () => {
    const snapshot = context.store.snapshot();
    // What the scheduler wrote since then is not ours to cancel any more.
    const left = superseded.filter(
      ({ id, modifyIndex }) => isFirst || snapshot.evaluation(id)?.modifyIndex === modifyIndex,
    );
    isFirst = false;
    if (left.length === 0) return undefined;
    const modifiedAtMs = context.clock.now();
    const evaluations = left.map(
      (evaluation): Evaluation => ({ ...evaluation, status: 'canceled', statusDescription, modifiedAtMs }),
    );
    return { kind: 'evaluation-upsert', evaluations };
  });
}

/** Too many errors: the evaluation fails and another tries again later, spread by chance so that storms thin out. */
async function giveUp(parts: WorkerParts, evaluation: Evaluation, reason: string): Promise<void> {
  const { store, clock, ids, random, config } = parts.context;
  const atMs = clock.now();
  const followUp = newEvaluation(followUpJob(evaluation), evaluation.jobModifyIndex, {
    id: ids(),
    atMs,
    triggeredBy: 'failed-follow-up',
    previousEvaluation: evaluation.id,
    waitUntilMs: atMs + config.scheduling.followUpMs + Math.floor(random() * 5 * config.scheduling.followUpMs),
  });
  const failed: Evaluation = {
    ...evaluation,
    status: 'failed',
    statusDescription: `reached the delivery limit: ${reason}`,
    nextEvaluation: followUp.id,
    modifiedAtMs: atMs,
  };
  try {
    await store.submit({ kind: 'evaluation-upsert', evaluations: [failed, followUp] });
  } catch (error) {
    // It is delivered once more later, and given up then.
    parts.context.log.error('failing an evaluation failed', {
      evaluationId: evaluation.id,
      error: describeError(error),
    });
  }
}

/** Other plans kept taking the places: the rest waits as a blocked evaluation that any change or a timer wakes. */
async function blockAfterConflicts(
  parts: WorkerParts,
  evaluation: Evaluation,
  reasons: readonly string[],
): Promise<void> {
  const { store, clock, ids } = parts.context;
  const atMs = clock.now();
  const blocked: Evaluation = {
    ...newEvaluation(followUpJob(evaluation), evaluation.jobModifyIndex, {
      id: ids(),
      atMs,
      triggeredBy: 'max-plan-attempts',
      previousEvaluation: evaluation.id,
    }),
    status: 'blocked',
    statusDescription: 'created due to placement conflicts',
    escapedComputedClass: true,
    snapshotIndex: store.index,
  };
  const failed: Evaluation = {
    ...evaluation,
    status: 'failed',
    statusDescription: `maximum attempts reached: ${reasons.join('; ')}`,
    blockedEvaluation: blocked.id,
    modifiedAtMs: atMs,
  };
  await store.submit({ kind: 'evaluation-upsert', evaluations: [failed, blocked] });
}

function followUpJob(evaluation: Evaluation) {
  const { namespace, jobId, type, priority } = evaluation;
  return { namespace, id: jobId, type, priority };
}
