// Status on its way to the server: the newest of each allocation, one batch in flight, sent again until acknowledged.

import type { Clock } from '../../lib/clock.ts';
import type { AllocationUpdate } from '../../model/allocation.ts';

/** How long a change that alters nothing but the list of events may wait for company. */
const eventsOnlyMs = 500;
/** Updates in one message. */
const maxBatch = 1_000;

export interface StatusMessage {
  readonly type: 'status';
  readonly sequence: number;
  readonly updates: readonly AllocationUpdate[];
}

/**
 * Sends at once when nothing is in flight; what comes meanwhile goes out together when the acknowledgement arrives.
 * There is no tick.
 */
export class StatusBatch {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, AllocationUpdate>();
  readonly #summaries = new Map<string, string>();
  #inFlight: StatusMessage | undefined;
  #sequence = 0;
  #send: ((message: StatusMessage) => void) | undefined;
  #scheduled = false;
  #cancelTimer: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Updates the server has not acknowledged. */
  get pendingCount(): number {
    return this.#waiting.size + (this.#inFlight?.updates.length ?? 0);
  }

  add(update: AllocationUpdate): void {
    const summary = summarize(update);
    const urgent = this.#summaries.get(update.id) !== summary;
    this.#summaries.set(update.id, summary);
    this.#waiting.set(update.id, update);
    if (urgent) this.#flushSoon();
    else this.#cancelTimer ??= this.#clock.after(eventsOnlyMs, () => this.#flush());
  }

  /** The link is up. What was in flight on the last one goes out again unless something newer is there. */
  connected(send: (message: StatusMessage) => void): void {
    this.#send = send;
    for (const update of this.#inFlight?.updates ?? []) {
      if (!this.#waiting.has(update.id)) this.#waiting.set(update.id, update);
    }
    this.#inFlight = undefined;
    this.#flush();
  }

  disconnected(): void {
    this.#send = undefined;
  }

  acknowledged(sequence: number): void {
    if (this.#inFlight === undefined || this.#inFlight.sequence > sequence) return;
    this.#inFlight = undefined;
    this.#flush();
  }

  /** The allocation is gone from this node. */
  forget(id: string): void {
    this.#waiting.delete(id);
    this.#summaries.delete(id);
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#send = undefined;
  }

  /** All changes of one turn of the event loop go into one message. */
  #flushSoon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#send === undefined || this.#inFlight !== undefined || this.#waiting.size === 0) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const updates = [...this.#waiting.values()].slice(0, maxBatch);
    for (const { id } of updates) this.#waiting.delete(id);
    this.#sequence += 1;
    this.#inFlight = { type: 'status', sequence: this.#sequence, updates };
    this.#send(this.#inFlight);
  }
}

/** What makes an update worth sending at once. A fresh allocation is pending: the server knows that already. */
function summarize(update: AllocationUpdate): string {
  const tasks = Object.entries(update.taskStates).map(([name, task]) => [name, task.state, task.failed, task.restarts]);
  return JSON.stringify([update.clientStatus, update.healthy, update.networkStatus?.address, tasks]);
}
