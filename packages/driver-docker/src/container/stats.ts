// Usage of a container, asked for once per interval. The engine samples once a second while somebody asks.
import type { TaskStats } from '@orch/driver-api';
import type { ContainerStats } from 'dockerode';
import type { DockerContext } from '../context.ts';
import { sleep } from '../engine/abort.ts';
import { engineError, isConnectionFault, statusOf } from '../engine/errors.ts';

export async function* readStats(
  context: DockerContext,
  taskId: string,
  intervalMs: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<TaskStats> {
  const task = context.tasks.get(taskId);
  const container = (await context.engine.client()).getContainer(task.containerId);
  const ended = new AbortController();
  task.ended.then(() => ended.abort());
  const over = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);
  while (!over.aborted) {
    try {
      const options = { stream: false, 'one-shot': true, abortSignal: over } as const;
      const answer = await container.stats(options as StatsOptions);
      if (over.aborted) return;
      yield usage(answer, Date.now());
    } catch (error) {
      if (over.aborted || statusOf(error) === 404) return;
      if (!isConnectionFault(error)) throw engineError(error, `reading the usage of ${taskId}`);
      if (!(await context.link.whenConnected(over))) return;
    }
    await sleep(intervalMs, over);
  }
}

/** The published types do not know the signal. */
type StatsOptions = { readonly stream: false; readonly 'one-shot': true };

/** The engine's answer in orch's units. Page cache that can be dropped is not counted as memory in use. */
export function usage(answer: ContainerStats, atMs: number): TaskStats {
  const { cpu_stats: cpu, memory_stats: memory, pids_stats: pids } = answer;
  const details: Readonly<Record<string, number | undefined>> = { ...memory?.stats };
  const inactive = details['total_inactive_file'] ?? details['inactive_file'] ?? 0;
  const used = memory?.usage ?? 0;
  const rss = details['total_rss'] ?? details['anon'];
  const cache = details['total_cache'] ?? details['file'];
  const max = memory?.max_usage;
  return {
    atMs,
    cpuTotalNs: cpu?.cpu_usage?.total_usage ?? 0,
    cpuUserNs: cpu?.cpu_usage?.usage_in_usermode ?? 0,
    cpuSystemNs: cpu?.cpu_usage?.usage_in_kernelmode ?? 0,
    throttledPeriods: cpu?.throttling_data?.throttled_periods ?? 0,
    throttledNs: cpu?.throttling_data?.throttled_time ?? 0,
    memoryBytes: Math.max(0, used - inactive),
    ...(rss === undefined ? {} : { memoryRssBytes: rss }),
    ...(cache === undefined ? {} : { memoryCacheBytes: cache }),
    ...(max === undefined ? {} : { memoryMaxBytes: max }),
    ...(pids?.current === undefined ? {} : { pids: pids.current }),
  };
}
