// Where instances of the job live once the plan in the making is carried out.

import { type Allocation, isTerminal } from '../../model/allocation.ts';

export interface Instance {
  readonly nodeId: string;
  readonly taskGroup: string;
}

/** Allocation id → instance: the job's live allocations, without those the plan stops, with those it places. */
export type Presence = Map<string, Instance>;

export function presenceOf(allocations: readonly Allocation[]): Presence {
  const presence: Presence = new Map();
  for (const allocation of allocations) {
    if (!isTerminal(allocation)) presence.set(allocation.id, allocation);
  }
  return presence;
}
