// Runs one task: feeds its transition with what happens and carries out what it decides.

import type { Driver, TaskHandle } from '@orch/driver-api';
import { describeError } from '../../lib/errors.ts';
import type { StoredTask } from '../store/node-store.ts';
import { Attempts } from './attempts.ts';
import { type TaskContext, taskBlock } from './task-context.ts';
import { newTaskRun, type TaskRules, type TaskRun } from './task-run.ts';
import { type Moment, resume, type TaskEffect, type TaskInput, type TaskStep, transition } from './transition.ts';

export class TaskRunner {
  readonly name: string;
  readonly #context: TaskContext;
  readonly #attempts: Attempts;
  #run: TaskRun;
  #stored: Promise<void> = Promise.resolve();
  #cancelTimer: () => void = () => {};
  /** Aborts when the agent lets go of the task. */
  readonly #detached = new AbortController();

  constructor(context: TaskContext, stored?: StoredTask) {
    this.name = context.taskName;
    this.#context = context;
    this.#run = stored?.run ?? newTaskRun(context.clock.now());
    this.#attempts = new Attempts(
      context,
      {
        dispatch: (input) => this.dispatch(input),
        persist: () => this.#persist(),
        stored: () => this.#stored,
        detached: this.#detached.signal,
      },
      stored,
    );
  }

  get run(): TaskRun {
    return this.#run;
  }

  /** The driver's id of the current attempt; undefined while none is alive. */
  get liveTaskId(): string | undefined {
    const alive = ['running', 'shutdown-delay', 'stopping'].includes(this.#run.phase);
    const { attempt } = this.#run;
    return alive && this.#attempts.isWatched(attempt) ? this.#attempts.taskId(attempt) : undefined;
  }

  get handle(): TaskHandle | undefined {
    return this.#attempts.handle;
  }

  get driver(): Driver | undefined {
    return this.#attempts.driver;
  }

  /** Takes a task found in the store up again. `lost` = nothing of it can have survived. */
  resume(lost: boolean): void {
    this.#apply(resume(this.#run, lost, this.#rules(), this.#moment()));
  }

  dispatch(input: TaskInput): void {
    if (this.#detached.signal.aborted) return;
    this.#apply(transition(this.#run, input, this.#rules(), this.#moment()));
  }

  /** Lets go: the task keeps running, nothing more is done for it. */
  async detach(): Promise<void> {
    this.#detached.abort();
    this.#cancelTimer();
    for (const hook of this.#context.hooks) await hook.detach?.();
    await this.#stored.catch(() => {});
  }

  #apply(step: TaskStep): void {
    const changed = step.run !== this.#run;
    this.#run = step.run;
    if (changed) {
      this.#persist();
      this.#context.changed();
    }
    for (const effect of step.effects) this.#perform(effect);
  }

  #persist(): void {
    this.#stored = this.#context.store({ run: this.#run, ...this.#attempts.record });
    this.#stored.catch((error) =>
      this.#context.log.error('the task could not be stored', { error: describeError(error) }),
    );
  }

  #perform(effect: TaskEffect): void {
    switch (effect.type) {
      case 'prepare':
      case 'launch':
      case 'wait':
      case 'stop':
      case 'release':
        this.#background(this.#attempts[effect.type](effect.attempt));
        return;
      case 'abort':
        this.#attempts.abort();
        return;
      case 'timer':
        this.#cancelTimer();
        this.#cancelTimer = this.#context.clock.after(effect.delayMs, () => this.dispatch({ type: 'timer' }));
        return;
      case 'cancel-timer':
        this.#cancelTimer();
        return;
    }
  }

  /** Every effect reports its own failures; what still comes out is a bug and is logged. */
  #background(work: Promise<void>): void {
    work.catch((error) => this.#context.log.error('a task step failed unexpectedly', { error: describeError(error) }));
  }

  #rules(): TaskRules {
    const task = taskBlock(this.#context);
    const { job } = this.#context.facts();
    const isMain = task.lifecycle === undefined;
    const isService = job.type === 'service' || job.type === 'system';
    return {
      restart: task.restart,
      restartOnSuccess: isMain ? isService : task.lifecycle.sidecar && task.lifecycle.hook !== 'poststop',
      shutdownDelayMs: task.shutdownDelayMs,
    };
  }

  #moment(): Moment {
    return { nowMs: this.#context.clock.now(), jitter: this.#context.random() };
  }
}
