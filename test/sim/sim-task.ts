// The process of one simulated allocation: starts late, fails by chance, ends by itself or when it is stopped. It outlives the agent, not the machine.

import type { Random } from '@orch/core/lib/random';
import type { ClientStatus, TaskState } from '@orch/core/model/allocation';
import { between, type Life, type World } from './world.ts';

export type TaskPhase = 'new' | 'starting' | 'running' | 'stopping' | 'done';

export interface SimTaskRules {
  readonly isBatch: boolean;
  /** Told after each change; nobody listens while the agent is down. */
  changed(): void;
}

export class SimTask {
  phase: TaskPhase = 'new';
  failed = false;
  restarts = 0;
  #startedAtMs: number | undefined;
  #finishedAtMs: number | undefined;
  #stopWanted = false;
  readonly #world: World;
  readonly #random: Random;
  readonly #rules: SimTaskRules;

  constructor(world: World, random: Random, rules: SimTaskRules) {
    this.#world = world;
    this.#random = random;
    this.#rules = rules;
  }

  get isDone(): boolean {
    return this.phase === 'done';
  }

  /** A process of it exists on the machine. */
  get isAlive(): boolean {
    return this.phase === 'running' || this.phase === 'stopping';
  }

  start(machine: Life): void {
    if (this.phase !== 'new') return;
    this.phase = 'starting';
    const slow = this.#random() < 0.1;
    machine.clock.after(between(this.#random, 5, slow ? 12_000 : 800), () => {
      if (this.phase !== 'starting') return;
      if (this.#stopWanted) {
        this.#end(false);
        return;
      }
      if (!this.#world.calm && this.#random() < 0.06) {
        this.#end(true);
        return;
      }
      this.phase = 'running';
      this.#startedAtMs = this.#world.now;
      this.#planEnd(machine);
      this.#rules.changed();
    });
  }

  /** Resolves into `done` after the kill time-out at the latest. */
  stop(machine: Life): void {
    if (this.isDone || this.#stopWanted) return;
    this.#stopWanted = true;
    if (this.phase === 'new' || this.phase === 'starting') {
      this.#end(false);
      return;
    }
    this.phase = 'stopping';
    const stubborn = this.#random() < 0.1;
    machine.clock.after(between(this.#random, 1, stubborn ? 10_000 : 500), () => {
      if (!this.isDone) this.#end(false);
    });
  }

  /** The machine booted: the process is gone. The restart policy starts it again, or gives up. */
  lost(machine: Life): void {
    if (this.isDone) return;
    if (this.#stopWanted) {
      this.#end(false);
      return;
    }
    if (this.isAlive) this.restarts += 1;
    if (this.isAlive && this.#random() < 0.5) {
      this.#end(true);
      return;
    }
    this.phase = 'new';
    this.#startedAtMs = undefined;
    this.start(machine);
  }

  kill(): void {
    if (!this.isDone) this.#end(false);
  }

  state(): TaskState {
    const state = this.isDone ? 'dead' : this.isAlive ? 'running' : 'pending';
    return {
      state,
      failed: this.failed,
      restarts: this.restarts,
      ...(this.#startedAtMs === undefined ? {} : { startedAtMs: this.#startedAtMs }),
      ...(this.#finishedAtMs === undefined ? {} : { finishedAtMs: this.#finishedAtMs }),
      events: [],
    };
  }

  clientStatus(): ClientStatus {
    if (this.isDone) return this.failed ? 'failed' : 'complete';
    return this.isAlive ? 'running' : 'pending';
  }

  #planEnd(machine: Life): void {
    const fate = this.#random();
    const isDoomed = fate < (this.#rules.isBatch ? 0.15 : 0.2);
    if (!isDoomed && !this.#rules.isBatch) return;
    machine.clock.after(between(this.#random, 50, fate < 0.1 ? 2_000 : 25_000), () => {
      if (this.phase !== 'running') return;
      if (!isDoomed) {
        this.#end(false);
        return;
      }
      if (!this.#world.calm) this.#end(true);
      else if (this.#rules.isBatch) this.#end(false);
    });
  }

  #end(failed: boolean): void {
    this.phase = 'done';
    this.failed = failed;
    this.#finishedAtMs = this.#world.now;
    this.#rules.changed();
  }
}
