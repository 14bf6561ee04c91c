// What an evaluation may cost. Each limit has a name that the error says.

import { LanguageError } from '../syntax/diagnostic.ts';

export interface BudgetLimits {
  /** Evaluated nodes and produced elements. */
  readonly steps: number;
  /** Characters and elements of all values that were made. */
  readonly output: number;
  /** Nested evaluations. */
  readonly depth: number;
  /** Milliseconds; only with a clock. */
  readonly timeMs: number;
}

export const DEFAULT_LIMITS: BudgetLimits = { steps: 2_000_000, output: 16 * 1024 * 1024, depth: 400, timeMs: 2_000 };

/** Evaluation went over a limit. Not caught by `try` and `can`. */
export class BudgetError extends Error {
  override readonly name = 'BudgetError';
  constructor(limit: keyof BudgetLimits, value: number) {
    const unit = limit === 'timeMs' ? ' ms' : '';
    super(`the evaluation went over its limit "${limit}" of ${value}${unit}`);
  }
}

export interface Budget {
  /** Counts one step, or `count`. */
  step(count?: number): void;
  /** Counts characters or elements that were made. */
  produce(size: number): void;
  enter(): void;
  leave(): void;
}

/** `now` gives milliseconds; without it the time limit does not apply. */
export function createBudget(limits: BudgetLimits = DEFAULT_LIMITS, now?: () => number): Budget {
  let steps = 0;
  let output = 0;
  let depth = 0;
  let nextTimeCheck = 4096;
  const startedAt = now?.() ?? 0;
  return {
    step(count = 1) {
      steps += count;
      if (steps > limits.steps) throw new BudgetError('steps', limits.steps);
      if (now !== undefined && steps > nextTimeCheck) {
        nextTimeCheck = steps + 4096;
        if (now() - startedAt > limits.timeMs) throw new BudgetError('timeMs', limits.timeMs);
      }
    },
    produce(size) {
      output += size;
      if (output > limits.output) throw new BudgetError('output', limits.output);
    },
    enter() {
      depth += 1;
      if (depth > limits.depth) throw new BudgetError('depth', limits.depth);
    },
    leave() {
      depth -= 1;
    },
  };
}

/** Summary of the diagnostic that a BudgetError becomes. */
export const LIMIT_REACHED = 'Evaluation limit reached';

/** Whether evaluation may go on after this error: after a mistake it may, after a limit it may not. */
export function isRecoverable(error: unknown): boolean {
  return error instanceof LanguageError && error.diagnostic.summary !== LIMIT_REACHED;
}
