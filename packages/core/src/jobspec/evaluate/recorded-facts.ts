// For tests: expressions with what Nomad makes of them, recorded under `test/facts`, and what we make of them.

import { parseJob } from '../parse-job.ts';
import type { FunctionEnvironment } from './function-table.ts';

export interface RecordedFacts {
  /** What stands before the job in the file: `locals`, `variable`. */
  readonly prelude: string;
  readonly cases: readonly RecordedCase[];
}

export interface RecordedCase {
  readonly expression: string;
  /** The JSON text of the value; absent when the expression is refused. */
  readonly result?: string;
  readonly refused?: true;
  /** Why we differ. What is kept different says so here, and is in docs/differences/evaluate.md. */
  readonly differs?: string;
}

/** The JSON text of an expression's value, or what is said against it. */
export function evaluateCase(
  prelude: string,
  expression: string,
  functions: FunctionEnvironment,
): { readonly result?: string; readonly problem?: string } {
  const text = `${prelude}
job "x" {
  group "g" {
    task "t" {
      driver = "exec"
      meta {
        x = jsonencode(${expression})
      }
    }
  }
}
`;
  const { job, diagnostics } = parseJob(text, { fileName: 'x.hcl', functions });
  if (job === undefined) return { problem: diagnostics.map(({ detail }) => detail).join(' ') };
  return { result: job.taskGroups[0]?.tasks[0]?.meta['x'] ?? '' };
}

/** What differs from the record, or undefined. A known difference must be one. */
export function compareCase(prelude: string, fact: RecordedCase, functions: FunctionEnvironment): string | undefined {
  const ours = evaluateCase(prelude, fact.expression, functions);
  const same = fact.refused === true ? ours.result === undefined : ours.result === fact.result;
  if (same === (fact.differs === undefined)) return undefined;
  if (same) return `${fact.expression}\n  is marked as different and is not`;
  const expected = fact.refused === true ? 'refused' : fact.result;
  return `${fact.expression}\n  recorded ${expected}\n  ours     ${ours.result ?? `refused: ${ours.problem}`}`;
}
