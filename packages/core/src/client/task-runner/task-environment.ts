// What the client asks of the job language for one task: its variables, and the values of `${…}` at run time.

import type { Allocation } from '../../model/allocation.ts';
import type { Job } from '../../model/job.ts';
import type { AllocationNetworkStatus } from '../../model/network.ts';
import type { Node } from '../../model/node.ts';
import type { Task } from '../../model/task.ts';
import type { TaskGroup } from '../../model/task-group.ts';

export interface TaskEnvironmentInput {
  readonly allocation: Allocation;
  readonly job: Job;
  readonly group: TaskGroup;
  readonly task: Task;
  readonly node: Node;
  /** Paths as the task sees them. */
  readonly paths: TaskPaths;
  /** The same directories as the node sees them. */
  readonly hostPaths: TaskPaths;
  /** Absent in host mode. */
  readonly networkStatus?: AllocationNetworkStatus;
  /** Where the task reaches its siblings. */
  readonly groupAddress: string;
}

export interface TaskPaths {
  readonly shared: string;
  readonly local: string;
  readonly secrets: string;
}

export interface TaskEnvironment {
  /** Complete and interpolated. */
  readonly env: Readonly<Record<string, string>>;
  /** Replaces what is known; an unknown reference stays as it is. */
  interpolate(text: string): string;
}

export type BuildTaskEnvironment = (input: TaskEnvironmentInput) => TaskEnvironment;
