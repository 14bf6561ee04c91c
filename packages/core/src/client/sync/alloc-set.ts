// All allocations of this node: made, updated and forgotten as the server desires, taken up again after a restart.

import { describeError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Allocation, AllocationUpdate } from '../../model/allocation.ts';
import { isClientTerminal } from '../../model/allocation.ts';
import { removeAllocDir } from '../alloc-dir/build.ts';
import { allocLayout } from '../alloc-dir/layout.ts';
import type { AllocContext } from '../alloc-runner/alloc-context.ts';
import { AllocRunner } from '../alloc-runner/alloc-runner.ts';
import { jobRecordKey } from '../alloc-runner/stored-facts.ts';
import type { RestoredAlloc } from '../store/node-store.ts';
import type { AllocFacts } from '../task-runner/task-context.ts';
import { JobCache } from './job-cache.ts';
import type { DesiredMessage } from './link-session.ts';

export class AllocSet {
  readonly #context: AllocContext;
  readonly #log: Logger;
  readonly #runners = new Map<string, AllocRunner>();
  /** Allocations whose records cannot be used; they are reported as failed until the server forgets them. */
  readonly #damaged = new Map<string, AllocationUpdate>();
  readonly #jobs = new JobCache();
  readonly #forgetting = new Map<string, Promise<void>>();
  /** Forgotten by the server, but something of theirs could not be removed. */
  readonly #leftOver = new Set<string>();

  constructor(context: AllocContext) {
    this.#context = context;
    this.#log = context.log;
  }

  find(id: string): AllocRunner | undefined {
    return this.#runners.get(id);
  }

  list(): Iterable<AllocRunner> {
    return this.#runners.values();
  }

