// `metadata` of objects, and the keys every object has.

import type { Span } from '../../jobspec/syntax/source.ts';
import { giveMeta, type Part } from '../draft.ts';
import type { Conversion } from '../read/conversion.ts';
import { type KeyTable, reads, warns } from '../read/key-table.ts';
import { readText, readTextMap } from '../read/values.ts';
import type { Cluster } from './context.ts';

export interface MetadataContext {
  readonly run: Conversion;
  readonly cluster: Cluster;
  /** Where labels go: a group's `meta`, or a record of their own. */
  readonly part?: Part;
  readonly labels?: Record<string, string>;
}

const serverMade = 'it comes from a cluster, not from a person';

export const metadataKeys: KeyTable<MetadataContext> = {
  // Read before, by `nameOf`: other keys need it.
  name: reads('name of the group, the service or the data', () => undefined),
  namespace: reads('namespace of the job; all objects of a file have the same', (value, { run, cluster }) => {
    const name = readText(run, value);
    if (name !== undefined) agreeOnNamespace(cluster, name, value);
  }),
  labels: reads(
    'group `meta` of a workload and its pods, `meta` of a service; warned about elsewhere',
    (value, { run, part, labels }, { keySpan }) => {
      const given = readTextMap(run, value);
      if (labels !== undefined) Object.assign(labels, given);
      if (part !== undefined)
        for (const [name, text] of Object.entries(given)) giveMeta(run, part, name, text, keySpan);
      if (part === undefined && labels === undefined)
        run.warn(keySpan, 'Not converted', '"labels" has no effect: only groups and services have metadata.');
    },
  ),
  annotations: warns('programs of Kubernetes read annotations; use meta'),
  generateName: warns('names are given by hand; add a name'),
  ...Object.fromEntries(
    [
      'creationTimestamp',
      'deletionGracePeriodSeconds',
      'deletionTimestamp',
      'finalizers',
      'generation',
      'managedFields',
      'ownerReferences',
      'resourceVersion',
      'selfLink',
      'uid',
    ].map((key) => [key, warns<MetadataContext>(serverMade)]),
  ),
};

function agreeOnNamespace(cluster: Cluster, name: string, at: Span): void {
  if (cluster.namespace === undefined) cluster.namespace = { name, at };
  else if (cluster.namespace.name !== name)
    cluster.run.error(
      at,
      'Two namespaces',
      `The file has objects of the namespaces "${cluster.namespace.name}" and "${name}"; a file becomes one job of one namespace.`,
      'put them in files of their own',
    );
}

export const statusRow = warns<unknown>(serverMade);
