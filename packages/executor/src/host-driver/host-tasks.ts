// The tasks of one host driver: started, recovered, stopped and forgotten.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type {
  JsonObject,
  StartResult,
  StopOptions,
  TaskConfig,
  TaskHandle,
  TaskInspect,
  TaskStats,
} from '@orch/driver-api';
import { DriverError } from '@orch/driver-api';
import { readIfThere } from '../cgroup/cgroup-host.ts';
import type { LaunchExit, LaunchHandle } from '../types.ts';
import { asDriverError, toDriverError } from './driver-errors.ts';
import type { EventFeed } from './event-feed.ts';
import type { HostDriverOptions, HostPlan, HostTask } from './host-driver.ts';

const HANDLE_VERSION = 1;

interface HostState {
  readonly launch: LaunchHandle;
  readonly state: JsonObject;
  readonly killSignal: string | null;
}

/** Owns the map from task id to what is known of it. */
export class HostTasks {
  readonly #options: HostDriverOptions;
  readonly #feed: EventFeed;
  readonly #tasks = new Map<string, HostTask>();
  readonly #starting = new Map<string, Promise<StartResult>>();

  constructor(options: HostDriverOptions, feed: EventFeed) {
    this.#options = options;
    this.#feed = feed;
  }

  /** @throws DriverError `unknown-task` */
  get(taskId: string): HostTask {
    const task = this.#tasks.get(taskId);
    if (task === undefined) {
      throw new DriverError('unknown-task', `driver ${this.#options.info.name} knows no task ${taskId}`);
    }
    return task;
  }

  start(task: TaskConfig, signal: AbortSignal | undefined): Promise<StartResult> {
    const inFlight = this.#starting.get(task.id);
    if (inFlight !== undefined) return inFlight;
    const starting = this.#start(task, signal).finally(() => this.#starting.delete(task.id));
    this.#starting.set(task.id, starting);
    return starting;
  }

  async #start(task: TaskConfig, signal: AbortSignal | undefined): Promise<StartResult> {
    if (signal?.aborted) throw new DriverError('canceled', `the start of ${task.id} was canceled`);
    const stateDir = this.#options.executor.launchDirectory(task.id);
    const earlier = this.#tasks.has(task.id) ? this.#handleOf(this.get(task.id)) : readHandle(stateDir, task.id);
    if (earlier !== undefined && (await this.#isThere(earlier))) return { handle: earlier };
    let plan: HostPlan | undefined;
    try {
      if (this.#options.plansAnew === true) await this.#options.executor.abandon(task.id);
      plan = await this.#options.plan(task, {
        ...(signal === undefined ? {} : { signal }),
        tell: (message, details) => this.#tell(task.id, message, details),
      });
      const spec = { ...plan.launch, id: task.id, stateDir };
      const launch = await this.#options.executor.launch(spec, signal === undefined ? {} : { signal });
      const host: HostTask = { id: task.id, launch, state: plan.state ?? {}, killSignal: task.killSignal };
      this.#tasks.set(task.id, host);
      const handle = this.#handleOf(host);
      writeFileSync(join(stateDir, 'task.json'), JSON.stringify(handle), { mode: 0o600 });
      return { handle };
    } catch (error) {
      await plan?.undo?.();
      rmSync(stateDir, { recursive: true, force: true });
      throw toDriverError(error, `could not start ${task.id}`);
    }
  }

