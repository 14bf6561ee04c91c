// What one allocation runner is given: the parts of the node its tasks and hooks work with.

import type { Driver } from '@orch/driver-api';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Random } from '../../lib/random.ts';
import type { Allocation, AllocationUpdate } from '../../model/allocation.ts';
import type { Node } from '../../model/node.ts';
import type { DirectoryTools } from '../alloc-dir/build.ts';
import type { GroupNetworks } from '../network/group-networks.ts';
import type { NodeStore } from '../store/node-store.ts';
import type { RuntimeLanguage } from '../task-runner/task-environment.ts';
import type { TaskHook } from '../task-runner/task-hook.ts';

export interface AllocContext {
  readonly dataDir: string;
  readonly bootId: string;
  readonly store: NodeStore;
  readonly networks: GroupNetworks;
  readonly tools: DirectoryTools;
  readonly language: RuntimeLanguage;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly maxKillTimeoutMs: number;
  node(): Node;
  driver(name: string): Driver | undefined;
  /** Fresh hooks for one task. */
  taskHooks(): readonly TaskHook[];
  /** Resolves when nothing on this node stands in the allocation's place any more. */
  untilVacated(allocation: Allocation): Promise<void>;
  /** Something about the allocation changed, and is on the disk. */
  report(update: AllocationUpdate): void;
}
