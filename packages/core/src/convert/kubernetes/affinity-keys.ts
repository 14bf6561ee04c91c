// Where a pod may run: nodeSelector, affinity, spread.

import type { Span } from '../../jobspec/syntax/source.ts';
import { give, open } from '../draft.ts';
import { labelReference } from '../node-attributes.ts';
import { type AnyTable, type KeyTable, readKeys, reads, refuses, warns } from '../read/key-table.ts';
import { readInteger, readItems, readText, readTextMap, readTexts } from '../read/values.ts';
import type { Tree } from '../yaml/tree.ts';
import { type Workload, what } from './context.ts';

export function constrain(
  { run, group }: Workload,
  attribute: string,
  operator: string,
  value: string,
  at: Span,
): void {
  const constraint = open(run, group, 'constraint', at);
  give(run, constraint, 'attribute', attribute, at);
  if (operator !== '=') give(run, constraint, 'operator', operator, at);
  if (value !== '') give(run, constraint, 'value', value, at);
}

interface TermContext {
  readonly workload: Workload;
  /** Absent for rules, a weight for wishes. */
  readonly weight?: number;
}
interface ExpressionContext {
  readonly workload: Workload;
  readonly expression: { key?: string; operator?: string; values: string[] };
}

const expressionText = (key: 'key' | 'operator', doc: string) =>
  reads<ExpressionContext>(doc, (value, { workload, expression }) => {
    const text = readText(workload.run, value);
    if (text !== undefined) expression[key] = text;
  });
export const expressionKeys: KeyTable<ExpressionContext> = {
  key: expressionText('key', 'the attribute: labels are `${meta.<label>}`'),
  operator: expressionText(
    'operator',
    'In and NotIn are regexp or =, Exists is is_set, DoesNotExist is is_not_set, Gt and Lt are > and <',
  ),
  values: reads('the value', (value, { workload, expression }) => {
    expression.values = readTexts(workload.run, value);
  }),
};

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

function readExpression(tree: Tree, { workload, weight }: TermContext): void {
  const { run, group } = workload;
  const expression: ExpressionContext['expression'] = { values: [] };
  readKeys(tree, expressionKeys, what('an expression'), { workload, expression }, run);
  const { key = '', operator = '', values } = expression;
  const single = values.length === 1 ? (values[0] as string) : undefined;
  const list = `^(${values.map(escaped).join('|')})$`;
  const known: Record<string, readonly [string, string]> = {
    In: single === undefined ? ['regexp', list] : ['=', single],
    NotIn: single === undefined ? ['regexp', `^(?!(${values.map(escaped).join('|')})$)`] : ['!=', single],
    Exists: ['is_set', ''],
    DoesNotExist: ['is_not_set', ''],
    Gt: ['>', single ?? ''],
    Lt: ['<', single ?? ''],
  };
  const found = Object.hasOwn(known, operator) ? known[operator] : undefined;
  if (found === undefined)
    return void run.error(tree, 'Unknown value', `An operator is one of ${Object.keys(known).join(', ')}.`);
  if (operator === 'NotIn' && single === undefined) {
    for (const value of values) if (weight === undefined) constrain(workload, labelReference(key), '!=', value, tree);
    if (weight === undefined) return;
  }
  if (weight === undefined) {
    constrain(workload, labelReference(key), found[0], found[1], tree);
    return;
  }
  if (found[0].startsWith('is_') || operator === 'NotIn')
    return void run.warn(tree, 'Not converted', `A wish with the operator ${operator} has no effect.`);
  const affinity = open(run, group, 'affinity', tree);
  give(run, affinity, 'attribute', labelReference(key), tree);
  if (found[0] !== '=') give(run, affinity, 'operator', found[0], tree);
  give(run, affinity, 'value', found[1], tree);
  give(run, affinity, 'weight', weight, tree);
}

export const termKeys: KeyTable<TermContext> = {
  matchExpressions: reads(
    'a constraint, or an affinity, for each',
    (value, context) => {
      for (const item of readItems(context.workload.run, value)) readExpression(item, context);
    },
    { inner: () => expressionKeys as AnyTable, below: 'list' },
  ),
  matchFields: refuses('fields of nodes are not compared', 'use matchExpressions with kubernetes.io/hostname'),
};

interface PreferenceContext {
  readonly workload: Workload;
  readonly preference: { weight: number; term?: Tree };
}
export const preferenceKeys: KeyTable<PreferenceContext> = {
  weight: reads('affinity `weight`', (value, { workload, preference }) => {
    preference.weight = readInteger(workload.run, value, 1) ?? 1;
  }),
  preference: reads(
    'an affinity for each expression',
    (value, { preference }) => {
      preference.term = value;
    },
    { inner: () => termKeys as AnyTable },
  ),
};
const selectorKeys: KeyTable<Workload> = {
  nodeSelectorTerms: reads(
    'constraints; several terms, of which one must hold, are an error',
    (value, workload) => {
      const terms = readItems(workload.run, value);
      if (terms.length > 1)
        workload.run.error(
          value,
          'Cannot be converted',
          'Of several terms one must hold; all constraints of a job must hold.',
          'put it in one term',
        );
      else for (const term of terms) readKeys(term, termKeys, what('a term'), { workload }, workload.run);
    },
    { inner: () => termKeys as AnyTable, below: 'list' },
  ),
};
export const nodeAffinityKeys: KeyTable<Workload> = {
  requiredDuringSchedulingIgnoredDuringExecution: reads(
    'group `constraint`',
    (value, workload) => readKeys(value, selectorKeys, what('a node selector'), workload, workload.run),
    { inner: () => selectorKeys as AnyTable },
  ),
  preferredDuringSchedulingIgnoredDuringExecution: reads(
    'group `affinity`',
    (value, workload) => {
      for (const item of readItems(workload.run, value)) {
        const preference: PreferenceContext['preference'] = { weight: 1 };
        readKeys(item, preferenceKeys, what('a preference'), { workload, preference }, workload.run);
        if (preference.term !== undefined)
          readKeys(preference.term, termKeys, what('a term'), { workload, weight: preference.weight }, workload.run);
      }
    },
    { inner: () => preferenceKeys as AnyTable, below: 'list' },
  ),
};
export const antiAffinityKeys: KeyTable<Workload> = {
  requiredDuringSchedulingIgnoredDuringExecution: reads(
    'constraint distinct_hosts when it is about the pods themselves and hosts; else an error',
    readApart,
  ),
  preferredDuringSchedulingIgnoredDuringExecution: warns('instances spread over the nodes anyway'),
};

