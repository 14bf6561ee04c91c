// The check of whole reserved cores, and which ones are free.

import type { Node } from '../../model/node.ts';
import { holdingAllocations, type NodeBook, type NodeReader } from '../ports/port-view.ts';
import { type CheckFailure, exhausted } from './check.ts';

/** Core ids nobody has reserved, lowest first. */
export function freeCores(reader: NodeReader, node: Node, book: NodeBook | undefined): number[] {
  const held = new Set(book?.addedCores);
  for (const allocation of holdingAllocations(reader, node, book)) {
    for (const task of Object.values(allocation.resources.tasks)) {
      for (const core of task.cores ?? []) held.add(core);
    }
  }
  return Array.from({ length: node.resources.cores }, (_, core) => core).filter((core) => !held.has(core));
}

/** What one reserved core counts as in MHz. */
export function coreMhz(node: Node): number {
  return node.resources.cores > 0 ? Math.floor(node.resources.cpuMhz / node.resources.cores) : 0;
}

export function checkCores(needs: number, free: number, node: Node): CheckFailure | undefined {
  if (needs <= free) return undefined;
  return exhausted(
    'cores',
    'cores',
    (needs - free) / needs,
    `cores: needs ${needs}, has ${free} free of ${node.resources.cores}`,
    needs > node.resources.cores
      ? 'lower resources.cores, or add a larger node'
      : 'lower resources.cores, or add a node',
  );
}
