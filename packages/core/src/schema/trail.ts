// Where a walk over the records of a job is. Field paths are texts only where something is said about them.

import type { BlockType, FieldProblem, ModelRecord, Report } from './field.ts';
import { joinPath, repeatedPath } from './path.ts';

export interface Trail {
  /** Goes into a block: field `name` of the block before, record `index` of it. */
  readonly enter: (name: string, type: BlockType, record: ModelRecord, index: number) => void;
  readonly leave: () => void;
  /** Adds a problem of the block to those of the trail. */
  readonly report: Report;
  /** How many problems there are. */
  readonly count: () => number;
}

interface Step {
  name: string;
  type: BlockType | undefined;
  record: ModelRecord | undefined;
  index: number;
  /** Undefined until somebody asks. */
  path: string | undefined;
}

/** A trail that begins at the job. Problems land in `problems`. */
export function createTrail(problems: FieldProblem[]): Trail {
  // Steps are used again: a walk makes as many as the job is deep.
  const steps: Step[] = [];
  let depth = 0;
  const pathOf = (count: number): string => {
    const step = steps[count - 1];
    if (step === undefined) return '';
    if (step.path !== undefined) return step.path;
    const { name, type, record, index } = step;
    const field = joinPath(pathOf(count - 1), name);
    const isRepeated = type !== undefined && record !== undefined && type.repeat !== 'one';
    step.path = isRepeated ? repeatedPath(field, type, record, index) : field;
    return step.path;
  };
  const path = () => pathOf(depth);
  return {
    enter(name, type, record, index) {
      const step = steps[depth];
      if (step === undefined) steps.push({ name, type, record, index, path: undefined });
      else {
        step.name = name;
        step.type = type;
        step.record = record;
        step.index = index;
        step.path = undefined;
      }
      depth += 1;
    },
    leave() {
      depth -= 1;
    },
    count: () => problems.length,
    report(field, message, hint) {
      const at = joinPath(path(), field);
      problems.push(hint === undefined ? { path: at, message } : { path: at, message, hint });
    },
  };
}
