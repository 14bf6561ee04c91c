// The leader: wires its loops to the store. Everything starts from an applied entry; nothing polls.

import type { Evaluation } from '@orch/core/model/evaluation';
import { isNodeStandIn } from '@orch/core/model/node-record';
import type { Entry } from '@orch/core/state/entry';
import type { ServerContext } from '../config.ts';
import { type BlockedEvals, blockedEvals } from './blocked-evals.ts';
import { type ClientUpdates, clientUpdates } from './client-updates.ts';
import { type DeploymentWatcher, deploymentWatcher } from './deployment-watcher.ts';
import { type EvalBroker, evalBroker } from './eval-broker.ts';
import { type GarbageCollector, garbageCollector } from './gc.ts';
import { type Heartbeats, heartbeats } from './heartbeats.ts';
import { newEvaluation } from './new-evaluation.ts';
import { type NodeEvents, nodeEvents } from './node-events.ts';
import { planApplier } from './plan-apply.ts';
import { resubmit } from './resubmit.ts';
import { scheduleRunner } from './run-schedule.ts';
import { worker } from './worker.ts';

export interface Leader {
  readonly nodes: NodeEvents;
  readonly heartbeats: Heartbeats;
  readonly clientUpdates: ClientUpdates;
  readonly deployments: DeploymentWatcher;
  readonly gc: GarbageCollector;
  readonly broker: Pick<EvalBroker, 'counts'>;
  readonly blocked: Pick<BlockedEvals, 'count'>;
  close(): Promise<void>;
}

/** Takes over: restores the queues from state, then follows every entry. */
export function lead(context: ServerContext): Leader {
  const { store, config, clock } = context;
  const broker = evalBroker({ clock, redeliverMs: config.scheduling.redeliverMs, onReady: () => works.wake() });
  const applier = planApplier(context);
  const works = worker({ context, broker, applier, run: scheduleRunner(context) });
  const blocked = blockedEvals(context, (evaluation) => broker.enqueue(evaluation));
  const nodes = nodeEvents(context);
  const beats = heartbeats(context, nodes);
  const deployments = deploymentWatcher(context);
  const gc = garbageCollector(context);

  const track = (evaluation: Evaluation | undefined, id: string) => {
    if (evaluation?.status !== 'blocked') blocked.forget(id);
    if (evaluation?.status !== 'pending' && evaluation?.status !== 'blocked') broker.forget(id);
    if (evaluation?.status === 'pending') broker.enqueue(evaluation);
    if (evaluation?.status === 'blocked') blocked.block(evaluation);
  };
  const unsubscribe = store.onApplied((changes, entry) => {
    blocked.applied(changes, entry);
    const snapshot = store.snapshot();
    for (const id of changes.evaluations) track(snapshot.evaluation(id), id);
    deployments.applied(changes, entry);
    if (entry.kind === 'plan-apply') rescueFromLostNodes(context, entry);
  });

  for (const evaluation of store.snapshot().evaluations()) track(evaluation, evaluation.id);
  blocked.wakeAll();
  beats.start();
  reportDamagedNodes(context);
  deployments.start();
  gc.start();
  works.wake();

  return {
    nodes,
    heartbeats: beats,
    clientUpdates: clientUpdates(context),
    deployments,
    gc,
    broker,
    blocked,
    async close() {
      unsubscribe();
      broker.close();
      blocked.close();
      beats.close();
      deployments.close();
      gc.close();
      await works.close();
      applier.close();
    },
  };
}

/** A plan committed just behind the entry that took its node away: its jobs must look again. */
function rescueFromLostNodes(context: ServerContext, entry: Extract<Entry, { kind: 'plan-apply' }>): void {
  const { store, clock, ids } = context;
  const snapshot = store.snapshot();
  const lost = entry.plan.placements.find((placement) => {
    const status = snapshot.node(placement.nodeId)?.status;
    return status === undefined || status === 'down';
  });
  if (lost === undefined) return;
  resubmit(context, 're-evaluating a lost placement', () => {
    const version = store.snapshot().job(entry.plan.namespace, entry.plan.jobId);
    if (version === undefined) return undefined;
    const evaluation = newEvaluation(version.job, version.jobModifyIndex, {
      id: ids(),
      atMs: clock.now(),
      triggeredBy: 'node-update',
      nodeId: lost.nodeId,
    });
    return { kind: 'evaluation-upsert', evaluations: [evaluation] };
  });
}

/** Records that were kept before they were checked: such a node runs nothing, and readers are shown a stand-in. */
function reportDamagedNodes({ store, log }: ServerContext): void {
  for (const node of store.snapshot().nodes()) {
    if (!isNodeStandIn(node)) continue;
    const hint = `forget it with: orch node purge ${node.id}`;
    log.error('a node is passed over', { nodeId: node.id, reason: node.statusDescription, hint });
  }
}
