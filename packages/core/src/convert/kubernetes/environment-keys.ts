// Environment of a container: values, references to data, facts of the pod and its node.

import type { Span } from '../../jobspec/syntax/source.ts';
import { giveEnv } from '../draft.ts';
import { type AnyTable, type KeyTable, readKeys, reads, refuses } from '../read/key-table.ts';
import { readFlag, readItems, readText } from '../read/values.ts';
import type { Entry, Tree } from '../yaml/tree.ts';
import { type Container, type DataSet, what } from './context.ts';
import { type EnvValue, expand, plainText, referenceValue, textValue } from './environment-value.ts';

interface RefContext {
  readonly container: Container;
  readonly ref: { name?: string; key?: string; optional?: boolean };
}
export const refKeys: KeyTable<RefContext> = {
  name: reads('which ConfigMap or Secret of the file', (value, { container, ref }) => {
    const text = readText(container.workload.run, value);
    if (text !== undefined) ref.name = text;
  }),
  key: reads('which key of it', (value, { container, ref }) => {
    const text = readText(container.workload.run, value);
    if (text !== undefined) ref.key = text;
  }),
  optional: reads('whether it may be missing', (value, { container, ref }) => {
    const flag = readFlag(container.workload.run, value);
    if (flag !== undefined) ref.optional = flag;
  }),
};

const { key: _, ...wholeKeys } = refKeys;
/** A reference to all of the data. */
export const wholeRefKeys: KeyTable<RefContext> = wholeKeys;

function readRef(value: Tree, container: Container, table = refKeys): RefContext['ref'] {
  const ref: RefContext['ref'] = {};
  readKeys(value, table, what('a reference'), { container, ref }, container.workload.run);
  return ref;
}

/** The data a reference names; what is missing is an error unless it is optional. */
export function dataOf(
  kind: DataSet['kind'],
  ref: { readonly name?: string; readonly optional?: boolean },
  at: Tree,
  { workload }: Pick<Container, 'workload'>,
): DataSet | undefined {
  const { run, cluster } = workload;
  const found = (kind === 'Secret' ? cluster.secrets : cluster.configMaps).get(ref.name ?? '');
  if (found === undefined) {
    const detail = `There is no ${kind} "${ref.name ?? ''}" in the file.`;
    if (ref.optional === true) run.warn(at, 'Left out', detail);
    else run.error(at, `Unknown ${kind}`, detail, `add the ${kind} to the file`);
  } else if (kind === 'Secret') {
    run.warn(
      at,
      'A secret in the job',
      `The values of the secret "${found.name}" stand in the job as plain text: who may read the job reads them.`,
    );
  }
  return found;
}

/** Facts that the node knows only when the task starts. */
const FIELDS: Readonly<Record<string, string>> = {
  'metadata.name': '${NOMAD_GROUP_NAME}-${NOMAD_SHORT_ALLOC_ID}',
  'metadata.namespace': '${NOMAD_NAMESPACE}',
  'metadata.uid': '${NOMAD_ALLOC_ID}',
  'spec.nodeName': '${node.unique.name}',
  'status.hostIP': '${attr.unique.network.ip-address}',
};
const RESOURCES: Readonly<Record<string, string>> = {
  'limits.memory': '${NOMAD_MEMORY_LIMIT}',
  'requests.memory': '${NOMAD_MEMORY_LIMIT}',
  'limits.cpu': '${NOMAD_CPU_LIMIT}',
  'requests.cpu': '${NOMAD_CPU_LIMIT}',
};

interface VariableContext {
  readonly container: Container;
  readonly variable: { name?: string; value?: EnvValue; at: Tree };
}
const fieldKeys = (known: Readonly<Record<string, string>>, key: string): KeyTable<VariableContext> => ({
  [key]: reads(
    Object.entries(known)
      .map(([from, to]) => `\`${from}\` is \`${to}\``)
      .join(', '),
    (value, { container, variable }) => {
      const { run } = container.workload;
      const path = readText(run, value) ?? '';
      const label = /^metadata\.labels\['(.*)'\]$/.exec(path)?.[1];
      const reference = Object.hasOwn(known, path) ? known[path] : undefined;
      const found = label === undefined ? reference : container.workload.labels[label];
      if (found === undefined)
        run.error(
          value,
          'Cannot be converted',
          `The field "${path}" is not known here.`,
          `known are ${Object.keys(known).join(', ')}`,
        );
      else variable.value = label === undefined ? referenceValue(found) : textValue(found);
    },
  ),
  apiVersion: reads('v1', (value, { container }) => {
    const { run } = container.workload;
    if (readText(run, value) !== 'v1') run.error(value, 'Unknown value', 'The version of fields is v1.');
  }),
  containerName: refuses('only the container itself is known'),
  divisor: refuses('memory is in MB, processor time in MHz'),
});
export const fieldRefKeys = fieldKeys(FIELDS, 'fieldPath');
export const resourceRefKeys = fieldKeys(RESOURCES, 'resource');

