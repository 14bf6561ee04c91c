// Resources: asked by tasks, had by nodes, given to allocations.

import type { Affinity, Constraint } from './constraint.ts';
import type { AllocatedPort } from './network.ts';
import type { Json } from './task.ts';

export interface TaskResourceRequest {
  /** MHz. 0 when `cores` is given. */
  readonly cpuMhz: number;
  /** Whole cores reserved for the task alone. */
  readonly cores?: number;
  readonly memoryMiB: number;
  /** Absent = `memoryMiB` is the hard limit; −1 = the node's memory. */
  readonly memoryMaxMiB?: number;
  readonly devices: readonly DeviceRequest[];
  /** `secrets`, `numa` and old fields, without effect. */
  readonly kept?: Readonly<Record<string, Json>>;
}

export interface DeviceRequest {
  /** `type`, `vendor/type` or `vendor/type/name`. */
  readonly name: string;
  readonly count: number;
  readonly constraints: readonly Constraint[];
  readonly affinities: readonly Affinity[];
}

export interface NodeResources {
  /** Usable compute in MHz over all cores. */
  readonly cpuMhz: number;
  readonly cores: number;
  readonly memoryMiB: number;
  readonly diskMiB: number;
  readonly networks: readonly NodeNetwork[];
  readonly dynamicPortMin: number;
  readonly dynamicPortMax: number;
}

/** A host network ports can be published on. */
export interface NodeNetwork {
  /** @default 'default' */
  readonly name: string;
  readonly device: string;
  readonly address: string;
}

export interface ReservedResources {
  readonly cpuMhz: number;
  readonly memoryMiB: number;
  readonly diskMiB: number;
  readonly ports: readonly number[];
}

export interface AllocatedResources {
  readonly tasks: Readonly<Record<string, AllocatedTaskResources>>;
  readonly shared: { readonly diskMiB: number; readonly ports: readonly AllocatedPort[] };
}

export interface AllocatedTaskResources {
  readonly cpuMhz: number;
  readonly cores?: readonly number[];
  readonly memoryMiB: number;
  readonly memoryMaxMiB?: number;
}

/** Sum of what allocations take from a node: what fit and scores are computed from. */
export interface ResourceUse {
  readonly cpuMhz: number;
  readonly memoryMiB: number;
  readonly diskMiB: number;
}

/** What an allocation takes from its node: the plain sum over its tasks, and the shared disk. */
export function allocatedUse(resources: AllocatedResources): ResourceUse {
  let cpuMhz = 0;
  let memoryMiB = 0;
  for (const name in resources.tasks) {
    const task = resources.tasks[name];
    if (task === undefined) continue;
    cpuMhz += task.cpuMhz;
    memoryMiB += task.memoryMiB;
  }
  return { cpuMhz, memoryMiB, diskMiB: resources.shared.diskMiB };
}
