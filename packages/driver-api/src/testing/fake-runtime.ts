// The machine behind the fake driver: its tasks outlive driver objects, and a test gives it orders.
import type { Fingerprint } from '../driver.ts';
import { DriverError } from '../errors.ts';
import type { TaskEvent } from '../stream.ts';
import type { ExitResult } from '../task.ts';
import { type FakeClock, sleepOn, systemClock } from './fake-clock.ts';
import type { FakeTask } from './fake-task.ts';
import { Feed } from './feed.ts';

export type FakeStep =
  | 'start'
  | 'recover'
  | 'wait'
  | 'stop'
  | 'destroy'
  | 'inspect'
  | 'stats'
  | 'signal'
  | 'exec'
  | 'update';

interface Order {
  readonly step: FakeStep;
  /** Task name; absent = every task. */
  readonly taskName: string | undefined;
  readonly delayMs: number;
  readonly error: DriverError | undefined;
  left: number;
}

export interface OrderOptions {
  /** Only for tasks of this name. */
  readonly taskName?: string;
  /** How many calls it applies to. @default Infinity */
  readonly times?: number;
}

export class FakeRuntime {
  readonly clock: FakeClock;
  readonly tasks = new Map<string, FakeTask>();
  /** Every call of every driver object on this machine, in order. */
  readonly calls: { readonly step: FakeStep; readonly taskId: string }[] = [];
  readonly fingerprints = new Feed<Fingerprint>();
  readonly taskEvents = new Feed<TaskEvent>();
  #orders: Order[] = [];
  #nextPid = 1000;

  constructor(options: { readonly clock?: FakeClock } = {}) {
    this.clock = options.clock ?? systemClock;
    this.setFingerprint({ health: 'healthy', description: '', attributes: { 'driver.fake.version': '1' } });
  }

  /** The next calls of `step` reject with `error`. */
  fail(step: FakeStep, error: DriverError, options: OrderOptions = {}): void {
    this.#order(step, 0, error, options);
  }

  /** The next calls of `step` take `delayMs` longer. */
  delay(step: FakeStep, delayMs: number, options: OrderOptions = {}): void {
    this.#order(step, delayMs, undefined, options);
  }

  /** Forgets all orders of `fail` and `delay`. */
  obeyNoMore(): void {
    this.#orders = [];
  }

  setFingerprint(fingerprint: Fingerprint): void {
    this.fingerprints.push(fingerprint);
  }

  /** Ends a running task. */
  exit(taskId: string, exit: ExitResult): void {
    this.#task(taskId).finish(exit);
  }

  print(taskId: string, stream: 'stdout' | 'stderr', text: string): void {
    this.#task(taskId).print(stream, text);
  }

  emit(taskId: string, message: string): void {
    this.taskEvents.push({ taskId, atMs: this.clock.now(), message });
  }

  /** The task and every trace of it disappear, as in a reboot: `recover` finds nothing. */
  lose(taskId: string): void {
    this.#task(taskId).finish({ error: 'exit-status-unknown' });
    this.tasks.delete(taskId);
  }

  /** Called by the driver at the beginning of each step: notes it, then obeys the test's orders. */
  async enter(step: FakeStep, taskId: string, signal?: AbortSignal): Promise<void> {
    this.calls.push({ step, taskId });
    const taskName = taskId.split('/')[1];
    for (const order of this.#orders) {
      if (order.step !== step || order.left <= 0) continue;
      if (order.taskName !== undefined && order.taskName !== taskName) continue;
      order.left -= 1;
      if (order.delayMs > 0) await sleepOn(this.clock, order.delayMs, signal);
      if (order.error !== undefined) throw order.error;
    }
  }

  nextPid(): number {
    this.#nextPid += 1;
    return this.#nextPid;
  }

  #order(step: FakeStep, delayMs: number, error: DriverError | undefined, options: OrderOptions): void {
    this.#orders.push({ step, taskName: options.taskName, delayMs, error, left: options.times ?? Infinity });
  }

  #task(taskId: string): FakeTask {
    const task = this.tasks.get(taskId);
    if (task === undefined) throw new DriverError('unknown-task', `the fake runtime has no task ${taskId}`);
    return task;
  }
}
