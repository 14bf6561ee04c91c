// The check of a job's, group's or task's constraints on one node.

import type { Constraint } from '../../model/constraint.ts';
import type { Node } from '../../model/node.ts';
import { type CheckFailure, filtered } from './check.ts';
import { compileOperator, compilePattern, isNodeOperator } from './operators.ts';
import { compileTarget, isUniqueTarget, type TargetReader } from './resolve-target.ts';
import { compileVersionConstraint } from './version.ts';

/** A constraint whose pattern and targets are parsed once. */
export interface CompiledConstraint {
  readonly constraint: Constraint;
  /** As the job file writes it: `${attr.kernel.name} = windows`. */
  readonly text: string;
  readonly holds: (node: Node) => boolean;
  readonly left: TargetReader;
  readonly right: TargetReader;
  /** Names a `unique.` fact: the answer of one node says nothing about another of its class. */
  readonly escapes: boolean;
}

/** Compiles the constraints that look at one node; `distinct_hosts` and `distinct_property` are left out. */
export function compileConstraints(constraints: readonly Constraint[]): CompiledConstraint[] {
  return constraints.flatMap((constraint) => {
    if (!isNodeOperator(constraint.operator)) return [];
    const test = compileOperator(constraint.operator);
    const left = compileTarget(constraint.attribute);
    const right = compileTarget(constraint.value);
    return [
      {
        constraint,
        text: constraintText(constraint),
        holds: (node: Node) => test(left(node), right(node)),
        left,
        right,
        escapes: isUniqueTarget(constraint.attribute) || isUniqueTarget(constraint.value),
      },
    ];
  });
}

export function constraintText(constraint: Constraint): string {
  return [constraint.attribute, constraint.operator, constraint.value].filter((part) => part !== '').join(' ');
}

export function checkConstraint(compiled: CompiledConstraint, node: Node): CheckFailure | undefined {
  if (compiled.holds(node)) return undefined;
  const found = compiled.left(node);
  const { constraint, text } = compiled;
  const malformed = malformedValue(constraint);
  if (malformed !== undefined)
    return filtered('constraint', text, `constraint \`${text}\`: ${malformed.reason}`, malformed.mend);
  const has = found === undefined ? `the node has no ${constraint.attribute}` : `the node has ${JSON.stringify(found)}`;
  return filtered('constraint', text, `constraint \`${text}\`: ${has}`, constraintMend(constraint, found));
}

function malformedValue(constraint: Constraint): { reason: string; mend: string } | undefined {
  const { operator, value } = constraint;
  if (operator === 'regexp' && compilePattern(value) === undefined) {
    return { reason: `${JSON.stringify(value)} is not a valid pattern`, mend: 'correct the pattern in the job' };
  }
  if ((operator === 'version' || operator === 'semver') && compileVersionConstraint(value, operator) === undefined) {
    return {
      reason: `${JSON.stringify(value)} is not a valid ${operator} constraint`,
      mend: 'write for example ">= 1.2.0, < 2.0.0" in the job',
    };
  }
  return undefined;
}

function constraintMend(constraint: Constraint, found: string | undefined): string {
  const fact = constraint.attribute.replace(/^\$\{(.*)\}$/, '$1');
  if (fact.startsWith('meta.')) return `change the constraint, or set the node's ${fact}`;
  return found === undefined
    ? `change the constraint, or add a node that has ${fact}`
    : `change the constraint, or add a node where it holds`;
}
