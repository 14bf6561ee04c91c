// Serves alloc.stats and node.stats; remembers the last samples, so that shares of CPU can be told.

import type { TaskStats } from '@orch/driver-api';
import { describeError, OrchError } from '../../lib/errors.ts';
import type { AllocationStats, NodeMethods, NodeStats, TaskUsage } from '../../link/methods.ts';
import { type CallContext, findAllocation, findTask, type LiveTask, liveTask } from './call-context.ts';
import { type CpuTicks, readNodeStats, sumUsage, usageBetween } from './stats.ts';

/** A sample older than this says nothing about now. */
const freshMs = 60_000;
/** Between the two samples taken when there is no earlier one. */
const firstIntervalMs = 100;

export class StatsCalls {
  readonly #context: CallContext;
  readonly #samples = new Map<string, TaskStats>();
  #ticks: readonly CpuTicks[] = [];

  constructor(context: CallContext) {
    this.#context = context;
  }

  async allocation(params: NodeMethods['alloc.stats']['params'], signal: AbortSignal): Promise<AllocationStats> {
    const runner = findAllocation(this.#context, params.allocationId);
    const asked = params.task === undefined ? [...runner.tasks.values()] : [findTask(runner, params.task)];
    const live = asked.flatMap((task) => liveTask(task) ?? []);
    const usages = await Promise.all(live.map((task) => this.#usage(task, signal)));
    const tasks = Object.fromEntries(live.map(({ name }, index) => [name, usages[index] as TaskUsage]));
    const atMs = this.#context.clock.now();
    this.#dropOld(atMs);
    return { atMs, total: sumUsage(usages, atMs), tasks };
  }

  async node(): Promise<NodeStats> {
    const { dataDir, storageDevice, coreMhz, clock } = this.#context;
    const { stats, ticks } = await readNodeStats(dataDir, storageDevice, this.#ticks, coreMhz, clock.now());
    this.#ticks = ticks;
    return stats;
  }

  async #usage({ taskId, driver, name }: LiveTask, signal: AbortSignal): Promise<TaskUsage> {
    const known = this.#samples.get(taskId);
    const wanted = known === undefined || this.#context.clock.now() - known.atMs > freshMs ? 2 : 1;
    const samples: TaskStats[] = known === undefined || wanted === 2 ? [] : [known];
    try {
      const stream = driver.stats(taskId, { signal, intervalMs: firstIntervalMs });
      let left = wanted;
      for await (const sample of stream) {
        samples.push(sample);
        left -= 1;
        if (left === 0) break;
      }
    } catch (error) {
      throw new OrchError('stats-failed', `the usage of task "${name}" could not be read: ${describeError(error)}`);
    }
    const now = samples.at(-1);
    if (now === undefined) throw new OrchError('task-not-running', `the task "${name}" has just ended`);
    this.#samples.set(taskId, now);
    return usageBetween(samples.length > 1 ? samples.at(-2) : undefined, now, this.#context.coreMhz);
  }

  #dropOld(nowMs: number): void {
    for (const [taskId, sample] of this.#samples) if (nowMs - sample.atMs > freshMs) this.#samples.delete(taskId);
  }
}
