// Finds what a person named by a short id or a prefix.

import type { ApiClient } from '@orch/api';
import { CommandFailure, oneId } from './orch-command.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export async function findAllocation(api: ApiClient, prefix: string): Promise<string> {
  if (uuid.test(prefix)) return prefix;
  const { value } = await api.allocations.list({ prefix });
  return oneId(
    'allocation',
    prefix,
    value.map((allocation) => allocation.ID),
  );
}

export async function findNode(api: ApiClient, prefix: string): Promise<string> {
  if (uuid.test(prefix)) return prefix;
  const byId = await api.nodes.list({ prefix });
  if (byId.value.length > 0)
    return oneId(
      'node',
      prefix,
      byId.value.map((node) => node.ID),
    );
  const { value } = await api.nodes.list();
  return oneId(
    'node',
    prefix,
    value.filter((node) => node.Name.startsWith(prefix)).map((node) => node.ID),
  );
}

/** A job by its id, or by a prefix that only one job has. */
export async function findJob(api: ApiClient, prefix: string): Promise<string> {
  const { value } = await api.jobs.list({ prefix });
  return oneId(
    'job',
    prefix,
    value.map((job) => job.ID),
  );
}

/** The task meant: the one named, or the only one. */
export function chooseTask(tasks: readonly string[], named: string | undefined): string {
  if (named !== undefined) {
    if (tasks.length > 0 && !tasks.includes(named))
      throw new CommandFailure(`Error: the allocation has no task "${named}"; it has: ${tasks.join(', ')}`);
    return named;
  }
  const [only, ...more] = tasks;
  if (only === undefined) throw new CommandFailure('Error: the allocation has no tasks yet');
  if (more.length > 0)
    throw new CommandFailure(`Error: the allocation has several tasks, name one with --task: ${tasks.join(', ')}`);
  return only;
}