  /**
   * Resolves when those have ended whose place `allocation` takes: the one it replaces, and those on their way out that
   * hold a port of it.
   */
  async untilVacated(allocation: Allocation): Promise<void> {
    const ports = new Set(allocation.resources.shared.ports.map(({ value }) => value));
    const standing = [...this.#runners.values()].filter((runner) => {
      const other = runner.facts.allocation;
      if (runner.isDone || other.id === allocation.id) return false;
      if (other.id === allocation.previousAllocation) return true;
      const leaving = other.desiredStatus !== 'run' || this.#forgetting.has(other.id);
      return leaving && other.resources.shared.ports.some(({ value }) => ports.has(value));
    });
    await Promise.all(standing.map((runner) => runner.untilEnded()));
  }

  /** A new connection begins: the server sends job versions again as they are needed. */
  newConnection(): void {
    this.#jobs.keepOnly([...this.#runners.values()].map(({ facts }) => facts.allocation));
  }

  /** For the hello: allocation id → index of the desire this node has seen. */
  known(): Readonly<Record<string, number>> {
    const known = [...this.#runners.values()].map(({ facts }) => [
      facts.allocation.id,
      facts.allocation.allocModifyIndex,
    ]);
    return Object.fromEntries([...known, ...[...this.#damaged.keys()].map((id) => [id, 0])]);
  }

  /** Builds the runners of what the store held, without acting yet. A damaged one costs only itself. */
  restore(restored: readonly RestoredAlloc[]): readonly string[] {
    for (const item of restored) {
      try {
        this.#restoreOne(item);
      } catch (error) {
        this.#markDamaged(item.id, describeError(error));
      }
    }
    return [...this.#runners.values()].filter((runner) => !runner.isDone).map((runner) => runner.id);
  }

  /** Takes the restored allocations up again, all at once; resolves when each has found its footing. */
  async resume(
    isLost: (runner: AllocRunner, bootId: string | undefined) => boolean,
    restored: readonly RestoredAlloc[],
  ) {
    const boots = new Map(restored.map((item) => [item.id, item.alloc?.bootId]));
    const work = [...this.#runners.values()].map(async (runner) => {
      await runner.resume(isLost(runner, boots.get(runner.id)));
      this.#context.report(runner.status());
    });
    await Promise.all([
      ...work,
      ...restored.filter(({ id }) => this.#damaged.has(id)).map((item) => this.#endDamaged(item)),
    ]);
    for (const update of this.#damaged.values()) this.#context.report(update);
  }

  apply(message: DesiredMessage): void {
    this.#jobs.add(message.jobs);
    for (const allocation of message.allocations) this.#applyOne(allocation);
    const gone = new Set(message.removed);
    if (message.full) {
      const named = new Set(message.allocations.map(({ id }) => id as string));
      for (const id of [...this.#runners.keys(), ...this.#damaged.keys()]) if (!named.has(id)) gone.add(id);
    }
    for (const id of gone) this.#forgetOrKeep(id);
  }

  /** Tries again to remove what could not be removed when the server forgot it. */
  async forgetLeftOver(): Promise<void> {
    await Promise.all([...this.#leftOver].map((id) => this.#forgetOrKeep(id)));
  }

  /** Ends the allocation if it runs and removes everything of it from this node. */
  forget(id: string): Promise<void> {
    const running = this.#forgetting.get(id);
    if (running !== undefined) return running;
    const work = this.#forget(id).finally(() => this.#forgetting.delete(id));
    this.#forgetting.set(id, work);
    return work;
  }

  /** Frees the disk a finished allocation takes; its record stays until the server forgets it. */
  async collect(id: string): Promise<void> {
    await this.#context.networks.tearDown(id);
    await removeAllocDir(allocLayout(this.#context.dataDir, id), this.#context.tools);
  }

  async #forgetOrKeep(id: string): Promise<void> {
    try {
      await this.forget(id);
      this.#leftOver.delete(id);
    } catch (error) {
      this.#leftOver.add(id);
      this.#log.error('an allocation could not be removed', { allocation: id, error: describeError(error) });
    }
  }

  async detach(): Promise<void> {
    await Promise.all([...this.#runners.values()].map((runner) => runner.detach()));
  }

  #applyOne(allocation: Allocation): void {
    const runner = this.#runners.get(allocation.id);
    const job = this.#jobs.find(allocation);
    const group = job?.taskGroups.find(({ name }) => name === allocation.taskGroup);
    if (runner !== undefined) {
      if (allocation.allocModifyIndex <= runner.facts.allocation.allocModifyIndex) return;
      if (job !== undefined && group !== undefined) runner.update({ allocation, job, group });
      else if (allocation.desiredStatus !== 'run') runner.update({ ...runner.facts, allocation });
      else this.#log.error(missingJob(allocation), { allocation: allocation.id });
      return;
    }
    const damage = this.#damaged.get(allocation.id);
    if (damage !== undefined) this.#context.report(damage);
    else if (isClientTerminal(allocation)) return;
    else if (allocation.desiredStatus !== 'run') this.#report(allocation, 'complete', 'It did not run on this node');
    else if (job === undefined || group === undefined) this.#report(allocation, 'failed', missingJob(allocation));
    else this.#begin({ allocation, job, group });
  }

  #begin(facts: AllocFacts): void {
    const runner = new AllocRunner(this.#context, facts);
    this.#runners.set(runner.id, runner);
    runner.begin();
  }

  #restoreOne(item: RestoredAlloc): void {
    const { alloc, job, damage } = item;
    const group = job?.taskGroups.find(({ name }) => name === alloc?.allocation.taskGroup);
    if (damage !== undefined || alloc === undefined || job === undefined || group === undefined) {
      this.#markDamaged(item.id, damage ?? 'the record is incomplete');
      return;
    }
    this.#jobs.put(alloc.allocation, job);
    this.#runners.set(item.id, new AllocRunner(this.#context, { allocation: alloc.allocation, job, group }, item));
  }

  #markDamaged(id: string, reason: string): void {
    this.#runners.delete(id);
    const clientDescription = `The node cannot take this allocation up again: ${reason}`;
    this.#log.error(clientDescription, { allocation: id });
    const atMs = this.#context.clock.now();
    this.#damaged.set(id, { id, clientStatus: 'failed', clientDescription, taskStates: {}, atMs });
  }

  #report(allocation: Allocation, clientStatus: 'failed' | 'complete', clientDescription: string): void {
    const { id, taskStates } = allocation;
    this.#context.report({ id, clientStatus, clientDescription, taskStates, atMs: this.#context.clock.now() });
  }

  async #forget(id: string): Promise<void> {
    const runner = this.#runners.get(id);
    await runner?.forget();
    await this.collect(id);
    this.#runners.delete(id);
    this.#damaged.delete(id);
    await this.#context.store.removeAlloc(id, [...(runner?.tasks.keys() ?? [])]);
    if (runner === undefined) return;
    // The cache keeps it: the server sends a job version once per connection.
    const jobKey = jobRecordKey(runner.facts.allocation);
    const used = [...this.#runners.values()].some(({ facts }) => jobRecordKey(facts.allocation) === jobKey);
    if (!used) this.#context.store.removeJob(jobKey);
  }

  /** Ends what runs of an allocation that cannot be taken up again, as far as its handles are readable. */
  async #endDamaged(item: RestoredAlloc): Promise<void> {
    for (const { handle } of item.tasks.values()) {
      if (handle === undefined) continue;
      const driver = this.#context.driver(handle.driver);
      try {
        await driver?.recover(handle);
        await driver?.destroy(handle.taskId, { force: true });
      } catch (error) {
        this.#log.warn('a task of a damaged allocation could not be ended', {
          taskId: handle.taskId,
          error: describeError(error),
        });
      }
    }
  }
}

function missingJob({ jobVersion, taskGroup }: Allocation): string {
  return `the server sent no job of version ${jobVersion} with a group "${taskGroup}"`;
}
