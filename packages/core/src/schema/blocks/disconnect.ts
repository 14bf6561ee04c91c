// `disconnect`: what happens while a node cannot be reached.

import type { BlockSchema } from '../field.ts';

export const disconnectBlock: BlockSchema = {
  name: 'disconnect',
  doc: 'What happens to allocations while their node cannot be reached.',
  fields: [
    {
      hcl: 'lost_after',
      wire: 'LostAfter',
      model: 'lostAfterMs',
      type: 'duration',
      default: 0,
      min: 0,
      doc: 'How long they count as unknown before they are lost; 0 = they are lost at once.',
    },
    {
      hcl: 'stop_on_client_after',
      wire: 'StopOnClientAfter',
      model: 'stopOnClientAfterMs',
      type: 'duration',
      min: 0,
      doc: 'When the node itself stops them; it excludes lost_after.',
    },
    {
      hcl: 'replace',
      wire: 'Replace',
      model: 'replace',
      type: 'bool',
      default: true,
      doc: 'Whether replacements start meanwhile.',
    },
    {
      hcl: 'reconcile',
      wire: 'Reconcile',
      model: 'reconcile',
      type: 'string',
      default: 'best_score',
      values: ['best_score', 'keep_original', 'keep_replacement', 'longest_running'],
      doc: 'Which one stays when the node comes back.',
    },
  ],
  check(record, context, report) {
    if (Number(record['lostAfterMs']) > 0 && record['stopOnClientAfterMs'] !== undefined) {
      report('stop_on_client_after', 'it excludes lost_after', 'keep one of them');
    }
    if (record['stopOnClientAfterMs'] !== undefined && context.jobType !== 'service' && context.jobType !== 'batch') {
      report('stop_on_client_after', 'it is for service and batch jobs only');
    }
  },
};
