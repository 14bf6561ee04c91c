// One case of the conformance suite, and the bench it works on.
import type { Driver, DriverCapabilities } from '../driver.ts';
import type { TaskConfig } from '../task.ts';
import { ensure, ensureEqual, SkipCase, within } from './expect.ts';
import type { ConformanceHarness, TaskKind } from './harness.ts';

export interface ConformanceCase {
  /** A sentence of the contract. */
  readonly name: string;
  /** Absent = for every driver. */
  readonly needs?: (capabilities: DriverCapabilities) => boolean;
  /** @throws SkipCase when the harness cannot supply what the case needs, any other error when the driver fails it. */
  run(harness: ConformanceHarness): Promise<void>;
}

/** A driver with the tasks started through it. Whatever the case did, its tasks are gone afterwards. */
export interface Bench {
  readonly harness: ConformanceHarness;
  readonly driver: Driver;
  readonly stepTimeoutMs: number;
  /** A second driver object on the same node, closed with the bench. */
  anotherDriver(): Promise<Driver>;
  task(kind: TaskKind, overrides?: Partial<TaskConfig>): Promise<TaskConfig>;
  /** `task` and `start` in one. */
  started(kind: TaskKind, overrides?: Partial<TaskConfig>): Promise<TaskConfig>;
  /** Fails with `what` when the step takes longer than the harness allows. */
  step<T>(what: string, promise: Promise<T>): Promise<T>;
}

/** Makes a case out of a sentence and the work on a bench. */
export function defineCase(
  name: string,
  work: (bench: Bench) => Promise<void>,
  needs?: (capabilities: DriverCapabilities) => boolean,
): ConformanceCase {
  const run = (harness: ConformanceHarness) => onBench(harness, work, needs);
  return needs === undefined ? { name, run } : { name, needs, run };
}

async function onBench(
  harness: ConformanceHarness,
  work: (bench: Bench) => Promise<void>,
  needs: ((capabilities: DriverCapabilities) => boolean) | undefined,
): Promise<void> {
  const driver = await harness.createDriver();
  const drivers = [driver];
  const taskIds: string[] = [];
  const stepTimeoutMs = harness.stepTimeoutMs ?? 30_000;
  const step = <T>(what: string, promise: Promise<T>) => within(promise, stepTimeoutMs, what);
  const task = async (kind: TaskKind, overrides?: Partial<TaskConfig>) => {
    const made = await harness.makeTask(kind, overrides);
    if (made === undefined) throw new SkipCase(`the harness has no ${kind} task`);
    taskIds.push(made.id);
    return made;
  };
  const bench: Bench = {
    harness,
    driver,
    stepTimeoutMs,
    step,
    task,
    async anotherDriver() {
      const another = await harness.createDriver();
      drivers.push(another);
      return another;
    },
    async started(kind, overrides) {
      const made = await task(kind, overrides);
      await step(`start of a ${kind} task`, driver.start(made, {}));
      return made;
    },
  };
  try {
    if (needs !== undefined && !needs(driver.capabilities)) throw new SkipCase('the driver has no such capability');
    await work(bench);
    await clear(drivers, taskIds, step);
    ensureEqual(await harness.listLeftovers(), [], 'after destroy of every task, left behind');
  } finally {
    await clear(drivers, taskIds, step);
    await Promise.all(drivers.map((each) => each.close()));
  }
}

async function clear(
  drivers: readonly Driver[],
  taskIds: string[],
  step: <T>(what: string, promise: Promise<T>) => Promise<T>,
): Promise<void> {
  const ids = taskIds.splice(0);
  for (const each of drivers) {
    await Promise.all(ids.map((id) => step(`forced destroy of ${id}`, each.destroy(id, { force: true }))));
  }
}

/** The first item of an iterable, which is then ended. */
export async function firstOf<T>(items: AsyncIterable<T>, what: string): Promise<T> {
  for await (const item of items) return item;
  ensure(false, `${what}: ended without an item`);
  throw new Error('unreachable');
}
