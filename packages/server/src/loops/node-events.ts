// What happens to nodes becomes entries: registration, status, eligibility, each with the evaluations of the jobs touched.

import { isClientTerminal } from '@orch/core/model/allocation';
import type { Evaluation, EvaluationTrigger } from '@orch/core/model/evaluation';
import { jobKey } from '@orch/core/model/ids';
import type { Node, NodeStatus } from '@orch/core/model/node';
import type { ServerContext } from '../config.ts';
import { type EvaluatedJob, newEvaluation } from './new-evaluation.ts';

/** Of an evaluation whose job nothing is known of any more. */
const defaultPriority = 50;

export interface NodeEvents {
  /** A node came (back) or its facts changed: it is ready. Writes nothing when state says the same already. */
  register(node: Node): Promise<void>;
  setStatus(nodeId: string, status: NodeStatus, description: string): Promise<void>;
  /** Returns the ids of the evaluations made. */
  setEligibility(nodeId: string, eligibility: Node['schedulingEligibility']): Promise<readonly Evaluation[]>;
  /** Forgets the node; what it ran is lost and replaced. Returns the evaluations made. */
  purge(nodeId: string): Promise<readonly Evaluation[]>;
  /** Evaluates every job that has something on the node, and the jobs that run on all nodes. */
  evaluate(nodeId: string): Promise<readonly Evaluation[]>;
}

export function nodeEvents(context: ServerContext): NodeEvents {
  const { store, clock } = context;
  return {
    async register(facts) {
      const atMs = clock.now();
      const known = store.snapshot().node(facts.id);
      const node = withServerFields(facts, known, atMs);
      if (known !== undefined && sameFacts(known, node)) return;
      const wasReady = known?.status === 'ready';
      const evaluations = wasReady ? [] : evaluationsOf(context, node.id, 'node-update');
      await store.submit({ kind: 'node-register', node, atMs, evaluations });
    },
    async setStatus(nodeId, status, description) {
      const evaluations = evaluationsOf(context, nodeId, 'node-update');
      await store.submit({ kind: 'node-status', nodeId, status, description, atMs: clock.now(), evaluations });
    },
    async setEligibility(nodeId, eligibility) {
      const evaluations = eligibility === 'eligible' ? evaluationsOf(context, nodeId, 'node-update') : [];
      await store.submit({ kind: 'node-eligibility', nodeId, eligibility, atMs: clock.now(), evaluations });
      return evaluations;
    },
    async purge(nodeId) {
      const evaluations = evaluationsOf(context, nodeId, 'node-update');
      await store.submit({ kind: 'node-purge', nodeId, atMs: clock.now(), evaluations });
      return evaluations;
    },
    async evaluate(nodeId) {
      const evaluations = evaluationsOf(context, nodeId, 'node-update');
      if (evaluations.length > 0) await store.submit({ kind: 'evaluation-upsert', evaluations });
      return evaluations;
    },
  };
}

/** The node says what it is; eligibility, drain and indexes are the server's. */
function withServerFields(facts: Node, known: Node | undefined, atMs: number): Node {
  const { drain: _, ...own } = facts;
  return {
    ...own,
    ...(known?.drain === undefined ? {} : { drain: known.drain }),
    schedulingEligibility: known?.schedulingEligibility ?? facts.schedulingEligibility,
    status: 'ready',
    statusDescription: '',
    statusUpdatedAtMs: known?.status === 'ready' ? known.statusUpdatedAtMs : atMs,
    createIndex: known?.createIndex ?? 0,
    modifyIndex: known?.modifyIndex ?? 0,
  };
}

function sameFacts(left: Node, right: Node): boolean {
  return canonical(left) === canonical(right);
}

/** JSON with sorted keys, so that equal facts are equal text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([left], [right]) => (left < right ? -1 : 1)))
      : item,
  );
}

export function evaluationsOf(
  context: ServerContext,
  nodeId: string,
  triggeredBy: EvaluationTrigger,
): readonly Evaluation[] {
  const snapshot = context.store.snapshot();
  const jobs = new Map<string, { readonly job: EvaluatedJob; readonly jobModifyIndex: number }>();
  const add = (version: { readonly job: EvaluatedJob; readonly jobModifyIndex: number }) => {
    jobs.set(jobKey(version.job.namespace, version.job.id), version);
  };
  for (const allocation of snapshot.nodeAllocations(nodeId)) {
    if (isClientTerminal(allocation)) continue;
    const { namespace, jobId, jobVersion } = allocation;
    // What a purged job had here must still come to its end, also when its versions are forgotten.
    const version = snapshot.job(namespace, jobId) ?? snapshot.jobVersion(namespace, jobId, jobVersion);
    add(version ?? { job: { namespace, id: jobId, type: 'service', priority: defaultPriority }, jobModifyIndex: 0 });
  }
  for (const version of snapshot.jobs()) {
    if (!version.stop && (version.job.type === 'system' || version.job.type === 'sysbatch')) add(version);
  }
  const atMs = context.clock.now();
  return [...jobs.values()].map((version) =>
    newEvaluation(version.job, version.jobModifyIndex, { id: context.ids(), atMs, triggeredBy, nodeId }),
  );
}