const fromData = (kind: DataSet['kind']) =>
  reads<VariableContext>(
    'the value itself',
    (value, { container, variable }) => {
      const ref = readRef(value, container);
      const found = dataOf(kind, ref, value, container)?.data;
      const text = found?.get(ref.key ?? '');
      if (text !== undefined) variable.value = textValue(text);
      else if (found !== undefined && ref.optional !== true)
        container.workload.run.error(value, 'Unknown key', `The ${kind} "${ref.name}" has no key "${ref.key ?? ''}".`);
    },
    { inner: () => refKeys as AnyTable },
  );

export const valueFromKeys: KeyTable<VariableContext> = {
  configMapKeyRef: fromData('ConfigMap'),
  secretKeyRef: fromData('Secret'),
  fieldRef: reads(
    'a reference the node resolves',
    (value, context) => readKeys(value, fieldRefKeys, what('a fieldRef'), context, context.container.workload.run),
    { inner: () => fieldRefKeys as AnyTable },
  ),
  resourceFieldRef: reads(
    'a reference the node resolves',
    (value, context) =>
      readKeys(value, resourceRefKeys, what('a resourceFieldRef'), context, context.container.workload.run),
    {
      inner: () => resourceRefKeys as AnyTable,
    },
  ),
  fileKeyRef: refuses('values are not read from files of a volume'),
};

export const envKeys: KeyTable<VariableContext> = {
  name: reads('name of the variable', (value, { container, variable }) => {
    const text = readText(container.workload.run, value);
    if (text !== undefined) variable.name = text;
  }),
  value: reads('its value; `$(NAME)` is filled in', (value, { container, variable }) => {
    const text = readText(container.workload.run, value);
    if (text !== undefined) variable.value = expand(text, container.env);
  }),
  valueFrom: reads(
    'see below',
    (value, context) => readKeys(value, valueFromKeys, what('a valueFrom'), context, context.container.workload.run),
    { inner: () => valueFromKeys as AnyTable },
  ),
};

export function readEnv(value: Tree, container: Container): void {
  const { run } = container.workload;
  for (const item of readItems(run, value)) {
    const variable: VariableContext['variable'] = { at: item };
    readKeys(item, envKeys, what('a variable'), { container, variable }, run);
    if (variable.name === undefined) run.error(item, 'Missing key', 'A variable needs a name.');
    else setEnv(container, variable.name, variable.value ?? textValue(''), item);
  }
}

/** What pods of an indexed Job are told, unless their own `env` says otherwise. */
export function giveIndex(env: Tree | undefined, container: Container): void {
  const name = 'JOB_COMPLETION_INDEX';
  const isOwn = ({ key, value }: Entry) => key === 'name' && value.kind === 'scalar' && value.text === name;
  const items = env?.kind === 'list' ? env.items : [];
  if (items.some((item) => item.kind === 'map' && item.entries.some(isOwn))) return;
  setEnv(container, name, referenceValue('${NOMAD_ALLOC_INDEX}'), container.workload.at);
}

function setEnv(container: Container, name: string, value: EnvValue, at: Span): void {
  container.env.set(name, value);
  giveEnv(container.workload.run, container.task, name, plainText(value), at);
}

interface SourceContext {
  readonly container: Container;
  readonly item: Tree;
  readonly source: { prefix: string; data: DataSet[] };
}
const allOf = (kind: DataSet['kind']) =>
  reads<SourceContext>(
    'a variable for each key',
    (value, { container, source }) => {
      const found = dataOf(kind, readRef(value, container, wholeRefKeys), value, container);
      if (found !== undefined) source.data.push(found);
    },
    { inner: () => wholeRefKeys as AnyTable },
  );
export const envFromKeys: KeyTable<SourceContext> = {
  prefix: reads('goes before each name', (value, { container, source }) => {
    source.prefix = readText(container.workload.run, value) ?? '';
  }),
  configMapRef: allOf('ConfigMap'),
  secretRef: allOf('Secret'),
};

export function readEnvFrom(value: Tree, container: Container): void {
  const { run } = container.workload;
  for (const item of readItems(run, value)) {
    const source: SourceContext['source'] = { prefix: '', data: [] };
    readKeys(item, envFromKeys, what('an envFrom'), { container, item, source }, run);
    for (const { data } of source.data)
      for (const [key, text] of data) setEnv(container, source.prefix + key, textValue(text), item);
  }
}
