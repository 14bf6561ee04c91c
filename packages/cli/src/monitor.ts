// Follows an evaluation until what it wanted runs, or cannot be placed: live on a terminal, one line an event when piped.

import type { AllocationStubWire, ApiClient, EvaluationWire } from '@orch/api';
import { renderPlacementFailure } from './render/placement.ts';

export interface MonitorOptions {
  readonly api: ApiClient;
  readonly jobId: string;
  readonly namespace: string;
  readonly say: (line: string) => void;
  /** Milliseconds after which the monitor gives up watching; the job goes on. */
  readonly timeoutMs: number;
}

/** 0: everything placed and running (or done). 1: an evaluation failed or an allocation did. 2: something could not be placed. */
export type MonitorResult = 0 | 1 | 2;

const settled = new Set(['running', 'complete', 'failed', 'lost', 'unknown']);

export async function monitorEvaluation(evaluationId: string, options: MonitorOptions): Promise<MonitorResult> {
  const { api, say } = options;
  const until = Date.now() + options.timeoutMs;
  say(`==> Monitoring evaluation "${evaluationId.slice(0, 8)}"`);
  const evaluation = await untilDone(api, evaluationId, until);
  if (evaluation === undefined) {
    say('==> The evaluation is still pending; look again with: orch job status');
    return 1;
  }
  if (evaluation.Status === 'failed') {
    say(`==> Evaluation failed: ${evaluation.StatusDescription}`);
    return 1;
  }
  const failures = Object.entries(evaluation.FailedTGAllocs ?? {});
  for (const [group, metrics] of failures)
    for (const line of renderPlacementFailure(group, metrics)) say(`    ${line}`);
  if (failures.length > 0 && evaluation.BlockedEval !== '')
    say(`    Evaluation "${evaluation.BlockedEval.slice(0, 8)}" waits and goes on by itself when a node can take it`);
  const health = await followAllocations(evaluationId, options, until);
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

async function followAllocations(evaluationId: string, options: MonitorOptions, until: number): Promise<0 | 1> {
  const { api, jobId, namespace, say } = options;
  const seen = new Map<string, string>();
  let index = 0;
  while (Date.now() < until) {
    const read = await api.jobs.allocations(jobId, { namespace, index, waitMs: Math.max(1, until - Date.now()) });
    index = read.index;
    const own = read.value.filter(
      (allocation) => allocation.EvalID === evaluationId && allocation.DesiredStatus === 'run',
    );
    for (const allocation of own) announce(allocation, seen, say);
    if (own.every((allocation) => settled.has(allocation.ClientStatus) && !isStarting(allocation))) {
      return own.some((allocation) => ['failed', 'lost'].includes(allocation.ClientStatus)) ? 1 : 0;
    }
  }
  say('==> Not everything runs yet; look again with: orch job status');
  return 1;
}

/** Running, with tasks that have not begun, or with one that failed and takes the others with it: not up, not settled. */
function isStarting(allocation: AllocationStubWire): boolean {
  const tasks = Object.values(allocation.TaskStates ?? {});
  return allocation.ClientStatus === 'running' && tasks.some((task) => task.State === 'pending' || task.Failed);
}

function announce(allocation: AllocationStubWire, seen: Map<string, string>, say: (line: string) => void): void {
  const id = allocation.ID.slice(0, 8);
  if (!seen.has(allocation.ID))
    say(
      `    Allocation "${id}" created: node "${allocation.NodeName || allocation.NodeID.slice(0, 8)}", group "${allocation.TaskGroup}"`,
    );
  const status = allocation.ClientStatus;
  if (seen.get(allocation.ID) !== status) {
    if (status !== 'pending')
      say(`    Allocation "${id}" is ${status}${status === 'failed' ? `: ${allocation.ClientDescription}` : ''}`);
    seen.set(allocation.ID, status);
  }
  for (const [name, task] of Object.entries(allocation.TaskStates ?? {})) {
    for (const event of task.Events) {
      const key = `${allocation.ID}/${name}/${event.Time}/${event.Type}`;
      if (seen.has(key)) continue;
      seen.set(key, '');
      say(`      ${id} ${name}: ${event.DisplayMessage || event.Type}`);
    }
  }
}
