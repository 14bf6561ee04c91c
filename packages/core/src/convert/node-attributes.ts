// What other systems call facts of a node, as the job language calls them.

const FACTS: Readonly<Record<string, string>> = {
  'node.id': '${node.unique.id}',
  'node.hostname': '${node.unique.name}',
  'node.platform.os': '${attr.kernel.name}',
  'node.platform.arch': '${attr.cpu.arch}',
  'kubernetes.io/hostname': '${node.unique.name}',
  'kubernetes.io/os': '${attr.kernel.name}',
  'kubernetes.io/arch': '${attr.cpu.arch}',
  'beta.kubernetes.io/os': '${attr.kernel.name}',
  'beta.kubernetes.io/arch': '${attr.cpu.arch}',
  'topology.kubernetes.io/zone': '${node.datacenter}',
};

/** A label of a node is metadata of it: `disk = "ssd"` in the `meta` of `client`. */
export function labelReference(label: string): string {
  return Object.hasOwn(FACTS, label) ? (FACTS[label] as string) : `\${meta.${label}}`;
}

/** `node.labels.disk`, `node.hostname`; undefined for what nodes have no fact of. */
export function swarmReference(name: string): string | undefined {
  if (Object.hasOwn(FACTS, name)) return FACTS[name];
  return name.startsWith('node.labels.') ? labelReference(name.slice('node.labels.'.length)) : undefined;
}
