// One scheduling decision: a snapshot and an evaluation in, a plan and an explanation out.

import type { Allocation, PlacementMetrics } from '../model/allocation.ts';
import type { Node } from '../model/node.ts';
import type { GroupAnnotation, PlannedStop, ScheduleResult } from '../model/plan.ts';
import type { TaskGroup } from '../model/task-group.ts';
import { matchesDatacenter } from './feasible/datacenter-check.ts';
import { matchesNodePool } from './feasible/node-pool-check.ts';
import { completeEvaluation, failEvaluation } from './outcome.ts';
import { compileAsk } from './placement/ask.ts';
import { buildCandidates } from './placement/candidates.ts';
import { buildNodeTable, release } from './placement/node-table.ts';
import { placeGroup } from './placement/place-group.ts';
import { presenceOf } from './placement/presence.ts';
import { type StaticFeasibility, staticFeasibility } from './placement/static-feasibility.ts';
import { reconcileJob } from './reconcile/reconcile-job.ts';
import type { JobDecision } from './reconcile/request.ts';
import { defaultScheduleLimits, type ScheduleInput } from './schedule-input.ts';

/** Runs a decision to its end, without giving way to anybody. */
export function runSchedule(input: ScheduleInput): ScheduleResult {
  const steps = schedule(input);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/**
 * Decides for one evaluation of a service or batch job. Yields between bounded slices of work; the caller may do other
 * things in between, as long as the snapshot stays. `evaluation` of the result is to be stored with the plan, `evaluations`
 * beside it.
 */
export function* schedule(input: ScheduleInput): Generator<void, ScheduleResult, void> {
  const { snapshot, evaluation } = input;
  const job = snapshot.job(evaluation.namespace, evaluation.jobId);
  const type = job?.job.type ?? evaluation.type;
  if (type !== 'service' && type !== 'batch') {
    const reason = `jobs of type ${type} are not scheduled yet: use type service or batch`;
    return { ...failEvaluation(input, reason), annotations: {} };
  }
  const feasible = new Map<string, StaticFeasibility>();
  const staticOf = (group: TaskGroup) => {
    const known = feasible.get(group.name);
    if (known !== undefined || job === undefined) return known;
    const made = staticFeasibility(compileAsk(job.job, group, false));
    feasible.set(group.name, made);
    return made;
  };
  const staysFeasible = (group: TaskGroup, allocation: Allocation) => {
    const node = snapshot.node(allocation.nodeId);
    if (node === undefined || job === undefined) return false;
    return belongs(job.job.datacenters, job.job.nodePool, node) && staticOf(group)?.isFeasible(node) === true;
  };
  const decision = reconcileJob({
    ...input,
    job,
    staysFeasible,
  });
  yield;
  const placement = yield* place(input, decision);
  const annotations: Record<string, GroupAnnotation> = {};
  for (const { group, annotation } of decision.groups) annotations[group.name] = annotation;
  const outcome = completeEvaluation(input, placement);
  const result = { ...outcome, evaluations: [...outcome.evaluations, ...decision.followUps], annotations };
  const plan = assemblePlan(input, decision, placement);
  return plan === undefined ? result : { ...result, plan };
}

function belongs(datacenters: readonly string[], pool: string, node: Node): boolean {
  return matchesDatacenter(datacenters, node.datacenter) && matchesNodePool(pool, node);
}

interface JobPlacement {
  readonly placed: Allocation[];
  readonly stops: PlannedStop[];
  readonly failedTaskGroups: Record<string, PlacementMetrics>;
  readonly queuedAllocations: Record<string, number>;
  readonly classEligibility: Record<string, boolean>;
  escapedComputedClass: boolean;
}

/** Places all groups of the job, one after the other, on one table of nodes. */
function* place(input: ScheduleInput, decision: JobDecision): Generator<void, JobPlacement, void> {
  const { snapshot, evaluation } = input;
  const limits = { ...defaultScheduleLimits, ...input.limits };
  const result: JobPlacement = {
    placed: [],
    stops: [],
    failedTaskGroups: {},
    queuedAllocations: Object.fromEntries(decision.groups.map(({ group }) => [group.name, 0])),
    classEligibility: {},
    escapedComputedClass: false,
  };
  const job = snapshot.job(evaluation.namespace, evaluation.jobId);
  if (job === undefined || decision.groups.every(({ requests }) => requests.length === 0)) return result;
  const config = snapshot.schedulerConfig();
  const presence = presenceOf(snapshot.jobAllocations(evaluation.namespace, evaluation.jobId));
  const table = yield* buildNodeTable(snapshot, job.job, input.random, limits.sliceNodes);
  for (const { allocationId } of decision.stops) {
    const stopped = snapshot.allocation(allocationId);
    if (stopped !== undefined) release(table, stopped);
    presence.delete(allocationId);
  }
  for (const { group, requests, inDeployment } of decision.groups) {
    if (requests.length === 0) continue;
    const ask = compileAsk(job.job, group, config.memoryOversubscription);
    const feasibility = staticFeasibility(ask);
    const spreadAlgorithm = config.algorithm === 'spread';
    const { sliceNodes } = limits;
    const candidates = yield* buildCandidates({ table, ask, presence, feasibility, spreadAlgorithm, sliceNodes });
    const deployment = inDeployment ? decision.deployment : undefined;
    const outcome = yield* placeGroup({ ...input, candidates, presence, job, deployment, limits }, requests);
    for (const allocation of outcome.placed) result.placed.push(allocation);
    for (const stop of outcome.stops) result.stops.push(stop);
    result.queuedAllocations[group.name] = outcome.unplaced;
    if (outcome.failure === undefined) continue;
    result.failedTaskGroups[group.name] = outcome.failure;
    result.escapedComputedClass ||= ask.escapesClass;
    for (const [nodeClass, can] of feasibility.classes) result.classEligibility[nodeClass] ||= can;
  }
  if (job.job.allAtOnce && Object.keys(result.failedTaskGroups).length > 0) withdrawAll(result, decision);
  return result;
}

/** A job that asks for all at once gets nothing when something does not fit. */
function withdrawAll(result: JobPlacement, decision: JobDecision): void {
  result.placed.length = 0;
  result.stops.length = 0;
  for (const { group, requests } of decision.groups) result.queuedAllocations[group.name] = requests.length;
}

function assemblePlan(input: ScheduleInput, decision: JobDecision, placement: JobPlacement): ScheduleResult['plan'] {
  const { snapshot, evaluation } = input;
  const placements = [...decision.updates, ...placement.placed];
  const successors = new Map<string, string>();
  for (const { id, previousAllocation } of placement.placed) {
    if (previousAllocation !== undefined) successors.set(previousAllocation, id);
  }
  const stops = [...decision.stops, ...placement.stops].map((stop): PlannedStop => {
    const nextAllocation = stop.nextAllocation ?? successors.get(stop.allocationId);
    return nextAllocation === undefined ? stop : { ...stop, nextAllocation };
  });
  const isEmpty = placements.length + stops.length + decision.deploymentUpdates.length === 0;
  if (isEmpty && !decision.deploymentChanged) return undefined;
  return {
    evaluationId: evaluation.id,
    priority: evaluation.priority,
    snapshotIndex: snapshot.index,
    namespace: evaluation.namespace,
    jobId: evaluation.jobId,
    stops,
    placements,
    ...(decision.deploymentChanged && decision.deployment !== undefined ? { deployment: decision.deployment } : {}),
    deploymentUpdates: decision.deploymentUpdates,
  };
}
