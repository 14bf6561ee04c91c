// The simulated world: one queue of events in virtual time, seeded randomness, the trace, and what went wrong.

import { createHash } from 'node:crypto';
import type { Clock } from '@orch/core/lib/clock';
import { type IdSource, type Random, seededIds, seededRandom } from '@orch/core/lib/random';
import { type Heap, heap } from '@orch/server/loops/priority-heap';

/** Lines of the trace that a failure shows; SIM_TAIL asks for more. */
const tailLines = Number(process.env['SIM_TAIL'] ?? 60);
/** Problems kept of one run; the first ones say most. */
const problemsKept = 20;

interface Event {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
  canceled: boolean;
}

/** A part of the world that can die: its timers never fire afterwards. */
export interface Life {
  readonly clock: Clock;
  readonly isOver: boolean;
  end(): void;
}

export class World {
  readonly seed: number;
  readonly ids: IdSource;
  /** No more faults, no more failing tasks: the cluster must come to rest. */
  calm = false;
  readonly problems: string[] = [];
  steps = 0;
  #now = 1_700_000_000_000;
  #order = 0;
  readonly #startMs = this.#now;
  readonly #queue: Heap<Event> = heap(
    (left, right) => left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order),
  );
  readonly #hash = createHash('sha256');
  readonly #tail: string[] = [];
  readonly #said = new Set<string>();
  #streams = 0;

  constructor(seed: number) {
    this.seed = seed;
    this.ids = seededIds(this.stream());
  }

  get now(): number {
    return this.#now;
  }

  /** A generator of its own for each part of the world, so that one part's dice do not move another's. */
  stream(): Random {
    this.#streams += 1;
    return seededRandom(Math.imul(this.seed + 1, 0x9e3779b1) ^ Math.imul(this.#streams, 0x85ebca6b));
  }

  after(delayMs: number, run: () => void): () => void {
    const event = { atMs: this.#now + Math.max(0, delayMs), order: this.#order++, run, canceled: false };
    this.#queue.push(event);
    return () => {
      event.canceled = true;
    };
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(delayMs, resolve);
    });
  }

  life(): Life {
    let over = false;
    const after: Clock['after'] = (delayMs, run) =>
      this.after(delayMs, () => {
        if (!over) run();
      });
    return {
      clock: { now: () => this.#now, after },
      get isOver() {
        return over;
      },
      end() {
        over = true;
      },
    };
  }

  /** Carries out what is due in the next so many milliseconds, each event with everything that follows from it. */
  async advance(byMs: number): Promise<void> {
    const endMs = this.#now + byMs;
    for (;;) {
      const event = this.#queue.pop();
      if (event === undefined) break;
      if (event.atMs > endMs) {
        this.#queue.push(event);
        break;
      }
      if (event.canceled) continue;
      this.#now = event.atMs;
      this.steps += 1;
      event.run();
      await settle();
    }
    this.#now = endMs;
  }

  /** `detail` counts for the hash and is not shown. */
  trace(line: string, detail = ''): void {
    this.#hash.update(`${this.#now} ${line}\n${detail}\n`);
    this.#tail.push(`${((this.#now - this.#startMs) / 1000).toFixed(3)} ${line}`);
    if (this.#tail.length > tailLines) this.#tail.shift();
  }

  problem(text: string): void {
    if (this.#said.has(text)) return;
    this.#said.add(text);
    this.trace(`PROBLEM ${text}`);
    if (this.problems.length < problemsKept) this.problems.push(`${this.#seconds()} ${text}`);
  }

  tail(): readonly string[] {
    return [...this.#tail];
  }

  hash(): string {
    return this.#hash.copy().digest('hex');
  }

  #seconds(): string {
    return `${((this.#now - this.#startMs) / 1000).toFixed(3)} s:`;
  }
}

/** Everything promises still have to do is done before the next event: nothing here waits for a real clock or file. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

export function pick<T>(random: Random, items: readonly T[]): T | undefined {
  return items[Math.floor(random() * items.length)];
}
