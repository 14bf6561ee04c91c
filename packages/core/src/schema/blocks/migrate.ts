// `migrate`: how many allocations leave a draining node at a time.

import type { BlockSchema } from '../field.ts';

export const migrateBlock: BlockSchema = {
  name: 'migrate',
  doc: 'How many allocations leave a draining node at a time.',
  fields: [
    {
      hcl: 'max_parallel',
      wire: 'MaxParallel',
      model: 'maxParallel',
      type: 'int',
      default: 1,
      min: 0,
      doc: 'Allocations moved at a time.',
    },
    {
      hcl: 'health_check',
      wire: 'HealthCheck',
      model: 'healthCheck',
      type: 'string',
      default: 'checks',
      values: ['checks', 'task_states'],
      doc: 'What makes a moved allocation healthy.',
    },
    {
      hcl: 'min_healthy_time',
      wire: 'MinHealthyTime',
      model: 'minHealthyTimeMs',
      type: 'duration',
      default: 10_000,
      min: 0,
      doc: 'How long it must be healthy before the next one is moved.',
    },
    {
      hcl: 'healthy_deadline',
      wire: 'HealthyDeadline',
      model: 'healthyDeadlineMs',
      type: 'duration',
      default: 300_000,
      min: 0,
      doc: 'When it must have become healthy.',
    },
  ],
  check(record, context, report) {
    if (context.jobType !== 'service')
      report('', `only service jobs migrate; this is a ${context.jobType} job`, 'remove the block');
    if (Number(record['minHealthyTimeMs']) > Number(record['healthyDeadlineMs'])) {
      report('healthy_deadline', 'it must not be shorter than min_healthy_time');
    }
  },
};
