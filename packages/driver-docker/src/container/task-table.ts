// The tasks this driver object knows, and how their ends are noticed.
import { DriverError, type ExitResult } from '@orch/driver-api';
import { abortable, sleep } from '../engine/abort.ts';
import type { Engine } from '../engine/engine.ts';
import { engineError, isConnectionFault, statusOf } from '../engine/errors.ts';
import { exitOf, type TrackedTask } from './tracked-task.ts';

/** Containers looked at together after a reconnect. */
const RESYNC_PARALLEL = 8;
/** Exit code of a process that got SIGKILL. */
const KILLED = 137;
/** How long the word that memory ran out may come after the exit, milliseconds. */
const OOM_GRACE_MS = 150;

export class TaskTable {
  readonly #engine: Engine;
  readonly #byTask = new Map<string, TrackedTask>();
  readonly #byContainer = new Map<string, TrackedTask>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  add(task: TrackedTask): void {
    this.#byTask.set(task.taskId, task);
    this.#byContainer.set(task.containerId, task);
  }

  remove(task: TrackedTask): void {
    if (this.#byTask.get(task.taskId) === task) this.#byTask.delete(task.taskId);
    this.#byContainer.delete(task.containerId);
  }

  find(taskId: string): TrackedTask | undefined {
    return this.#byTask.get(taskId);
  }

  /** @throws DriverError `unknown-task` */
  get(taskId: string): TrackedTask {
    const task = this.#byTask.get(taskId);
    if (task === undefined) throw new DriverError('unknown-task', `the docker driver has no task ${taskId}`);
    return task;
  }

  ofContainer(containerId: string): TrackedTask | undefined {
    return this.#byContainer.get(containerId);
  }

  async wait(taskId: string, signal: AbortSignal | undefined): Promise<ExitResult> {
    return abortable(this.get(taskId).ended, signal, `waiting for ${taskId}`);
  }

  /** Looks at every task whose end is not known: called whenever the engine is back. */
  async resync(): Promise<void> {
    const open = [...this.#byTask.values()].filter(({ exit }) => exit === undefined);
    const work = async () => {
      for (let task = open.pop(); task !== undefined; task = open.pop()) await this.look(task);
    };
    await Promise.all(Array.from({ length: RESYNC_PARALLEL }, work));
  }

  /**
   * Asks the engine how a task is and notes its end. A container that is gone ended in an unknown way, unless the engine
   * said before with which code it died.
   */
  async look(task: TrackedTask): Promise<void> {
    const container = (await this.#engine.client()).getContainer(task.containerId);
    try {
      const exit = exitOf(await container.inspect());
      if (exit !== undefined) await this.#settle(task, exit);
      else if (task.diedWith !== undefined) {
        await (await this.#engine.streams()).getContainer(task.containerId).wait();
        await sleep(10);
        await this.look(task);
      }
    } catch (error) {
      // The engine went away meanwhile: its return brings the next look.
      if (isConnectionFault(error)) return;
      if (statusOf(error) !== 404) throw engineError(error, `looking at task ${task.taskId}`);
      const { diedWith } = task;
      task.settle(
        diedWith === undefined ? { error: 'exit-status-unknown: the container is gone' } : { exitCode: diedWith },
      );
    }
  }

  /** The engine learns that memory ran out on another way than the exit, sometimes a moment later. */
  async #settle(task: TrackedTask, exit: ExitResult): Promise<void> {
    const suspicious = exit.exitCode === KILLED && exit.oomKilled !== true && !task.killed;
    if (suspicious && !task.oomSeen) await sleep(OOM_GRACE_MS);
    task.settle(task.oomSeen ? { ...exit, oomKilled: true } : exit);
  }
}
