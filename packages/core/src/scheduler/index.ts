// The scheduler: pure decisions about where the instances of a job run, and the account of why not.

export {
  checkPlacement,
  checkPlan,
  fits,
  type PlacementCheck,
  type PlanCheck,
} from './check-placement.ts';
export { type ExplainInput, explainJob, type GroupExplanation, type JobExplanation } from './explain.ts';
export { nextReschedule, type RescheduleDecision } from './reconcile/reschedule.ts';
export type { ReplacesAllocations } from './reconcile/updates.ts';
export { runSchedule, schedule } from './schedule.ts';
export { defaultScheduleLimits, type ScheduleInput, type ScheduleLimits } from './schedule-input.ts';
