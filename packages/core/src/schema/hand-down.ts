// What a job and its groups hand down to their tasks: `vault` and `secret` exist in the API at tasks only.

import { asRecords, keptValue, type ModelRecord, setKept } from './field.ts';

/**
 * Moves `vault` and `secret` of the job and of its groups into the tasks. A task's own `vault` wins over its group's,
 * that over the job's. A group's secrets go to tasks that have none; the job's are added to every task.
 */
export function handDownToTasks(job: ModelRecord): void {
  const vault = keptValue(job, 'vault');
  const secrets = asRecords(keptValue(job, 'secret'));
  const groups = asRecords(job['taskGroups']);
  const isNeeded = groups.some((group) => keptValue(group, 'vault') !== undefined || secretsOf(group).length > 0);
  if (vault === undefined && secrets.length === 0 && !isNeeded) return;
  job['taskGroups'] = groups.map((group) => {
    const copy = { ...group };
    const groupVault = keptValue(group, 'vault') ?? vault;
    copy['tasks'] = asRecords(group['tasks']).map((task) => taskWith(task, groupVault, secretsOf(group), secrets));
    setKept(copy, 'vault', undefined);
    setKept(copy, 'secret', undefined);
    return copy;
  });
  setKept(job, 'vault', undefined);
  setKept(job, 'secret', undefined);
}

function secretsOf(record: ModelRecord): readonly ModelRecord[] {
  return asRecords(keptValue(record, 'secret'));
}

function taskWith(
  task: ModelRecord,
  vault: unknown,
  groupSecrets: readonly ModelRecord[],
  jobSecrets: readonly ModelRecord[],
): ModelRecord {
  const copy = { ...task };
  if (vault !== undefined && keptValue(task, 'vault') === undefined) setKept(copy, 'vault', vault);
  const own = secretsOf(task);
  const all = [...(own.length > 0 ? own : groupSecrets), ...jobSecrets];
  if (all.length > own.length) setKept(copy, 'secret', all);
  return copy;
}
