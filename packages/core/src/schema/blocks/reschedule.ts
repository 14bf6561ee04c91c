// `reschedule`: how a failed allocation is replaced on another node.

import { formatDuration } from '../duration.ts';
import type { BlockSchema, ModelRecord, SchemaContext } from '../field.ts';

/** Defaults exist for service and batch jobs; system jobs are never rescheduled. */
const byType =
  (service: number | string | boolean, batch: number | string | boolean) =>
  (context: SchemaContext): number | string | boolean | undefined => {
    if (context.jobType === 'batch') return batch;
    return context.jobType === 'service' ? service : undefined;
  };

export const rescheduleBlock: BlockSchema = {
  name: 'reschedule',
  doc: 'How a failed allocation is replaced, on another node where possible.',
  fields: [
    {
      hcl: 'attempts',
      wire: 'Attempts',
      model: 'attempts',
      type: 'int',
      default: byType(0, 1),
      min: 0,
      doc: 'Replacements allowed within the interval; without effect when unlimited.',
    },
    {
      hcl: 'interval',
      wire: 'Interval',
      model: 'intervalMs',
      type: 'duration',
      default: byType(0, 24 * 3_600_000),
      min: 0,
      doc: 'Window in which attempts are counted.',
    },
    {
      hcl: 'delay',
      wire: 'Delay',
      model: 'delayMs',
      type: 'duration',
      default: byType(30_000, 5_000),
      min: 5_000,
      doc: 'Wait before the first replacement.',
    },
    {
      hcl: 'delay_function',
      wire: 'DelayFunction',
      model: 'delayFunction',
      type: 'string',
      default: byType('exponential', 'constant'),
      values: ['constant', 'exponential', 'fibonacci'],
      doc: 'How the wait grows from one replacement to the next.',
    },
    {
      hcl: 'max_delay',
      wire: 'MaxDelay',
      model: 'maxDelayMs',
      type: 'duration',
      default: byType(3_600_000, 0),
      min: 0,
      doc: 'Longest wait.',
    },
    {
      hcl: 'unlimited',
      wire: 'Unlimited',
      model: 'unlimited',
      type: 'bool',
      default: byType(true, false),
      doc: 'Replace without counting.',
    },
  ],
  check(record, context, report) {
    if (context.jobType === 'system' || context.jobType === 'sysbatch') {
      report('', `a ${context.jobType} job is not rescheduled`, 'remove the block');
      return;
    }
    const unlimited = record['unlimited'] === true;
    const attempts = Number(record['attempts']);
    if (attempts === 0 && !unlimited) return;
    if (unlimited && attempts > 0) {
      report('unlimited', `it excludes attempts (${attempts})`, 'add attempts = 0, or remove unlimited');
    }
    const grows = record['delayFunction'] === 'exponential' || record['delayFunction'] === 'fibonacci';
    if (grows && Number(record['maxDelayMs']) < Number(record['delayMs'])) {
      report('max_delay', 'the longest delay is shorter than the first one');
    }
    if (unlimited) return;
    const interval = Number(record['intervalMs']);
    if (interval < 15_000) {
      report('interval', 'with limited attempts the interval is at least 15s', 'interval = "15s"');
      return;
    }
    const needed = timeNeeded(record, attempts);
    if (needed !== undefined && needed > interval) {
      const message = `${attempts} replacements with these delays do not fit in ${formatDuration(interval)}`;
      report('interval', message, `make the interval at least ${formatDuration(needed)}`);
    }
  },
};

/**
 * Milliseconds within which so many replacements can be made. Delays that grow are counted by the last of them, those
 * that have reached the longest one add up.
 */
function timeNeeded(record: ModelRecord, attempts: number): number | undefined {
  const first = Number(record['delayMs']);
  const longest = Number(record['maxDelayMs']);
  if (record['delayFunction'] === 'constant') return attempts * first;
  const isExponential = record['delayFunction'] === 'exponential';
  const delays: number[] = [];
  for (let [delay, next] = [first, isExponential ? first * 2 : first]; delays.length < attempts && delay <= longest; ) {
    delays.push(delay);
    [delay, next] = [next, isExponential ? next * 2 : delay + next];
  }
  const capped = (attempts - delays.length) * longest;
  const growing = delays.at(-1) ?? 0;
  if (isExponential) return growing + capped;
  return record['delayFunction'] === 'fibonacci' ? capped || growing : undefined;
}
