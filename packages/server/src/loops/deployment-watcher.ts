// Watches deployments: lets the next instances go when the last ones are healthy, ends them, reverts them.

import { describeError } from '@orch/core/lib/errors';
import type { Deployment } from '@orch/core/model/deployment';
import { isDeploymentActive } from '@orch/core/model/deployment';
import type { Evaluation } from '@orch/core/model/evaluation';
import type { Job, JobVersion } from '@orch/core/model/job';
import type { Changes, Entry } from '@orch/core/state/entry';
import type { ServerContext } from '../config.ts';
import { decideDeployment } from './deployment-decision.ts';
import { newEvaluation } from './new-evaluation.ts';

export interface DeploymentWatcher {
  start(): void;
  applied(changes: Changes, entry: Entry): void;
  /** Lets the canaries of all or some groups become the new version. */
  promote(deployment: Deployment, groups: readonly string[] | null): Promise<Evaluation | undefined>;
  fail(deployment: Deployment, description: string, revert: boolean): Promise<Evaluation | undefined>;
  close(): void;
}

export function deploymentWatcher(context: ServerContext): DeploymentWatcher {
  const { store, clock, log, config } = context;
  const timers = new Map<string, () => void>();
  /** One write per deployment at a time: what it decides from is stale until the write is applied. */
  const writing = new Set<string>();
  const again = new Set<string>();
  let closed = false;

  const evaluationFor = (deployment: Deployment): Evaluation | undefined => {
    const version = store.snapshot().job(deployment.namespace, deployment.jobId);
    if (version === undefined) return undefined;
    return newEvaluation(version.job, version.jobModifyIndex, {
      id: context.ids(),
      atMs: clock.now(),
      triggeredBy: 'deployment-watcher',
      deploymentId: deployment.id,
    });
  };
  const write = async (deployment: Deployment, entry: (evaluation: Evaluation | undefined) => Entry) => {
    const evaluation = evaluationFor(deployment);
    await store.submit(entry(evaluation));
    return evaluation;
  };

  const promote: DeploymentWatcher['promote'] = (deployment, groups) =>
    write(deployment, (evaluation) => ({
      kind: 'deployment-promote',
      deploymentId: deployment.id,
      groups,
      atMs: clock.now(),
      evaluations: listOf(evaluation),
    }));

  const fail: DeploymentWatcher['fail'] = (deployment, description, revert) => {
    const target = revert ? revertTarget(context, deployment) : undefined;
    const suffix = target === undefined ? noRevertSuffix(revert) : ` - rolling back to job version ${target.version}`;
    return write(deployment, (evaluation) => ({
      kind: 'deployment-status',
      deploymentId: deployment.id,
      status: 'failed',
      description: description + suffix,
      atMs: clock.now(),
      evaluations: listOf(evaluation),
      ...(target === undefined ? {} : { job: target.job }),
    }));
  };

  async function succeed(deployment: Deployment): Promise<void> {
    await write(deployment, (evaluation) => ({
      kind: 'deployment-status',
      deploymentId: deployment.id,
      status: 'successful',
      description: 'Deployment completed successfully',
      atMs: clock.now(),
      evaluations: listOf(evaluation),
    }));
  }

  async function step(deployment: Deployment, madeProgress: boolean): Promise<void> {
    const allocations = store.snapshot().deploymentAllocations(deployment.id);
    const decision = decideDeployment(deployment, allocations, clock.now());
    switch (decision.kind) {
      case 'promote':
        await promote(deployment, null);
        return;
      case 'succeed':
        await succeed(deployment);
        return;
      case 'fail':
        await fail(deployment, decision.description, decision.revert);
        return;
      case 'wait': {
        arm(deployment.id, decision.untilMs);
        const evaluation = madeProgress ? evaluationFor(deployment) : undefined;
        if (evaluation !== undefined) await store.submit({ kind: 'evaluation-upsert', evaluations: [evaluation] });
      }
    }
  }

  const arm = (deploymentId: string, untilMs: number | undefined, madeProgress = false) => {
    timers.get(deploymentId)?.();
    timers.delete(deploymentId);
    if (untilMs !== undefined && !closed) {
      timers.set(
        deploymentId,
        clock.after(untilMs - clock.now(), () => look(deploymentId, madeProgress)),
      );
    }
  };

  const look = (deploymentId: string, madeProgress: boolean) => {
    if (writing.has(deploymentId)) {
      if (madeProgress) again.add(deploymentId);
      return;
    }
    const deployment = store.snapshot().deployment(deploymentId);
    if (deployment === undefined || !isDeploymentActive(deployment)) return arm(deploymentId, undefined);
    writing.add(deploymentId);
    step(deployment, madeProgress)
      .catch((error: unknown) => {
        log.error('deployment step failed', { deploymentId, error: describeError(error) });
        // Nothing else may ever happen to the deployment: the step is tried again.
        arm(deploymentId, clock.now() + config.scheduling.redeliverMs, madeProgress);
      })
      .finally(() => {
        writing.delete(deploymentId);
        if (again.delete(deploymentId)) look(deploymentId, true);
      });
  };

  return {
    start() {
      for (const deployment of store.snapshot().deployments()) {
        if (isDeploymentActive(deployment)) look(deployment.id, true);
      }
    },
    applied(changes, entry) {
      const verdicts = hasVerdicts(entry);
      for (const deploymentId of changes.deployments) {
        look(deploymentId, verdicts);
      }
    },
    promote,
    fail,
    close() {
      closed = true;
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}

function hasVerdicts(entry: Entry): boolean {
  if (entry.kind === 'allocation-health') return true;
  return entry.kind === 'alloc-client-update' && entry.updates.some((update) => update.healthy !== undefined);
}

function listOf(evaluation: Evaluation | undefined): readonly Evaluation[] {
  return evaluation === undefined ? [] : [evaluation];
}

function noRevertSuffix(wanted: boolean): string {
  return wanted ? ' - no stable job version to auto revert to' : '';
}

/** The newest stable version before the deployed one, unless it asks for the very same. */
function revertTarget(context: ServerContext, deployment: Deployment): { job: Job; version: number } | undefined {
  const versions = context.store.snapshot().jobVersions(deployment.namespace, deployment.jobId);
  const stable = versions
    .filter((candidate) => candidate.stable && candidate.version < deployment.jobVersion)
    .reduce<JobVersion | undefined>(
      (best, next) => (best === undefined || next.version > best.version ? next : best),
      undefined,
    );
  const deployed = versions.find((candidate) => candidate.version === deployment.jobVersion);
  if (stable === undefined || JSON.stringify(stable.job) === JSON.stringify(deployed?.job)) return undefined;
  return { job: stable.job, version: stable.version };
}
