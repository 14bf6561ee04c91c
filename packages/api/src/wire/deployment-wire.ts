// Deployments: model to wire.

import type { Deployment, DeploymentGroup } from '@orch/core/model/deployment';
import type { DeploymentGroupWire, DeploymentWire } from '../types/deployment.ts';
import { nanoseconds, timeText } from './time.ts';

export function deploymentToWire(deployment: Deployment): DeploymentWire {
  const groups = Object.entries(deployment.taskGroups);
  return {
    ID: deployment.id,
    Namespace: deployment.namespace,
    JobID: deployment.jobId,
    JobVersion: deployment.jobVersion,
    JobModifyIndex: deployment.jobModifyIndex,
    JobSpecModifyIndex: deployment.jobModifyIndex,
    JobCreateIndex: deployment.jobCreateIndex,
    IsMultiregion: false,
    TaskGroups: Object.fromEntries(groups.map(([name, group]) => [name, groupToWire(group)])),
    Status: deployment.status === 'canceled' ? 'cancelled' : deployment.status,
    StatusDescription: deployment.statusDescription,
    CreateIndex: deployment.createIndex,
    ModifyIndex: deployment.modifyIndex,
    CreateTime: nanoseconds(deployment.createdAtMs),
  };
}

function groupToWire(group: DeploymentGroup): DeploymentGroupWire {
  return {
    AutoRevert: group.autoRevert,
    AutoPromote: group.autoPromote,
    ProgressDeadline: nanoseconds(group.progressDeadlineMs),
    RequireProgressBy: timeText(group.requireProgressByMs),
    Promoted: group.promoted,
    PlacedCanaries: group.placedCanaries.length === 0 ? null : group.placedCanaries,
    DesiredCanaries: group.desiredCanaries,
    DesiredTotal: group.desiredTotal,
    PlacedAllocs: group.placedAllocs,
    HealthyAllocs: group.healthyAllocs,
    UnhealthyAllocs: group.unhealthyAllocs,
  };
}
