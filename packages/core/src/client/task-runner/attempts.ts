// What is done for one task's attempts: its hooks, its driver's calls, and finding it again. Decides nothing.

import type { Driver, ExitResult, TaskHandle } from '@orch/driver-api';
import { sleep } from '../../lib/clock.ts';
import { describeError, OrchError } from '../../lib/errors.ts';
import type { StoredTask } from '../store/node-store.ts';
import { buildEnvironment, buildTaskConfig, driverTaskId, runningTask } from './task-config.ts';
import { type TaskContext, taskBlock } from './task-context.ts';
import { startFailureOf, type TaskPreparation } from './task-hook.ts';
import type { TaskInput } from './transition.ts';

/** Wait between tries to find a task again or to free it, doubled up to the maximum. */
const retryMs = { first: 500, most: 30_000 };
/** Tries to free an attempt before the task goes on without; what remains is collected with the allocation. */
const maxReleaseTries = 4;

/** The runner the effects work for. */
export interface AttemptOwner {
  /** Told what came of each effect. */
  dispatch(input: TaskInput): void;
  /** Writes down what is known now. */
  persist(): void;
  /** Resolves when the last writing is on the disk. */
  stored(): Promise<void>;
  /** Aborts when the agent lets go of the task. */
  readonly detached: AbortSignal;
}

/** Each effect reports its outcome, also its failure, to the owner; what still rejects is a bug. */
export class Attempts {
  readonly #context: TaskContext;
  readonly #owner: AttemptOwner;
  #handle: TaskHandle | undefined;
  #startNetwork: StoredTask['startNetwork'];
  #hooksDone: readonly string[];
  #starting: AbortController | undefined;
  /** The attempt this process has started or found again; the driver knows no other. */
  #watched = 0;
  #onWatched: (() => void)[] = [];

  constructor(context: TaskContext, owner: AttemptOwner, stored: StoredTask | undefined) {
    this.#context = context;
    this.#owner = owner;
    this.#handle = stored?.handle;
    this.#startNetwork = stored?.startNetwork;
    this.#hooksDone = stored?.hooksDone ?? [];
  }

  get handle(): TaskHandle | undefined {
    return this.#handle;
  }

  get driver(): Driver | undefined {
    return this.#context.driver();
  }

