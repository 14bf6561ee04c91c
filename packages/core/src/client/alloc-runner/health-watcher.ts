// Gives the health verdict of one allocation when its time has come.

import type { Clock } from '../../lib/clock.ts';
import type { TaskState } from '../../model/allocation.ts';
import type { UpdateStrategy } from '../../model/policy.ts';
import type { GroupRules } from './alloc-run.ts';
import { type HealthWatch, judgeHealth, newHealthWatch } from './health.ts';

interface Watched {
  readonly deploymentId: string;
  readonly strategy: UpdateStrategy;
  readonly rules: GroupRules;
  readonly tasks: () => Readonly<Record<string, TaskState>>;
  watch: HealthWatch;
}

/** Holds at most one timer. A verdict once given stands until the allocation joins another deployment. */
export class HealthWatcher {
  readonly #clock: Clock;
  readonly #changed: () => void;
  #watched: Watched | undefined;
  #verdict: boolean | undefined;
  #cancel: () => void = () => {};

  constructor(clock: Clock, changed: () => void, verdict: boolean | undefined) {
    this.#clock = clock;
    this.#changed = changed;
    this.#verdict = verdict;
  }

  get verdict(): boolean | undefined {
    return this.#verdict;
  }

  /** Begins to watch; again for the same deployment is without effect. */
  watch(
    strategy: UpdateStrategy,
    rules: GroupRules,
    sinceMs: number,
    tasks: () => Readonly<Record<string, TaskState>>,
    deploymentId: string,
  ): void {
    if (this.#watched?.deploymentId === deploymentId) return;
    const first = this.#watched === undefined;
    // An allocation kept by an update in place is judged anew from now on.
    const fromMs = first ? sinceMs : this.#clock.now();
    if (!first) this.#verdict = undefined;
    this.#watched = { deploymentId, strategy, rules, tasks, watch: newHealthWatch(strategy, fromMs) };
    this.look();
  }

  /** Judges now and sets the timer for the next look. */
  look(): void {
    const watched = this.#watched;
    if (watched === undefined || this.#verdict !== undefined) return;
    this.#cancel();
    const nowMs = this.#clock.now();
    const verdict = judgeHealth(watched.watch, watched.strategy, watched.rules, watched.tasks(), nowMs);
    if (verdict.kind === 'wait') {
      watched.watch = verdict.watch;
      this.#cancel = this.#clock.after(Math.max(1, verdict.untilMs - nowMs), () => this.#lookLater());
      return;
    }
    this.#verdict = verdict.kind === 'healthy';
  }

  stop(): void {
    this.#cancel();
  }

  #lookLater(): void {
    this.look();
    if (this.#verdict !== undefined) this.#changed();
  }
}
