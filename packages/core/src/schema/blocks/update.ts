// `update`: how a changed job replaces its running allocations.

import type { BlockSchema } from '../field.ts';

export const updateBlock: BlockSchema = {
  name: 'update',
  doc: 'How a changed job replaces its running allocations.',
  fields: [
    {
      hcl: 'max_parallel',
      wire: 'MaxParallel',
      model: 'maxParallel',
      type: 'int',
      default: 1,
      min: 0,
      doc: 'Allocations replaced at a time; 0 = all at once.',
    },
    {
      hcl: 'health_check',
      wire: 'HealthCheck',
      model: 'healthCheck',
      type: 'string',
      default: 'checks',
      values: ['checks', 'task_states', 'manual'],
      doc: 'What makes an allocation healthy.',
    },
    {
      hcl: 'min_healthy_time',
      wire: 'MinHealthyTime',
      model: 'minHealthyTimeMs',
      type: 'duration',
      default: 10_000,
      min: 0,
      doc: 'How long it must be healthy before the next one is replaced.',
    },
    {
      hcl: 'healthy_deadline',
      wire: 'HealthyDeadline',
      model: 'healthyDeadlineMs',
      type: 'duration',
      default: 300_000,
      min: 1e-6,
      doc: 'When it must have become healthy.',
    },
    {
      hcl: 'progress_deadline',
      wire: 'ProgressDeadline',
      model: 'progressDeadlineMs',
      type: 'duration',
      default: 600_000,
      min: 0,
      doc: 'Longest time between two healthy allocations; 0 = fail at the first unhealthy one.',
    },
    {
      hcl: 'stagger',
      wire: 'Stagger',
      model: 'staggerMs',
      type: 'duration',
      default: 30_000,
      min: 1e-6,
      doc: 'Time between node drains of a system job.',
    },
    {
      hcl: 'canary',
      wire: 'Canary',
      model: 'canary',
      type: 'int',
      default: 0,
      min: 0,
      doc: 'New allocations started beside the old ones before the change is promoted.',
    },
    {
      hcl: 'auto_revert',
      wire: 'AutoRevert',
      model: 'autoRevert',
      type: 'bool',
      default: false,
      doc: 'Goes back to the last stable version when the change fails.',
    },
    {
      hcl: 'auto_promote',
      wire: 'AutoPromote',
      model: 'autoPromote',
      type: 'bool',
      default: false,
      doc: 'Promotes canaries when all are healthy.',
    },
  ],
  check(record, context, report) {
    if (context.jobType === 'batch' || context.jobType === 'sysbatch') {
      report(
        '',
        `a ${context.jobType} job has no update block`,
        'remove it; a changed batch job replaces what has not finished',
      );
      return;
    }
    if (record['autoPromote'] === true && Number(record['canary']) === 0) {
      report('auto_promote', 'there are no canaries to promote', 'add canary = 1, or remove it');
    }
    const healthy = Number(record['minHealthyTimeMs']);
    const deadline = Number(record['healthyDeadlineMs']);
    const progress = Number(record['progressDeadlineMs']);
    if (deadline > 0 && healthy >= deadline) {
      report('healthy_deadline', 'it must be longer than min_healthy_time', `min_healthy_time is ${healthy / 1000}s`);
    }
    if (progress !== 0 && deadline >= progress) {
      report('progress_deadline', 'it must be longer than healthy_deadline', `healthy_deadline is ${deadline / 1000}s`);
    }
  },
};
