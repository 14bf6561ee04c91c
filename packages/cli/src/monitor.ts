// Follows an evaluation until what it wanted runs, or cannot be placed: one line an event, and on a terminal a live line below.

import type { AllocationStubWire, ApiClient, DeploymentWire, EvaluationWire } from '@orch/api';
import type { LiveOutput } from './output/live.ts';
import { renderPlacementFailure } from './render/placement.ts';

export interface MonitorOptions {
  readonly api: ApiClient;
  readonly jobId: string;
  readonly namespace: string;
  readonly out: LiveOutput;
  /** Milliseconds after which the monitor gives up watching; the job goes on. */
  readonly timeoutMs: number;
  /** Whole ids instead of their first eight characters. @default false */
  readonly verbose?: boolean;
}

function shown(id: string, options: MonitorOptions): string {
  return options.verbose === true ? id : id.slice(0, 8);
}

/** 0: everything placed and running (or done). 1: an evaluation, a rollout or an allocation failed. 2: something could not be placed. */
export type MonitorResult = 0 | 1 | 2;

const settled = new Set(['running', 'complete', 'failed', 'lost', 'unknown']);

export async function monitorEvaluation(evaluationId: string, options: MonitorOptions): Promise<MonitorResult> {
  const { api, out } = options;
  const until = Date.now() + options.timeoutMs;
  out.line(`==> Monitoring evaluation "${shown(evaluationId, options)}"`);
  const evaluation = await untilDone(api, evaluationId, until);
  if (evaluation === undefined) {
    out.line('==> The evaluation is still pending; look again with: orch job status');
    return 1;
  }
  if (evaluation.Status === 'failed') {
    out.line(`==> Evaluation failed: ${evaluation.StatusDescription}`);
    return 1;
  }
  const failures = Object.entries(evaluation.FailedTGAllocs ?? {});
  for (const [group, metrics] of failures)
    for (const line of renderPlacementFailure(group, metrics)) out.line(`    ${line}`);
  if (failures.length > 0 && evaluation.BlockedEval !== '')
    out.line(
      `    Evaluation "${shown(evaluation.BlockedEval, options)}" waits and goes on by itself when a node can take it`,
    );
  const deployment = failures.length === 0 ? await activeDeployment(evaluation, options) : undefined;
  const health =
    deployment === undefined
      ? await followAllocations(evaluationId, options, until)
      : await followDeployment(deployment, options, until);
  return failures.length > 0 ? 2 : health;
}

async function untilDone(api: ApiClient, id: string, until: number): Promise<EvaluationWire | undefined> {
  let index = 0;
  while (Date.now() < until) {
    const read = await api.evaluations.read(id, { index, waitMs: Math.max(1, until - Date.now()) });
    if (read.value.Status !== 'pending' && read.value.Status !== 'blocked') return read.value;
    index = read.index;
  }
  return undefined;
}

/** The rollout this evaluation began or carried on, if it is not over. */
async function activeDeployment(evaluation: EvaluationWire, options: MonitorOptions): Promise<string | undefined> {
  const { value } = await options.api.jobs.deployment(options.jobId, { namespace: options.namespace });
  const isActive = value !== null && ['running', 'pending', 'initializing'].includes(value.Status);
  return isActive && value.JobModifyIndex >= evaluation.JobModifyIndex ? value.ID : undefined;
}

/** Follows a rollout over all its steps, not only the first. */
async function followDeployment(id: string, options: MonitorOptions, until: number): Promise<0 | 1> {
  const { api, jobId, namespace, out } = options;
  const seen = new Map<string, string>();
  let over = false;
  const watchAllocations = async () => {
    let index = 0;
    while (!over && Date.now() < until) {
      const read = await api.jobs.allocations(jobId, { namespace, index, waitMs: 1_000 });
      index = read.index;
      for (const allocation of read.value) if (allocation.DeploymentID === id) announce(allocation, seen, options);
    }
  };
  const watchDeployment = async (): Promise<0 | 1> => {
    let index = 0;
    while (Date.now() < until) {
      const { value, index: at } = await api.deployments.read(id, { index, waitMs: Math.max(1, until - Date.now()) });
      index = at;
      out.live(deploymentLine(value, options));
      if (value.Status === 'paused') return 1;
      if (['successful', 'failed', 'cancelled', 'canceled'].includes(value.Status)) {
        out.line(`==> Deployment "${shown(id, options)}" ${value.Status}: ${deploymentCounts(value)}`);
        if (value.Status !== 'successful') out.line(`    ${value.StatusDescription}`);
        return value.Status === 'successful' ? 0 : 1;
      }
      if (needsPromotion(value)) {
        out.line('==> The canaries are healthy; the rollout goes on when it is promoted');
        return 0;
      }
    }
    out.line('==> The rollout is not over yet; look again with: orch job status');
    return 1;
  };
  const [result] = await Promise.all([
    watchDeployment().finally(() => {
      over = true;
    }),
    watchAllocations(),
  ]);
  return result;
}

