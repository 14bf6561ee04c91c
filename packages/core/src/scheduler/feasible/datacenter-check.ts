// The check of the job's datacenters, which are globs.

import type { Node } from '../../model/node.ts';
import { type CheckFailure, filtered } from './check.ts';

export function checkDatacenter(datacenters: readonly string[], node: Node): CheckFailure | undefined {
  if (matchesDatacenter(datacenters, node.datacenter)) return undefined;
  return filtered(
    'datacenter',
    'datacenter',
    `the node is in datacenter ${JSON.stringify(node.datacenter)}, the job asks for ${datacenters.map((name) => JSON.stringify(name)).join(', ')}`,
    `add ${JSON.stringify(node.datacenter)} to the job's datacenters`,
  );
}

export function matchesDatacenter(globs: readonly string[], datacenter: string): boolean {
  return globs.some((glob) => glob === '*' || glob === datacenter || matchesGlob(glob, datacenter));
}

/** `*` stands for any characters, everything else for itself; linear, no backtracking over patterns. */
export function matchesGlob(glob: string, text: string): boolean {
  const parts = glob.split('*');
  const first = parts[0] ?? '';
  if (parts.length === 1) return glob === text;
  const last = parts[parts.length - 1] ?? '';
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
