// `affinity`: a wish about nodes, weighed against others.

import { constraintOperators } from '../../model/constraint.ts';
import type { BlockSchema } from '../field.ts';
import { checkOperator, normalizeTarget, shorthandFields, targetFields } from './constraint.ts';

const OPERATORS = constraintOperators.filter((name) => !name.startsWith('distinct_') && !name.startsWith('is_'));

export const affinityBlock: BlockSchema = {
  name: 'affinity',
  doc: 'A wish about the node, weighed against other wishes.',
  fields: [
    ...targetFields,
    {
      hcl: 'weight',
      wire: 'Weight',
      model: 'weight',
      type: 'int',
      default: 50,
      min: -100,
      max: 100,
      doc: 'How much the wish counts; negative is aversion.',
    },
    ...shorthandFields(['version', 'semver', 'regexp', 'set_contains', 'set_contains_all', 'set_contains_any'], []),
  ],
  normalize: normalizeTarget,
  check(record, context, report) {
    checkOperator(record, OPERATORS, report);
    if (record['weight'] === 0) report('weight', 'a weight of 0 has no meaning', 'remove the block or give a weight');
    if (context.jobType === 'system') {
      report('', `a ${context.jobType} job runs on every node, so it has no affinities`, 'use a constraint');
    }
  },
};
