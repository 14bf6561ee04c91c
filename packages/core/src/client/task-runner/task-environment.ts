// What the client asks of the job language: a task's variables, and the values of `${…}` at run time.

import type { ConfigSchema } from '@orch/driver-api';
import type { Allocation } from '../../model/allocation.ts';
import type { Job } from '../../model/job.ts';
import type { AllocationNetworkStatus } from '../../model/network.ts';
import type { Node } from '../../model/node.ts';
import type { Json, Task } from '../../model/task.ts';
import type { TaskGroup } from '../../model/task-group.ts';

export interface GroupEnvironmentInput {
  readonly allocation: Allocation;
  readonly job: Job;
  readonly group: TaskGroup;
  readonly node: Node;
}

export interface TaskEnvironmentInput extends GroupEnvironmentInput {
  readonly task: Task;
  /** Paths as the task sees them. */
  readonly paths: TaskPaths;
  /** The same directories as the node sees them. */
  readonly hostPaths: TaskPaths;
  /** Absent in host mode. */
  readonly networkStatus?: AllocationNetworkStatus;
  /** Where the task reaches its siblings. */
  readonly groupAddress: string;
  /** Whether it lives on the node's own file system and programs, and so with the node's variables. */
  readonly seesHost: boolean;
}

export interface TaskPaths {
  readonly shared: string;
  readonly local: string;
  readonly secrets: string;
}

export interface TaskEnvironment {
  /** Complete and interpolated. */
  readonly env: Readonly<Record<string, string>>;
  /** Replaces what is known, with paths as the task sees them; an unknown reference stays as it is. */
  interpolate(text: string): string;
  /** As `interpolate`, with paths as the node sees them: for what the node itself reads or writes. */
  interpolatePath(text: string): string;
  /**
   * The driver's block with its references resolved, in the types its schema says.
   * @throws OrchError `config-unresolved`
   */
  driverConfig(config: Readonly<Record<string, Json>>, schema: ConfigSchema): Readonly<Record<string, Json>>;
}

/** @throws OrchError `environment-too-large`, `value-too-large` */
export type BuildTaskEnvironment = (input: TaskEnvironmentInput) => TaskEnvironment;

/** What the node's tasks are told beyond the job: both of the job language's views of it. */
export interface RuntimeLanguage {
  readonly task: BuildTaskEnvironment;
  /** For fields of the group, which belong to no task. */
  group(input: GroupEnvironmentInput): (text: string) => string;
}
