// Evaluations: model to wire.

import type { Evaluation } from '@orch/core/model/evaluation';
import type { EvaluationWire } from '../types/evaluation.ts';
import { failuresToWire, orNull } from './metrics-wire.ts';
import { nanoseconds, timeText } from './time.ts';

export function evaluationToWire(evaluation: Evaluation): EvaluationWire {
  return {
    ID: evaluation.id,
    Priority: evaluation.priority,
    Type: evaluation.type,
    TriggeredBy: evaluation.triggeredBy,
    Namespace: evaluation.namespace,
    JobID: evaluation.jobId,
    JobModifyIndex: evaluation.jobModifyIndex,
    NodeID: evaluation.nodeId ?? '',
    DeploymentID: evaluation.deploymentId ?? '',
    Status: evaluation.status,
    StatusDescription: evaluation.statusDescription,
    WaitUntil: timeText(evaluation.waitUntilMs),
    NextEval: evaluation.nextEvaluation ?? '',
    PreviousEval: evaluation.previousEvaluation ?? '',
    BlockedEval: evaluation.blockedEvaluation ?? '',
    FailedTGAllocs: failuresToWire(evaluation.failedTaskGroups),
    ClassEligibility: orNull(evaluation.classEligibility),
    EscapedComputedClass: evaluation.escapedComputedClass,
    QuotaLimitReached: '',
    AnnotatePlan: false,
    QueuedAllocations: evaluation.queuedAllocations,
    SnapshotIndex: evaluation.snapshotIndex,
    CreateIndex: evaluation.createIndex,
    ModifyIndex: evaluation.modifyIndex,
    CreateTime: nanoseconds(evaluation.createdAtMs),
    ModifyTime: nanoseconds(evaluation.modifiedAtMs),
  };
}