function readApart(value: Tree, workload: Workload): void {
  const { run, labels } = workload;
  for (const item of readItems(run, value)) {
    const term: Apart = { labels: {} };
    readKeys(item, apartKeys, what('a term'), { workload, term }, run);
    const isOwn = Object.entries(term.labels).every(([name, text]) => labels[name] === text);
    if (!isOwn || term.topology !== 'kubernetes.io/hostname')
      run.error(
        item,
        'Cannot be converted',
        'Only pods of the workload itself can be kept apart, and only by kubernetes.io/hostname.',
      );
    else constrain(workload, '', 'distinct_hosts', 'true', item);
  }
}
interface Apart {
  labels: Record<string, string>;
  topology?: string;
}
const apartKeys: KeyTable<{ readonly workload: Workload; readonly term: Apart }> = {
  labelSelector: reads('must be that of the pods themselves', (value, { workload, term }) => {
    for (const { key, keySpan, value: inner } of value.kind === 'map' ? value.entries : []) {
      if (key === 'matchLabels') term.labels = readTextMap(workload.run, inner);
      else if (key === 'matchExpressions') readLabelExpressions(inner, workload, term);
      else workload.run.error(keySpan, 'Unknown key', `A selector has no key "${key}".`);
    }
    if (value.kind !== 'map') workload.run.error(value, 'Wrong type', 'A selector is a map.');
  }),
  topologyKey: reads('must be kubernetes.io/hostname', (value, { workload, term }) => {
    const text = readText(workload.run, value);
    if (text !== undefined) term.topology = text;
  }),
  namespaces: refuses('pods of other namespaces are not looked at'),
  namespaceSelector: refuses('pods of other namespaces are not looked at'),
  matchLabelKeys: refuses('pods are matched by labels'),
  mismatchLabelKeys: refuses('pods are matched by labels'),
};

function readLabelExpressions(value: Tree, workload: Workload, term: Apart): void {
  for (const item of readItems(workload.run, value)) {
    const expression: ExpressionContext['expression'] = { values: [] };
    readKeys(item, expressionKeys, what('an expression'), { workload, expression }, workload.run);
    const [only, ...more] = expression.values;
    if (expression.operator === 'In' && only !== undefined && more.length === 0)
      term.labels[expression.key ?? ''] = only;
    else
      workload.run.error(
        item,
        'Cannot be converted',
        'Pods are matched by the value of a label.',
        'use operator In with one value',
      );
  }
}

export const affinityKeys: KeyTable<Workload> = {
  nodeAffinity: reads(
    'see below',
    (value, workload) => readKeys(value, nodeAffinityKeys, what('a node affinity'), workload, workload.run),
    { inner: () => nodeAffinityKeys as AnyTable },
  ),
  podAntiAffinity: reads(
    'see below',
    (value, workload) => readKeys(value, antiAffinityKeys, what('an anti-affinity'), workload, workload.run),
    { inner: () => antiAffinityKeys as AnyTable },
  ),
  podAffinity: refuses('pods cannot be kept together', 'containers of one pod are together'),
};

interface SpreadContext {
  readonly workload: Workload;
  readonly spread: { topology?: string };
}
export const spreadKeys: KeyTable<SpreadContext> = {
  topologyKey: reads('spread `attribute`', (value, { workload, spread }) => {
    const text = readText(workload.run, value);
    if (text !== undefined) spread.topology = text;
  }),
  maxSkew: warns('a spread is a wish, not a limit'),
  whenUnsatisfiable: warns('a spread is a wish, not a rule'),
  labelSelector: warns('a spread is about the instances of the group'),
  minDomains: warns('a spread is a wish'),
  matchLabelKeys: warns('a spread is about the instances of the group'),
  nodeAffinityPolicy: warns('a spread is a wish'),
  nodeTaintsPolicy: warns('nodes have no taints'),
};
export function readSpreads(value: Tree, workload: Workload): void {
  for (const item of readItems(workload.run, value)) {
    const spread: SpreadContext['spread'] = {};
    readKeys(item, spreadKeys, what('a spread'), { workload, spread }, workload.run);
    if (spread.topology === undefined) workload.run.error(item, 'Missing key', 'A spread needs a topologyKey.');
    else
      give(
        workload.run,
        open(workload.run, workload.group, 'spread', item),
        'attribute',
        labelReference(spread.topology),
        item,
      );
  }
}
