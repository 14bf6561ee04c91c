// Runs the scheduler's generator in slices bounded by time, so that heartbeats and requests get their turn in between.

import { seededRandom, seedFromText } from '@orch/core/lib/random';
import type { Evaluation } from '@orch/core/model/evaluation';
import type { ScheduleResult } from '@orch/core/model/plan';
import type { StateSnapshot } from '@orch/core/model/snapshot';
import { schedule } from '@orch/core/scheduler';
import { replacesAllocations } from '@orch/core/schema';
import type { ServerContext } from '../config.ts';

export type RunSchedule = (snapshot: StateSnapshot, evaluation: Evaluation) => Promise<ScheduleResult>;

export function scheduleRunner(context: ServerContext): RunSchedule {
  const { clock, ids, config, yieldTurn } = context;
  return async (snapshot, evaluation) => {
    const random = seededRandom(seedFromText(evaluation.id));
    const steps = schedule({ snapshot, evaluation, now: clock.now(), ids, random, replacesAllocations });
    let sliceEndMs = clock.now() + config.scheduling.sliceMs;
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      if (clock.now() < sliceEndMs) continue;
      await yieldTurn();
      sliceEndMs = clock.now() + config.scheduling.sliceMs;
    }
  };
}
