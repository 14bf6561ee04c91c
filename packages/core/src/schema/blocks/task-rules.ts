// Rules of a task across its fields, and against its group.

import { formatDuration } from '../duration.ts';
import { asRecords, keptValue, type ModelRecord, type Report, type SchemaContext } from '../field.ts';
import { defaultIdentityName } from './identity.ts';
import { checkPayloadFile } from './task-extras.ts';

/** A name, a real-time signal such as SIGRTMIN+3, or a number. */
const SIGNAL = /^(SIG[A-Z0-9]+([+-]\d{1,2})?|[1-9]|[1-5]\d|6[0-4])$/;

export function checkTask(record: ModelRecord, context: SchemaContext, report: Report): void {
  const signal = record['killSignal'];
  if (typeof signal === 'string' && !SIGNAL.test(signal) && !signal.includes('${')) {
    report('kill_signal', `"${signal}" is no signal name`, 'signals are written like SIGTERM, SIGRTMIN+3 or 15');
  }
  if (record['leader'] === true && record['lifecycle'] !== undefined) {
    report('leader', 'a task with a lifecycle cannot be the leader', 'make a main task the leader');
  }
  checkPayloadFile(record['dispatchPayloadFile'], report);
  checkAgainstGroup(record, context, report);
  checkRepeated(record, 'template', 'destination', (value) => `two templates write "${value}"`, report);
  checkNames(record, 'action', report);
  checkNames(record, 'secret', report);
  checkNames(record, 'scaling', report, 'resource');
  if (asRecords(keptValue(record, 'identity')).some((item) => item['name'] === defaultIdentityName)) {
    report('identity', 'there are two identities named "default"', 'give one of them another name');
  }
  const secrets = asRecords(keptValue(record, 'secret'));
  const fromVault = secrets.find((secret) => secret['provider'] === 'vault');
  if (fromVault !== undefined && keptValue(record, 'vault') === undefined) {
    report(`secret["${fromVault['name']}"].provider`, 'a secret from Vault needs a vault block', 'add vault { … }');
  }
}

function checkAgainstGroup(record: ModelRecord, context: SchemaContext, report: Report): void {
  const update = context.group?.['update'] as ModelRecord | undefined;
  const progress = Number(update?.['progressDeadlineMs'] ?? 0);
  if (context.jobType === 'service' && progress > 0 && Number(record['killTimeoutMs']) > progress) {
    report('kill_timeout', `it is longer than the group's progress_deadline (${formatDuration(progress)})`);
  }
  const disk = Number((context.group?.['ephemeralDisk'] as ModelRecord | undefined)?.['sizeMiB'] ?? 0);
  const logs = record['logs'] as ModelRecord;
  const size = Number(logs['maxFiles']) * Number(logs['maxFileSizeMb']);
  // A disk that is too small by itself has its own message.
  if (context.group !== undefined && disk >= 10 && disk <= size) {
    const message = `${logs['maxFiles']} files of ${logs['maxFileSizeMb']} MB do not fit in the disk of the group (${disk} MB)`;
    report('logs', message, `ephemeral_disk { size = … } above ${size}, or fewer or smaller files`);
  }
}

function checkNames(record: ModelRecord, block: string, report: Report, label = 'name'): void {
  const items = asRecords(keptValue(record, block));
  if (items.length < 2) return;
  const seen = new Set<unknown>();
  for (const item of items) {
    const name = item[label];
    if (seen.has(name)) report(`${block}["${name}"]`, `there are two ${block} blocks named "${name}"`, 'rename one');
    seen.add(name);
  }
}

function checkRepeated(
  record: ModelRecord,
  block: string,
  field: string,
  describe: (value: unknown) => string,
  report: Report,
): void {
  const items = asRecords(keptValue(record, block));
  if (items.length < 2) return;
  const seen = new Set<unknown>();
  items.forEach((item, index) => {
    const value = item[field];
    if (value !== undefined && seen.has(value)) report(`${block}[${index}].${field}`, describe(value), 'change one');
    seen.add(value);
  });
}
