// `constraint`: a rule that every node must fulfil.

import { didYouMean } from '../../lib/nearest-name.ts';
import { compilePattern, PatternError } from '../../lib/pattern.ts';
import { constraintOperators } from '../../model/constraint.ts';
import type { BlockSchema, FieldSchema, ModelRecord, Report } from '../field.ts';
import { badVersionConstraint } from '../version-constraint.ts';

/** Other ways to write an operator. */
export const operatorAliases: Readonly<Record<string, string>> = {
  '==': '=',
  is: '=',
  not: '!=',
  set_contains_all: 'set_contains',
};

/** `regexp = "…"` is short for `operator = "regexp"`, `value = "…"`. */
const SHORTHANDS = ['version', 'semver', 'regexp', 'set_contains', 'set_contains_all', 'set_contains_any'] as const;
const FLAGS = ['distinct_hosts', 'is_set', 'is_not_set'] as const;

export const targetFields: readonly FieldSchema[] = [
  {
    hcl: 'attribute',
    wire: 'LTarget',
    model: 'attribute',
    type: 'string',
    default: '',
    doc: 'What is compared, usually "${attr…}", "${meta…}" or "${node…}".',
  },
  {
    hcl: 'operator',
    wire: 'Operand',
    model: 'operator',
    type: 'string',
    default: '=',
    doc: 'How the two are compared.',
  },
  {
    hcl: 'value',
    wire: 'RTarget',
    model: 'value',
    type: 'string',
    default: '',
    doc: 'What the attribute is compared with.',
  },
];

export function shorthandFields(names: readonly string[], flags: readonly string[]): FieldSchema[] {
  return [
    ...names.map(
      (name): FieldSchema => ({
        hcl: name,
        model: `short:${name}`,
        type: 'string',
        doc: `Short for operator = "${name}" with this value.`,
      }),
    ),
    ...flags.map(
      (name): FieldSchema => ({
        hcl: name,
        model: `flag:${name}`,
        type: 'bool',
        // Nomad has the operators, but no short form of them.
        ...(name === 'distinct_hosts' ? {} : { extension: true }),
        doc: `Short for operator = "${name}".`,
      }),
    ),
  ];
}

export function normalizeTarget(record: ModelRecord, report: Report): void {
  for (const key of Object.keys(record)) {
    const [kind, name] = key.split(':');
    if (name === undefined) continue;
    const value = record[key];
    delete record[key];
    if (kind === 'flag' && value !== true) {
      if (record['operator'] === undefined) record['operator'] = name;
      record['value'] = 'false';
      continue;
    }
    if (record['operator'] !== undefined) {
      report(name, `"${name}" already names the operator, and another one is given too`, 'keep one of them');
    }
    record['operator'] = name;
    if (kind === 'short') record['value'] = value;
    if (name === 'distinct_hosts') record['value'] = 'true';
  }
  if (record['operator'] === 'distinct_property' && record['attribute'] === undefined) {
    record['attribute'] = record['property'];
  }
  delete record['property'];
  const operator = record['operator'];
  if (typeof operator === 'string' && Object.hasOwn(operatorAliases, operator)) {
    record['operator'] = operatorAliases[operator];
  }
}

export function checkOperator(record: ModelRecord, allowed: readonly string[], report: Report): void {
  const operator = record['operator'] as string;
  if (!allowed.includes(operator)) {
    const names = [...allowed, ...Object.keys(operatorAliases)];
    const hint = didYouMean(operator, names) ?? `operators are ${allowed.join(' ')}`;
    report('operator', `"${operator}" is no operator`, hint);
    return;
  }
  const attribute = String(record['attribute']);
  const value = String(record['value']);
  if (operator !== 'distinct_hosts' && attribute === '') {
    report('attribute', `the operator "${operator}" needs an attribute`, 'add attribute = "${attr…}"');
  }
  if (operator === 'is_set' || operator === 'is_not_set') {
    if (value !== '') report('value', `the operator "${operator}" takes no value`, 'remove it');
  } else if (!operator.startsWith('distinct_') && value === '' && operator !== 'regexp') {
    report('value', `the operator "${operator}" needs a value`, 'add value = "…"');
  } else if (operator === 'version' || operator === 'semver') {
    const bad = badVersionConstraint(value, operator);
    if (bad !== undefined) report('value', `"${bad}" is no version constraint`, 'write it like ">= 1.2, < 2.0"');
  }
  if (operator === 'regexp') checkPattern(value, report);
  if (operator === 'distinct_property' && value !== '' && !/^[1-9]\d*$/.test(value)) {
    report('value', 'distinct_property counts allocations per value: a whole number from 1');
  }
}

const TARGETS = ['node.datacenter', 'node.unique.id', 'node.unique.name', 'node.class', 'node.pool'];

function checkAttribute(attribute: string, report: Report): void {
  if (!attribute.startsWith('$')) return;
  const inner = /^\$\{(.*)\}$/s.exec(attribute)?.[1];
  if (inner === undefined) report('attribute', `"${attribute}" is no reference`, 'write it like "${attr.kernel.name}"');
  else if (!TARGETS.includes(inner) && !/^(attr|meta|device)\./.test(inner)) {
    const hint = didYouMean(inner, TARGETS) ?? 'references begin with attr., meta., device. or node.';
    report('attribute', `nodes have no "${inner}"`, hint);
  }
}

function checkPattern(pattern: string, report: Report): void {
  try {
    compilePattern(pattern);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    report('value', `this is no regular expression: ${error.message}`, 'patterns are those of Go (RE2)');
  }
}

export const constraintBlock: BlockSchema = {
  name: 'constraint',
  doc: 'A rule that a node must fulfil to run this.',
  fields: [
    ...targetFields,
    ...shorthandFields(SHORTHANDS, FLAGS),
    {
      hcl: 'distinct_property',
      model: 'property',
      type: 'string',
      doc: 'Short for operator = "distinct_property" on this attribute.',
    },
  ],
  ignoredWire: ['str'],
  normalize(record, report) {
    if (record['property'] !== undefined && record['operator'] === undefined) record['operator'] = 'distinct_property';
    normalizeTarget(record, report);
  },
  check(record, context, report) {
    checkOperator(record, constraintOperators, report);
    const operator = record['operator'] as string;
    if (operator !== 'distinct_hosts') checkAttribute(String(record['attribute']), report);
    if (context.task !== undefined && operator.startsWith('distinct_')) {
      report('operator', `${operator} is about whole allocations`, 'put it in the group or the job');
    }
  },
};
