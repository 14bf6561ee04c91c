// `constraint`: a rule that every node must fulfil.

import { didYouMean } from '../../lib/nearest-name.ts';
import { constraintOperators } from '../../model/constraint.ts';
import type { BlockSchema, FieldSchema, ModelRecord, Report } from '../field.ts';

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
  { hcl: 'operator', wire: 'Operand', model: 'operator', type: 'string', default: '=', doc: 'How it is compared.' },
  { hcl: 'value', wire: 'RTarget', model: 'value', type: 'string', default: '', doc: 'What it is compared with.' },
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
  if (operator !== 'distinct_hosts' && record['attribute'] === '') {
    report('attribute', `the operator "${operator}" needs an attribute`);
  }
  if (
    ['version', 'semver', 'regexp', 'set_contains', 'set_contains_any'].includes(operator) &&
    record['value'] === ''
  ) {
    report('value', `the operator "${operator}" needs a value`);
  }
  if (operator === 'regexp') checkPattern(record['value'] as string, report);
  if (operator === 'distinct_property' && record['value'] !== '' && !/^[1-9]\d*$/.test(record['value'] as string)) {
    report('value', 'distinct_property counts allocations per value: a whole number from 1');
  }
}

function checkPattern(pattern: string, report: Report): void {
  try {
    new RegExp(pattern);
  } catch (error) {
    report('value', `this is no regular expression: ${error instanceof Error ? error.message : String(error)}`);
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
    if (record['operator'] === 'distinct_hosts' && record['value'] === 'false') record['value'] = 'false';
  },
  check(record, context, report) {
    checkOperator(record, constraintOperators, report);
    const operator = record['operator'] as string;
    if (context.task !== undefined && operator.startsWith('distinct_')) {
      report('operator', `${operator} is about whole allocations`, 'put it in the group or the job');
    }
  },
};
