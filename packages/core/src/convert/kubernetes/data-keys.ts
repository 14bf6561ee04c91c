// ConfigMap, Secret, PersistentVolumeClaim: what workloads refer to by name.

import { type KeyTable, readKeys, reads, warns } from '../read/key-table.ts';
import { readEntries, readText } from '../read/values.ts';
import { describe, isNull, type Tree } from '../yaml/tree.ts';
import { base64Text } from './base64.ts';
import { type Cluster, type DataSet, what } from './context.ts';

interface DataContext {
  readonly cluster: Cluster;
  readonly data: Map<string, string>;
}

const plain = (value: Tree, { cluster: { run }, data }: DataContext) => {
  for (const { key, value: inner } of readEntries(run, value)) {
    const text = isNull(inner) ? '' : readText(run, inner);
    if (text !== undefined) data.set(key, text);
  }
};
const encoded = (value: Tree, { cluster: { run }, data }: DataContext) => {
  for (const { key, value: inner } of readEntries(run, value)) {
    const text = isNull(inner) ? '' : base64Text(readText(run, inner) ?? '');
    if (text === undefined)
      run.error(
        inner,
        'Cannot be converted',
        `"${key}" is not text in base64, this is ${describe(inner)}.`,
        'binary data cannot stand in a job',
      );
    else data.set(key, text);
  }
};
const immutable = warns<DataContext>('data is part of the job, which changes when the file does');

export const configMapKeys: KeyTable<DataContext> = {
  data: reads('env, or templates, of the tasks that refer to it', plain),
  binaryData: reads('as data, when it is text', encoded),
  immutable,
};

export const secretKeys: KeyTable<DataContext> = {
  data: reads('env, or templates, of the tasks that refer to it; warned about: the values stand in the job', encoded),
  stringData: reads('as data', plain),
  type: reads('nothing for Opaque; warned about otherwise', (value, { cluster: { run } }) => {
    const type = readText(run, value);
    if (type !== 'Opaque')
      run.warn(value, 'Not converted', `The type "${type ?? ''}" of the secret has no effect: it is data with names.`);
  }),
  immutable,
};

export function readDataSet(kind: DataSet['kind'], name: string, rest: Tree, cluster: Cluster): DataSet {
  const data = new Map<string, string>();
  readKeys(rest, kind === 'Secret' ? secretKeys : configMapKeys, what(`a ${kind}`), { cluster, data }, cluster.run);
  return { kind, name, data };
}

export const claimKeys: KeyTable<Cluster> = Object.fromEntries(
  Object.entries({
    accessModes: 'a Docker volume is for the tasks of its node',
    resources: 'a Docker volume has no size of its own',
    storageClassName: 'claims become Docker volumes of the node',
    volumeMode: 'claims become Docker volumes of the node',
    volumeName: 'claims become Docker volumes of the node',
    selector: 'claims become Docker volumes of the node',
    dataSource: 'a Docker volume begins empty',
    dataSourceRef: 'a Docker volume begins empty',
    volumeAttributesClassName: 'claims become Docker volumes of the node',
  }).map(([key, why]) => [key, warns<Cluster>(why)]),
);
