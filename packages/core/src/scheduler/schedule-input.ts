// What one scheduling decision is made from. Equal input gives an equal plan.

import type { IdSource, Random } from '../lib/random.ts';
import type { Evaluation } from '../model/evaluation.ts';
import type { StateSnapshot } from '../model/snapshot.ts';
import type { ReplacesAllocations } from './reconcile/updates.ts';

export interface ScheduleLimits {
  /** Nodes looked at between two yields. @default 1024 */
  readonly sliceNodes: number;
  /** Instances placed between two yields. @default 256 */
  readonly slicePlacements: number;
  /** Nodes described with every failure when a placement fails. @default 5 */
  readonly nearestNodes: number;
}

export const defaultScheduleLimits: ScheduleLimits = { sliceNodes: 1_024, slicePlacements: 256, nearestNodes: 5 };

export interface ScheduleInput {
  readonly snapshot: StateSnapshot;
  readonly evaluation: Evaluation;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Ids of new allocations, evaluations and deployments. */
  readonly ids: IdSource;
  /** Order of equal nodes and choice of dynamic ports; seeded from the evaluation. */
  readonly random: Random;
  readonly limits?: Partial<ScheduleLimits>;
  /** Which changes need new allocations is a matter of the job language: `replacesAllocations` of the schema. */
  readonly replacesAllocations: ReplacesAllocations;
}
