// Interpolation of placement targets: `${attr…}`, `${meta…}` and `${node…}` of one node.

import type { Node } from '../../model/node.ts';

/** Reads a value from a node; `undefined` when the node has no such fact. */
export type TargetReader = (node: Node) => string | undefined;

const nodeFacts: Readonly<Record<string, TargetReader>> = {
  'node.unique.id': (node) => node.id,
  'node.unique.name': (node) => node.name,
  'node.datacenter': (node) => node.datacenter,
  'node.class': (node) => node.nodeClass,
  'node.pool': (node) => node.nodePool,
};

/** Compiles a target. Text without `${` is a literal; a reference is the whole string, as in Nomad. */
export function compileTarget(target: string): TargetReader {
  if (!target.startsWith('${')) return () => target;
  const name = target.endsWith('}') ? target.slice(2, -1).trim() : '';
  const fact = nodeFacts[name];
  if (fact !== undefined) return fact;
  if (name.startsWith('attr.')) {
    const key = name.slice('attr.'.length);
    return (node) => ownValue(node.attributes, key);
  }
  if (name.startsWith('meta.')) {
    const key = name.slice('meta.'.length);
    return (node) => ownValue(node.meta, key);
  }
  return () => undefined;
}

/** The target names a fact of one node only, so that nodes of one computed class answer differently. */
export function isUniqueTarget(target: string): boolean {
  return target.startsWith('${') && /^\$\{\s*(node|attr|meta)\.unique\./.test(target);
}

function ownValue(record: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
