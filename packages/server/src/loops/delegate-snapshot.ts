// A snapshot as a plain object, for views that differ from it in a few answers.

import type { StateSnapshot } from '@orch/core/model/snapshot';

/** A snapshot's own answers as a plain object, whatever class it is made by. */
export function delegateSnapshot(snapshot: StateSnapshot): StateSnapshot {
  return {
    index: snapshot.index,
    job: (namespace, jobId) => snapshot.job(namespace, jobId),
    jobVersion: (namespace, jobId, version) => snapshot.jobVersion(namespace, jobId, version),
    jobVersions: (namespace, jobId) => snapshot.jobVersions(namespace, jobId),
    jobs: () => snapshot.jobs(),
    node: (nodeId) => snapshot.node(nodeId),
    nodes: () => snapshot.nodes(),
    allocation: (id) => snapshot.allocation(id),
    allocations: () => snapshot.allocations(),
    nodeAllocations: (nodeId) => snapshot.nodeAllocations(nodeId),
    jobAllocations: (namespace, jobId) => snapshot.jobAllocations(namespace, jobId),
    evaluationAllocations: (id) => snapshot.evaluationAllocations(id),
    deploymentAllocations: (id) => snapshot.deploymentAllocations(id),
    nodeUse: (nodeId) => snapshot.nodeUse(nodeId),
    nodePorts: (nodeId) => snapshot.nodePorts(nodeId),
    evaluation: (id) => snapshot.evaluation(id),
    evaluations: () => snapshot.evaluations(),
    jobEvaluations: (namespace, jobId) => snapshot.jobEvaluations(namespace, jobId),
    deployment: (id) => snapshot.deployment(id),
    deployments: () => snapshot.deployments(),
    latestDeployment: (namespace, jobId) => snapshot.latestDeployment(namespace, jobId),
    schedulerConfig: () => snapshot.schedulerConfig(),
  };
}