  /** What has to outlive the agent's process. */
  get record(): Omit<StoredTask, 'run'> {
    return {
      hooksDone: this.#hooksDone,
      ...(this.#handle === undefined ? {} : { handle: this.#handle }),
      ...(this.#startNetwork === undefined ? {} : { startNetwork: this.#startNetwork }),
    };
  }

  isWatched(attempt: number): boolean {
    return this.#watched === attempt;
  }

  /** The driver's id of an attempt. */
  taskId(attempt: number): string {
    return driverTaskId(this.#context.allocationId, this.#context.taskName, attempt);
  }

  abort(): void {
    this.#starting?.abort(new OrchError('canceled', 'the start was broken off'));
  }

  async prepare(attempt: number): Promise<void> {
    this.#starting = new AbortController();
    const { signal } = this.#starting;
    try {
      const driver = this.#requireDriver();
      const preparation: TaskPreparation = {
        context: this.#context,
        task: taskBlock(this.#context),
        driver,
        environment: buildEnvironment(this.#context, driver),
        attempt,
        signal,
        note: (eventType, message) => this.#owner.dispatch({ type: 'note', eventType, message }),
      };
      for (const hook of this.#context.hooks) {
        if (hook.prepare === undefined || (hook.once && this.#hooksDone.includes(hook.name))) continue;
        await hook.prepare(preparation);
        if (hook.once) this.#hooksDone = [...this.#hooksDone, hook.name];
        signal.throwIfAborted();
      }
      this.#owner.dispatch({ type: 'prepared', attempt });
    } catch (error) {
      this.#owner.dispatch({ type: 'prepare-failed', attempt, failure: startFailureOf(error, 'Setup Failure') });
    }
  }

  async launch(attempt: number): Promise<void> {
    this.#starting ??= new AbortController();
    const { signal } = this.#starting;
    try {
      const driver = this.#requireDriver();
      const config = buildTaskConfig(this.#context, driver, buildEnvironment(this.#context, driver), attempt);
      // The intent is durable before anything exists, so that a crash in between is found by the same id.
      await this.#owner.stored();
      if (this.#owner.detached.aborted) return;
      const { handle, network } = await driver.start(config, { signal });
      this.#handle = handle;
      this.#startNetwork = network;
      if (this.#owner.detached.aborted) return this.#owner.persist();
      await this.#attach(driver, attempt);
      this.#owner.dispatch({ type: 'launched', attempt });
    } catch (error) {
      this.#owner.dispatch({ type: 'launch-failed', attempt, failure: startFailureOf(error, 'Driver Failure') });
    } finally {
      this.#starting = undefined;
    }
  }

  async #attach(driver: Driver, attempt: number): Promise<void> {
    const task = runningTask(this.#context, attempt);
    for (const hook of this.#context.hooks) await hook.attached?.({ context: this.#context, driver, task, attempt });
    this.#watched = attempt;
    for (const go of this.#onWatched.splice(0)) go();
  }

  /** Resolves when the driver knows the attempt: at once, or when it was found again. */
  #untilWatched(attempt: number): Promise<void> {
    if (this.#watched === attempt) return Promise.resolve();
    return new Promise((resolve) => this.#onWatched.push(resolve));
  }

  /** Waits for the end of the attempt, first finding it again when it was started by an earlier agent. */
  async wait(attempt: number): Promise<void> {
    const signal = this.#owner.detached;
    let delayMs = retryMs.first;
    while (!signal.aborted) {
      try {
        const driver = this.#requireDriver();
        if (this.#watched !== attempt) await this.#recover(driver, attempt);
        const exit = await driver.wait(this.taskId(attempt), { signal });
        return this.#owner.dispatch({ type: 'exited', attempt, exit });
      } catch (error) {
        if (signal.aborted) return;
        const gone = goneExit(error);
        if (gone !== undefined) return this.#owner.dispatch({ type: 'exited', attempt, exit: gone });
        this.#context.log.warn('the task cannot be watched at the moment', { error: describeError(error) });
        await sleep(this.#context.clock, delayMs, signal);
        delayMs = Math.min(delayMs * 2, retryMs.most);
      }
    }
  }

  async #recover(driver: Driver, attempt: number): Promise<void> {
    if (this.#handle === undefined) throw new OrchError('task-lost', 'no handle of the task was stored');
    await driver.recover(this.#handle);
    await this.#attach(driver, attempt);
  }

  async stop(attempt: number): Promise<void> {
    const task = taskBlock(this.#context);
    await this.#untilWatched(attempt);
    try {
      await this.#requireDriver().stop(this.taskId(attempt), {
        timeoutMs: Math.min(task.killTimeoutMs, this.#context.maxKillTimeoutMs),
        ...(task.killSignal === undefined ? {} : { killSignal: task.killSignal }),
      });
    } catch (error) {
      const gone = goneExit(error);
      if (gone !== undefined) this.#owner.dispatch({ type: 'exited', attempt, exit: gone });
      else this.#owner.dispatch({ type: 'stop-failed', attempt, message: describeError(error) });
    }
  }

  async release(attempt: number): Promise<void> {
    const taskId = this.taskId(attempt);
    for (const hook of this.#context.hooks) {
      await hook.ended?.(taskId).catch((error) => {
        this.#context.log.warn('a hook failed at the end of a task', { hook: hook.name, error: describeError(error) });
      });
    }
    await this.#findForRelease(attempt);
    // The driver forgets how it ended: an agent that begins now must read it here. A full disk keeps nothing from being freed.
    await this.#owner.stored().catch(() => {});
    let delayMs = retryMs.first;
    for (let tries = 1; !this.#owner.detached.aborted; tries += 1) {
      try {
        await this.driver?.destroy(taskId, { force: true });
        break;
      } catch (error) {
        this.#context.log.warn('the driver could not free the task', { taskId, error: describeError(error) });
        if (tries >= maxReleaseTries) break;
        await sleep(this.#context.clock, delayMs, this.#owner.detached);
        delayMs = Math.min(delayMs * 2, retryMs.most);
      }
    }
    this.#handle = undefined;
    this.#startNetwork = undefined;
    this.#owner.dispatch({ type: 'released', attempt });
  }

  /** A driver frees only what it knows: an attempt of an earlier agent is found again first, as far as it still is. */
  async #findForRelease(attempt: number): Promise<void> {
    if (this.#handle === undefined || this.#watched === attempt) return;
    await this.driver?.recover(this.#handle).catch((error) => {
      this.#context.log.debug('nothing is left of the attempt', { error: describeError(error) });
    });
  }

  #requireDriver(): Driver {
    const driver = this.driver;
    if (driver !== undefined) return driver;
    const name = taskBlock(this.#context).driver;
    throw new OrchError('driver-missing', `the driver "${name}" is not available on this node`, {
      hint: 'look at the driver states in "node status"',
    });
  }
}

/** A task the driver knows nothing of has ended, how is not known. */
function goneExit(error: unknown): ExitResult | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'task-lost' || code === 'unknown-task')
    return { error: 'the task was lost: its runtime no longer has it' };
  if (code === 'bad-handle') return { error: 'the stored handle of the task cannot be read by this driver' };
  return undefined;
}
