// Frees what finished work leaves on the node: directories, and what drivers hold beyond single tasks.

import { statfs } from 'node:fs/promises';
import type { Clock } from '../../lib/clock.ts';
import { describeError, OrchError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { DriverSet } from '../driver-host/driver-host.ts';
import type { AllocSet } from '../sync/alloc-set.ts';
import { type CollectLimits, chooseCollectable } from './policy.ts';

export interface CollectorOptions {
  readonly allocations: AllocSet;
  readonly drivers: DriverSet;
  readonly limits: CollectLimits;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told after each round how much of the disk is free. */
  readonly free?: (mebibytes: number) => void;
}

export class Collector {
  readonly #options: CollectorOptions;
  readonly #collected = new Set<string>();
  #cancel: () => void = () => {};
  #sweeping: Promise<readonly string[]> | undefined;
  #closed = false;

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  start(): void {
    this.#next();
  }

  /** Frees one finished allocation's files. @throws OrchError `unknown-allocation`, `allocation-runs` */
  async collect(id: string): Promise<void> {
    const runner = this.#options.allocations.find(id);
    if (runner === undefined) throw new OrchError('unknown-allocation', `the allocation ${id} is not on this node`);
    if (!runner.isDone) {
      throw new OrchError('allocation-runs', `the allocation ${id} has not ended`, { hint: 'stop it first' });
    }
    await this.#options.allocations.collect(id);
    this.#collected.add(id);
  }

  /** Frees every finished allocation's files, and what no running task needs. */
  async collectAll(): Promise<readonly string[]> {
    await this.#options.allocations.forgetLeftOver();
    const ids = this.#finished().map(({ id }) => id);
    const done = await this.#collectEach(ids);
    const freed = [...done, ...(await this.#collectDrivers())];
    await this.#tellFree().catch(() => {});
    return freed;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel();
    await this.#sweeping;
  }

  #next(): void {
    if (this.#closed) return;
    this.#cancel = this.#options.clock.after(this.#options.limits.intervalMs, () => {
      this.#sweeping = this.#sweep().finally(() => this.#next());
    });
  }

  async #sweep(): Promise<readonly string[]> {
    const { limits, dataDir, clock, log, allocations } = this.#options;
    for (const id of this.#collected) if (allocations.find(id) === undefined) this.#collected.delete(id);
    try {
      await allocations.forgetLeftOver();
      const disk = await statfs(dataDir);
      const usedPercent = disk.blocks > 0 ? ((disk.blocks - disk.bfree) / disk.blocks) * 100 : 0;
      const freed = await this.#collectEach(chooseCollectable(this.#finished(), limits, usedPercent, clock.now()));
      const all = [...freed, ...(await this.#collectDrivers())];
      await this.#tellFree();
      return all;
    } catch (error) {
      log.error('the garbage collection of the node failed', { error: describeError(error) });
      return [];
    }
  }

  async #tellFree(): Promise<void> {
    const { bavail, bsize } = await statfs(this.#options.dataDir);
    this.#options.free?.(Math.floor((bavail * bsize) / 1_048_576));
  }

  #finished() {
    return [...this.#options.allocations.list()]
      .filter((runner) => runner.isDone && !this.#collected.has(runner.id))
      .map((runner) => ({ id: runner.id, finishedAtMs: runner.finishedAtMs ?? runner.receivedAtMs }));
  }

  async #collectEach(ids: readonly string[]): Promise<readonly string[]> {
    const done: string[] = [];
    for (const id of ids) {
      try {
        await this.collect(id);
        done.push(id);
      } catch (error) {
        this.#options.log.error('an allocation could not be collected', {
          allocation: id,
          error: describeError(error),
        });
      }
    }
    return done;
  }

  async #collectDrivers(): Promise<readonly string[]> {
    const keepTaskIds = [...this.#options.allocations.list()].flatMap((runner) =>
      runner.isDone ? [] : [...runner.tasks.values()].map((task) => `${runner.id}/${task.name}/${task.run.attempt}`),
    );
    const freed: string[] = [];
    for (const driver of this.#options.drivers.list()) {
      try {
        freed.push(...((await driver.collect?.({ keepTaskIds }))?.freed ?? []));
      } catch (error) {
        // A runtime that is not there holds nothing; the driver's health tells of it.
        const level = (error as { code?: unknown } | null)?.code === 'runtime-unavailable' ? 'debug' : 'warn';
        this.#options.log[level]('a driver could not free what it no longer needs', {
          driver: driver.info.name,
          error: describeError(error),
        });
      }
    }
    return freed;
  }
}
