// The plan applier: the one writer of plans. Checks, commits and keeps what is being committed as an overlay.

import type { Evaluation } from '@orch/core/model/evaluation';
import type { Plan } from '@orch/core/model/plan';
import type { StateSnapshot } from '@orch/core/model/snapshot';
import { checkPlan } from '@orch/core/scheduler';
import type { ServerContext } from '../config.ts';
import { inFlightPlans } from './in-flight.ts';

export interface PlanApplier {
  /** State plus plans in flight: what schedulers work on. */
  view(): StateSnapshot;
  readonly inFlight: number;
  /**
   * Checks now, then commits the part that holds together with `outcome` of it. `done` resolves when it is durable.
   * Nothing is written when nothing of the plan holds and the outcome is empty.
   */
  apply(plan: Plan, outcome: (accepted: AcceptedPlan) => readonly Evaluation[]): AppliedPlan;
  close(): void;
}

export interface AcceptedPlan {
  readonly plan: Plan;
  readonly whole: boolean;
}

export interface AppliedPlan {
  /** Why placements were left out, one reason a node; empty when the plan held whole. */
  readonly rejections: readonly string[];
  /** The accepted part does something, so a retry starts from progress. */
  readonly progressed: boolean;
  readonly done: Promise<void>;
}

export function planApplier(context: ServerContext): PlanApplier {
  const { store, clock, log } = context;
  const flight = inFlightPlans();
  /** The overlay ends in the very turn in which state holds the plan. */
  const unsubscribe = store.onApplied((_, entry) => {
    if (entry.kind === 'plan-apply') flight.remove(entry.plan);
  });
  const view = () => flight.view(store.snapshot());

  async function commit(plan: Plan, evaluations: readonly Evaluation[]): Promise<void> {
    flight.add(plan);
    try {
      await store.submit({ kind: 'plan-apply', plan, atMs: clock.now(), evaluations });
    } finally {
      flight.remove(plan);
    }
  }

  return {
    view,
    get inFlight() {
      return flight.size;
    },
    apply(plan, outcome) {
      const snapshot = view();
      const { rejected, accepted } = checkPlan(snapshot, plan);
      for (const { nodeId, reason } of rejected) {
        log.info('placements left out of a plan', { nodeId, reason, evaluationId: plan.evaluationId });
      }
      const whole = rejected.length === 0;
      const allAtOnce = snapshot.job(plan.namespace, plan.jobId)?.job.allAtOnce ?? false;
      const kept = allAtOnce && !whole ? nothingOf(accepted) : accepted;
      const progressed = kept.placements.length + kept.stops.length > 0;
      const rejections = rejected.map(({ reason }) => reason);
      const evaluations = outcome({ plan: kept, whole });
      const isNothing = !whole && !progressed && evaluations.length === 0;
      return { rejections, progressed, done: isNothing ? Promise.resolve() : commit(kept, evaluations) };
    },
    close: unsubscribe,
  };
}

/** A plan that wants all or nothing and cannot have all. */
function nothingOf(plan: Plan): Plan {
  return { ...plan, placements: [], stops: [] };
}
