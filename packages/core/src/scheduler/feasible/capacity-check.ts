// The checks of cpu, memory and disk against what is free on the node.

import type { Node } from '../../model/node.ts';
import type { ResourceUse } from '../../model/resources.ts';
import { type CheckFailure, exhausted } from './check.ts';

/** What the node can give in all: its resources without the reserved part. */
export function nodeCapacity(node: Node): ResourceUse {
  return {
    cpuMhz: node.resources.cpuMhz - node.reserved.cpuMhz,
    memoryMiB: node.resources.memoryMiB - node.reserved.memoryMiB,
    diskMiB: node.resources.diskMiB - node.reserved.diskMiB,
  };
}

const dimensions = [
  { name: 'cpu', field: 'cpuMhz', unit: 'MHz', setting: 'resources.cpu' },
  { name: 'memory', field: 'memoryMiB', unit: 'MiB', setting: 'resources.memory' },
  { name: 'disk', field: 'diskMiB', unit: 'MiB', setting: 'ephemeral_disk.size' },
] as const;

/** All dimensions that are too small, not only the first. */
export function checkCapacity(ask: ResourceUse, used: ResourceUse, capacity: ResourceUse): CheckFailure[] {
  return dimensions.flatMap(({ name, field, unit, setting }) => {
    const needs = ask[field];
    const free = Math.max(0, capacity[field] - used[field]);
    if (used[field] + needs <= capacity[field]) return [];
    const mend =
      needs > capacity[field]
        ? `lower ${setting} by ${needs - capacity[field]} ${unit}, or add a larger node`
        : `free ${needs - free} ${unit} on the node, lower ${setting}, or add a node`;
    const reason = `needs ${needs} ${unit}, has ${free} free of ${capacity[field]}`;
    return [exhausted(name, name, needs > 0 ? (needs - free) / needs : 1, `${name}: ${reason}`, mend)];
  });
}
