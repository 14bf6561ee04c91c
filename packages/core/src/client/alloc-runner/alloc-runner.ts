// Runs one allocation: its hooks, its task runners, its status and its health.

import { describeError, OrchError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { AllocationUpdate, TaskState } from '../../model/allocation.ts';
import { type AllocLayout, allocLayout } from '../alloc-dir/layout.ts';
import type { GroupNetworkStatus } from '../network/group-networks.ts';
import type { RestoredAlloc } from '../store/node-store.ts';
import type { AllocFacts } from '../task-runner/task-context.ts';
import { taskStateOf } from '../task-runner/task-run.ts';
import { TaskRunner } from '../task-runner/task-runner.ts';
import type { AllocContext } from './alloc-context.ts';
import { type AllocRun, clientStatusOf, groupRules, newAllocRun } from './alloc-run.ts';
import { HealthWatcher } from './health-watcher.ts';
import { storeFacts, storeRun } from './stored-facts.ts';
import { Surroundings } from './surroundings.ts';
import { taskContext } from './task-contexts.ts';
import { taskInputOf, taskViewState } from './task-view.ts';
import { type AllocEffect, type AllocInput, type AllocStep, resume, transition } from './transition.ts';

export class AllocRunner {
  readonly id: string;
  readonly layout: AllocLayout;
  readonly receivedAtMs: number;
  readonly #context: AllocContext;
  readonly #log: Logger;
  readonly #surroundings: Surroundings;
  readonly #tasks: ReadonlyMap<string, TaskRunner>;
  readonly #health: HealthWatcher;
  readonly #ended = new AbortController();
  readonly #untilEnded = Promise.withResolvers<void>();
  #facts: AllocFacts;
  #run: AllocRun;
  #finishedAtMs: number | undefined;
  #setUp: AbortController | undefined;
  #cancelTimer: () => void = () => {};
  #inputs: AllocInput[] = [];
  #busy = false;
  #detached = false;

  constructor(context: AllocContext, facts: AllocFacts, restored?: RestoredAlloc) {
    this.id = facts.allocation.id;
    this.#context = context;
    this.#facts = facts;
    this.#log = context.log.child({ allocation: this.id });
    this.layout = allocLayout(context.dataDir, this.id);
    this.receivedAtMs = restored?.alloc?.receivedAtMs ?? context.clock.now();
    this.#run = restored?.run?.run ?? newAllocRun(facts.group);
    this.#finishedAtMs = restored?.run?.finishedAtMs;
    this.#surroundings = new Surroundings(
      context,
      { facts: () => this.#facts, layout: this.layout, log: this.#log },
      restored?.run?.networkStatus as GroupNetworkStatus | undefined,
    );
    this.#health = new HealthWatcher(context.clock, () => this.#changed(), restored?.run?.healthy);
    this.#tasks = new Map(
      facts.group.tasks.map(({ name }) => [
        name,
        new TaskRunner(
          taskContext(name, context, this.layout, this.#log, {
            facts: () => this.#facts,
            network: () => this.#surroundings.network,
            changed: () => this.#taskChanged(name),
          }),
          restored?.tasks.get(name),
        ),
      ]),
    );
    if (this.#run.phase === 'done') this.#markEnded();
  }

  get facts(): AllocFacts {
    return this.#facts;
  }

  get tasks(): ReadonlyMap<string, TaskRunner> {
    return this.#tasks;
  }

  get isDone(): boolean {
    return this.#run.phase === 'done';
  }

  get finishedAtMs(): number | undefined {
    return this.#finishedAtMs;
  }

  /** Aborts when no task will run any more. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  untilEnded(): Promise<void> {
    return this.#untilEnded.promise;
  }

  begin(): void {
    this.#storeFacts();
    this.#dispatch({ type: 'begin' });
  }

  /**
   * Takes an allocation from the store up again. `lost` = the machine booted since, or its network is gone: the network
   * is made anew and every task that ran is handed to its restart policy.
   */
  async resume(lost: boolean): Promise<void> {
    if (this.isDone) return;
    this.#storeFacts();
    const usesHooks =
      this.#run.phase !== 'new' && this.#run.phase !== 'setting-up' && this.#run.phase !== 'tearing-down';
    if (usesHooks) {
      try {
        await this.#runSetUp(new AbortController().signal);
      } catch (error) {
        this.#log.error('the allocation could not be set up again', { error: describeError(error) });
        this.#dispatch({ type: 'stop', reason: describeError(error), noShutdownDelay: true });
      }
    }
    this.#turn(() => {
      for (const task of this.#tasks.values()) task.resume(lost);
      this.#apply(resume(this.#run, groupRules(this.#facts.group), this.#context.clock.now()));
      // A task may be further than the allocation's own record knew.
      for (const name of this.#tasks.keys()) this.#lookAtTask(name);
    });
    this.#watchHealth();
  }

  /** The server changed its mind about what should be; tasks go on. */
  update(facts: AllocFacts): void {
    this.#facts = facts;
    this.#storeFacts();
    const { desiredStatus, desiredDescription, desiredTransition } = facts.allocation;
    if (desiredStatus !== 'run') {
      const noShutdownDelay = desiredTransition.noShutdownDelay === true;
      this.#dispatch({
        type: 'stop',
        reason: desiredDescription || 'The allocation is not wanted any more',
        noShutdownDelay,
      });
      return;
    }
    this.#watchHealth();
    this.#changed();
  }

  /** Runs every task again in the group's order, also those that have ended. @throws OrchError `task-not-running` */
  restartAll(reason: string): void {
    if (this.#run.phase !== 'running') {
      throw new OrchError('task-not-running', 'the allocation is not running its tasks', {
        hint: 'tasks can be restarted from the end of the set-up until the allocation is stopped',
      });
    }
    this.#dispatch({ type: 'restart-all', reason });
  }

  /** Ends everything without waiting for delays or poststop tasks. */
  async forget(): Promise<void> {
    this.#dispatch({ type: 'forget' });
    await this.untilEnded();
  }

  /** The agent stops: tasks keep running. */
  async detach(): Promise<void> {
    this.#detached = true;
    this.#cancelTimer();
    this.#health.stop();
    await Promise.all([...this.#tasks.values()].map((task) => task.detach()));
  }

  status(): AllocationUpdate {
    const taskStates = this.#taskStates();
    const { status, description } = clientStatusOf(this.#run, taskStates);
    const healthy = this.#health.verdict;
    const { networkStatus } = this.#surroundings;
    return {
      id: this.id,
      clientStatus: status,
      clientDescription: description,
      taskStates,
      ...(networkStatus === undefined ? {} : { networkStatus }),
      ...(healthy === undefined ? {} : { healthy }),
      atMs: this.#context.clock.now(),
    };
  }

  #taskStates(): Readonly<Record<string, TaskState>> {
    return Object.fromEntries([...this.#tasks].map(([name, task]) => [name, taskStateOf(task.run)]));
  }

  #taskChanged(name: string): void {
    this.#lookAtTask(name);
    this.#changed();
  }

  #lookAtTask(name: string): void {
    const run = this.#tasks.get(name)?.run;
    if (run !== undefined) this.#dispatch({ type: 'task', name, state: taskViewState(run), failed: run.failed });
  }

  /** Inputs that arrive while one is being carried out wait for their turn. */
  #dispatch(input: AllocInput): void {
    if (this.#detached) return;
    this.#inputs.push(input);
    if (!this.#busy) this.#turn(() => {});
  }

  #turn(first: () => void): void {
    this.#busy = true;
    try {
      first();
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        this.#apply(transition(this.#run, next, groupRules(this.#facts.group), this.#context.clock.now()));
      }
    } finally {
      this.#busy = false;
    }
  }

  #apply(step: AllocStep): void {
    const before = this.#run;
    this.#run = step.run;
    if (before.phase !== 'done' && step.run.phase === 'done') {
      this.#finishedAtMs = this.#context.clock.now();
      this.#markEnded();
    }
    if (step.run.phase !== before.phase || step.run.failure !== before.failure) this.#changed();
    for (const effect of step.effects) this.#perform(effect);
  }

  #perform(effect: AllocEffect): void {
    switch (effect.type) {
      case 'set-up':
        this.#setUp = new AbortController();
        this.#runSetUp(this.#setUp.signal).then(
          () => this.#dispatch({ type: 'set-up' }),
          (error) => this.#dispatch({ type: 'set-up-failed', message: describeError(error) }),
        );
        return;
      case 'abort-set-up':
        this.#setUp?.abort();
        return;
      case 'start-task':
      case 'start-over-task':
      case 'kill-task':
        this.#tasks.get(effect.name)?.dispatch(taskInputOf(effect));
        return;
      case 'timer':
        this.#cancelTimer = this.#context.clock.after(effect.delayMs, () => this.#dispatch({ type: 'timer' }));
        return;
      case 'tear-down':
        this.#surroundings.tearDown().then(() => this.#dispatch({ type: 'torn-down' }));
        return;
    }
  }

  async #runSetUp(signal: AbortSignal): Promise<void> {
    await this.#surroundings.setUp(signal);
    this.#watchHealth();
  }

  #watchHealth(): void {
    const { allocation, group } = this.#facts;
    if (allocation.deploymentId === undefined || allocation.deploymentStatus?.healthy !== undefined) return;
    if (group.update === undefined || group.update.healthCheck === 'manual' || this.isDone) return;
    this.#health.watch(
      group.update,
      groupRules(group),
      this.receivedAtMs,
      () => this.#taskStates(),
      allocation.deploymentId,
    );
  }

  #changed(): void {
    if (this.#detached) return;
    this.#health.look();
    const update = this.status();
    const { network } = this.#surroundings;
    const run = {
      run: this.#run,
      ...(network === undefined ? {} : { networkStatus: network }),
      ...(this.#health.verdict === undefined ? {} : { healthy: this.#health.verdict }),
      ...(this.#finishedAtMs === undefined ? {} : { finishedAtMs: this.#finishedAtMs }),
    };
    storeRun(this.#context, run, update, this.#log);
  }

  #storeFacts(): void {
    storeFacts(this.#context, this.#facts, this.receivedAtMs, this.#log);
  }

  #markEnded(): void {
    this.#health.stop();
    this.#ended.abort();
    this.#untilEnded.resolve();
  }
}
