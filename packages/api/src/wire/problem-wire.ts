// Problems of a job: the schema's to wire.

import type { FieldProblem } from '@orch/core/schema';
import type { ProblemWire } from '../types/problem.ts';

export function problemToWire(problem: FieldProblem, severity: ProblemWire['Severity']): ProblemWire {
  const { path, message, hint } = problem;
  return { Severity: severity, Path: path, Message: message, ...(hint === undefined ? {} : { Hint: hint }) };
}

/** Errors first. */
export function problemsToWire(checked: {
  readonly errors: readonly FieldProblem[];
  readonly warnings: readonly FieldProblem[];
}): ProblemWire[] {
  return [
    ...checked.errors.map((problem) => problemToWire(problem, 'error')),
    ...checked.warnings.map((problem) => problemToWire(problem, 'warning')),
  ];
}
