// The check of the job's node pool. The pool `all` holds every node.

import type { Node } from '../../model/node.ts';
import { type CheckFailure, filtered } from './check.ts';

export function matchesNodePool(pool: string, node: Node): boolean {
  return pool === 'all' || (pool || 'default') === (node.nodePool || 'default');
}

export function checkNodePool(pool: string, node: Node): CheckFailure | undefined {
  if (matchesNodePool(pool, node)) return undefined;
  const wanted = JSON.stringify(pool || 'default');
  const has = JSON.stringify(node.nodePool || 'default');
  return filtered(
    'node-pool',
    'node pool',
    `the node is in pool ${has}, the job asks for ${wanted}`,
    `set the job's node_pool to ${has}`,
  );
}
