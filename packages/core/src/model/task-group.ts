// A task group: tasks that share a node, a network, a directory and a life.

import type { Affinity, Constraint, Spread } from './constraint.ts';
import type { NetworkRequest } from './network.ts';
import type { DisconnectStrategy, MigrateStrategy, ReschedulePolicy, RestartPolicy, UpdateStrategy } from './policy.ts';
import type { Json, Task } from './task.ts';

export interface TaskGroup {
  readonly name: string;
  readonly count: number;
  readonly constraints: readonly Constraint[];
  readonly affinities: readonly Affinity[];
  readonly spreads: readonly Spread[];
  /** Several networks are interfaces eth0, eth1, … in this order. Empty = host network. */
  readonly networks: readonly NetworkRequest[];
  readonly tasks: readonly Task[];
  readonly restart: RestartPolicy;
  readonly reschedule?: ReschedulePolicy;
  readonly update?: UpdateStrategy;
  readonly migrate?: MigrateStrategy;
  readonly disconnect?: DisconnectStrategy;
  readonly ephemeralDisk: { readonly sizeMiB: number; readonly sticky: boolean; readonly migrate: boolean };
  readonly meta: Readonly<Record<string, string>>;
  readonly shutdownDelayMs: number;
  readonly maxRunDurationMs?: number;
  readonly kept: Readonly<Record<string, Json>>;
}