function needsPromotion(deployment: DeploymentWire): boolean {
  const groups = Object.values(deployment.TaskGroups).filter((group) => group.DesiredCanaries > 0);
  return groups.some((group) => !group.Promoted && !group.AutoPromote && group.HealthyAllocs >= group.DesiredCanaries);
}

function deploymentCounts(deployment: DeploymentWire): string {
  return Object.entries(deployment.TaskGroups)
    .map(([name, group]) => `${name} ${group.HealthyAllocs}/${group.DesiredTotal} healthy`)
    .join(', ');
}

function deploymentLine(deployment: DeploymentWire, options: MonitorOptions): string {
  return `    Deployment "${shown(deployment.ID, options)}" ${deployment.Status}: ${deploymentCounts(deployment)}`;
}

async function followAllocations(evaluationId: string, options: MonitorOptions, until: number): Promise<0 | 1> {
  const { api, jobId, namespace, out } = options;
  const seen = new Map<string, string>();
  let index = 0;
  while (Date.now() < until) {
    const read = await api.jobs.allocations(jobId, { namespace, index, waitMs: Math.max(1, until - Date.now()) });
    index = read.index;
    const own = read.value.filter(
      (allocation) => allocation.EvalID === evaluationId && allocation.DesiredStatus === 'run',
    );
    for (const allocation of own) announce(allocation, seen, options);
    const up = own.filter((allocation) => settled.has(allocation.ClientStatus) && !isStarting(allocation));
    out.live(`    ${up.length} of ${own.length} allocations up`);
    if (up.length === own.length) {
      return own.some((allocation) => ['failed', 'lost'].includes(allocation.ClientStatus)) ? 1 : 0;
    }
  }
  out.line('==> Not everything runs yet; look again with: orch job status');
  return 1;
}

/** Called running, with tasks that have not begun, all ended, or one that failed and takes the others with it: not settled. */
function isStarting(allocation: AllocationStubWire): boolean {
  const tasks = Object.values(allocation.TaskStates ?? {});
  const isGoing =
    tasks.every((task) => task.State === 'dead') || tasks.some((task) => task.State === 'pending' || task.Failed);
  return allocation.ClientStatus === 'running' && isGoing;
}

function announce(allocation: AllocationStubWire, seen: Map<string, string>, options: MonitorOptions): void {
  const { out } = options;
  const id = shown(allocation.ID, options);
  const node = allocation.NodeName || shown(allocation.NodeID, options);
  if (!seen.has(allocation.ID))
    out.line(`    Allocation "${id}" created: node "${node}", group "${allocation.TaskGroup}"`);
  for (const [name, task] of Object.entries(allocation.TaskStates ?? {})) {
    for (const event of task.Events) {
      const key = `${allocation.ID}/${name}/${event.Time}/${event.Type}`;
      if (seen.has(key)) continue;
      seen.set(key, '');
      out.line(`      ${id} ${name}: ${event.DisplayMessage || event.Type}`);
    }
  }
  const status = allocation.ClientStatus;
  // Between a prestart task and the others it is pending again for a moment: nothing new.
  if (seen.get(allocation.ID) === status || (status === 'pending' && seen.has(allocation.ID))) return;
  if (status !== 'pending')
    out.line(`    Allocation "${id}" is ${status}${status === 'failed' ? `: ${allocation.ClientDescription}` : ''}`);
  seen.set(allocation.ID, status);
}