  async #isThere(handle: TaskHandle): Promise<boolean> {
    try {
      await this.recover(handle);
      return true;
    } catch (error) {
      if (error instanceof DriverError && error.code === 'task-lost') return false;
      throw error;
    }
  }

  async recover(handle: TaskHandle): Promise<void> {
    const state = parseHandle(handle, this.#options.info.name);
    await asDriverError(`could not recover ${handle.taskId}`, () => this.#options.executor.recover(state.launch));
    this.#tasks.set(handle.taskId, {
      id: handle.taskId,
      launch: state.launch,
      state: state.state,
      killSignal: state.killSignal ?? undefined,
    });
  }

  async stop(task: HostTask, { timeoutMs, killSignal }: StopOptions): Promise<void> {
    const { executor, askToStop, defaultKillSignal } = this.#options;
    const signal = killSignal ?? task.killSignal ?? defaultKillSignal;
    const startedMs = performance.now();
    if (askToStop !== undefined && timeoutMs > 0 && (await executor.alive(task.id))) {
      await askToStop(task, { timeoutMs, killSignal: signal });
    }
    const leftMs = Math.max(0, timeoutMs - (performance.now() - startedMs));
    await executor.stop(task.id, { signal, timeoutMs: leftMs });
  }

  async destroy(taskId: string, force: boolean): Promise<void> {
    const task = this.#tasks.get(taskId);
    if (task === undefined) return;
    const { executor } = this.#options;
    // Another driver object on this executor may have destroyed it.
    if (executor.has(taskId) && (await this.#exitOf(taskId)) === undefined) {
      if (!force) {
        throw new DriverError('denied', `${taskId} still runs`, { hint: 'stop it first, or destroy it with force' });
      }
      await executor.stop(taskId, { signal: 'SIGKILL', timeoutMs: 0 });
    }
    await executor.destroy(taskId);
    await this.#options.destroy?.(task);
    this.#tasks.delete(taskId);
  }

  async inspect(task: HostTask): Promise<TaskInspect> {
    const exit = await this.#exitOf(task.id);
    const attributes = { ...(await this.#options.inspect?.(task)) };
    const startedAtMs = task.launch.startedAtMs;
    if (exit !== undefined) return { taskId: task.id, state: 'exited', startedAtMs, exit: { ...exit }, attributes };
    return { taskId: task.id, state: 'running', startedAtMs, pid: task.launch.pid, attributes };
  }

  async *stats(
    task: HostTask,
    options: { readonly signal?: AbortSignal; readonly intervalMs: number },
  ): AsyncGenerator<TaskStats> {
    const { executor } = this.#options;
    while (!options.signal?.aborted && this.#tasks.has(task.id) && (await this.#exitOf(task.id)) === undefined) {
      yield await asDriverError(`could not measure ${task.id}`, () => executor.stats(task.id));
      const ended = new AbortController();
      const signal = options.signal === undefined ? ended.signal : AbortSignal.any([options.signal, ended.signal]);
      const exit = executor.wait(task.id, { signal }).then(
        () => ended.abort(),
        () => {},
      );
      await delay(options.intervalMs, undefined, { signal }).catch(() => {}); // aborted: the loop's condition tells why
      ended.abort();
      await exit;
    }
  }

  /** The exit if the task has ended, without waiting for it. */
  async #exitOf(taskId: string): Promise<LaunchExit | undefined> {
    return this.#options.executor.exited(taskId);
  }

  #handleOf(task: HostTask): TaskHandle {
    const state: HostState = { launch: task.launch, state: task.state, killSignal: task.killSignal ?? null };
    return {
      driver: this.#options.info.name,
      version: HANDLE_VERSION,
      taskId: task.id,
      state: JSON.parse(JSON.stringify(state)) as JsonObject,
    };
  }

  #tell(taskId: string, message: string, details: Readonly<Record<string, string>> | undefined): void {
    this.#feed.publish({ taskId, atMs: Date.now(), message, ...(details === undefined ? {} : { details }) });
  }
}

/** The handle an earlier driver object wrote for this very start. */
function readHandle(stateDir: string, taskId: string): TaskHandle | undefined {
  const file = join(stateDir, 'task.json');
  try {
    const text = readIfThere(file);
    if (text === undefined) return undefined;
    const handle = JSON.parse(text) as TaskHandle;
    return handle.taskId === taskId ? handle : undefined;
  } catch (error) {
    throw toDriverError(error, `could not read ${file}`);
  }
}

/** @throws DriverError `bad-handle` */
function parseHandle(handle: TaskHandle, driver: string): HostState {
  const { launch, state, killSignal } = handle.state;
  const isLaunch = typeof launch === 'object' && launch !== null && 'stateDir' in launch && 'startTicks' in launch;
  if (handle.driver !== driver || handle.version !== HANDLE_VERSION || !isLaunch) {
    throw new DriverError(
      'bad-handle',
      `driver ${driver} cannot read a handle of ${handle.driver} version ${handle.version}`,
    );
  }
  return {
    launch: launch as unknown as LaunchHandle,
    state: (state ?? {}) as JsonObject,
    killSignal: typeof killSignal === 'string' ? killSignal : null,
  };
}
