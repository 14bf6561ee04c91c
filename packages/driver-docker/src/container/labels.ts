// Names and labels by which containers of orch are found again.
import { createHash } from 'node:crypto';
import type { TaskConfig } from '@orch/driver-api';

export const LABEL_OWNER = 'orch.owner';
export const LABEL_TASK_ID = 'orch.task-id';
/** How the job calls the image: a container is made of its id. */
export const LABEL_IMAGE = 'orch.image';
/** Marks a door container; its value is the network namespace. */
export const LABEL_DOOR = 'orch.door';

/** Marks a container that is only there to be looked at. */
export const LABEL_LOOK = 'orch.look';
export const DOOR_PREFIX = 'orch-door-';
export const LOOK_PREFIX = 'orch-look-';

/** Identifies the agent whose containers these are: several may share one engine. */
export function ownerOf(stateDir: string): string {
  return createHash('sha256').update(stateDir).digest('hex').slice(0, 12);
}

/** Whether it is one of the driver's own. Labels alone do not tell: a container has those of its image, too. */
export function isHelper(names: readonly string[], labels: Readonly<Record<string, string>>): boolean {
  const isNamed = names.some((name) => name.startsWith(`/${DOOR_PREFIX}`) || name.startsWith(`/${LOOK_PREFIX}`));
  return isNamed && labels[LABEL_TASK_ID] === undefined;
}

/** The same for the same task id, so that creating it a second time is a conflict the engine notices. */
export function containerName(taskId: string): string {
  const [, name = 'task'] = taskId.split('/');
  const short = createHash('sha256').update(taskId).digest('hex').slice(0, 12);
  return `orch-${name.replace(/[^a-zA-Z0-9_.-]/g, '-').slice(0, 60)}-${short}`;
}

export function taskLabels(task: TaskConfig, owner: string): Record<string, string> {
  return {
    [LABEL_OWNER]: owner,
    [LABEL_TASK_ID]: task.id,
    'orch.task': task.name,
    'orch.allocation-id': task.allocationId,
    'orch.allocation-name': task.allocationName,
    'orch.group': task.groupName,
    'orch.job-id': task.jobId,
    'orch.namespace': task.namespace,
    'orch.node': task.nodeName,
  };
}
