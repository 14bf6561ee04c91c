// `restart`: how often a failed task is started again on its node.

import type { BlockSchema, ModelRecord, Report, SchemaContext } from '../field.ts';

const isBatch = (context: SchemaContext) => context.jobType === 'batch' || context.jobType === 'sysbatch';

export const restartBlock: BlockSchema = {
  name: 'restart',
  doc: 'How often a failed task is started again on the same node.',
  fields: [
    {
      hcl: 'attempts',
      wire: 'Attempts',
      model: 'attempts',
      type: 'int',
      default: (context) => (isBatch(context) ? 3 : 2),
      min: 0,
      doc: 'Restarts allowed within the interval.',
    },
    {
      hcl: 'interval',
      wire: 'Interval',
      model: 'intervalMs',
      type: 'duration',
      default: (context) => (isBatch(context) ? 24 * 3_600_000 : 30 * 60_000),
      min: 5_000,
      doc: 'Window in which attempts are counted.',
    },
    {
      hcl: 'delay',
      wire: 'Delay',
      model: 'delayMs',
      type: 'duration',
      default: 15_000,
      min: 0,
      doc: 'Wait before a restart; up to a quarter is added at random.',
    },
    {
      hcl: 'mode',
      wire: 'Mode',
      model: 'mode',
      type: 'string',
      default: 'fail',
      values: ['fail', 'delay'],
      doc: 'When attempts are used up: fail the allocation, or wait for the next interval.',
    },
    {
      hcl: 'render_templates',
      wire: 'RenderTemplates',
      model: 'renderTemplates',
      type: 'bool',
      default: false,
      noEffect: 'templates are not rendered yet',
      destructive: true,
      doc: 'Renders templates again at a restart.',
    },
  ],
  check(record, context, report) {
    if (record['attempts'] === 0 && record['mode'] === 'delay') {
      report('mode', 'with no attempts there is nothing to wait for', 'mode = "fail", or attempts = 1');
    }
    if (context.task === undefined) reportFit(record, report);
  },
  // Job files have such tasks, and Nomad takes them.
  advise(record, context, report) {
    if (context.task !== undefined) reportFit(record, report);
  },
};

function reportFit(record: ModelRecord, report: Report): void {
  const attempts = Number(record['attempts']);
  const delay = Number(record['delayMs']);
  if (attempts === 0 || attempts * delay <= Number(record['intervalMs'])) return;
  const message = `${attempts} restarts with a delay of ${delay / 1000} s do not fit in the interval: they are never used up`;
  report('interval', message, `make the interval at least ${(attempts * delay) / 1000}s`);
}
