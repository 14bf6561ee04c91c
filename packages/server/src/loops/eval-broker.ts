// The evaluation broker: which pending evaluation is worked on next. By priority, one per job at a time, at least once.

import type { Clock } from '@orch/core/lib/clock';
import type { Evaluation } from '@orch/core/model/evaluation';
import { jobKey } from '@orch/core/model/ids';
import { type Heap, heap } from './priority-heap.ts';

export interface EvalBroker {
  /**
   * Takes an evaluation over, pending or woken; a known id is ignored. Waits by the clock for its `waitUntilMs`. A blocked
   * one that wakes while it is being worked on is worked on again: what woke it may have come too late to be seen.
   */
  enqueue(evaluation: Evaluation): void;
  /** Forgets an evaluation that was finished or canceled elsewhere; one being worked on stays until its ack. */
  forget(evaluationId: string): void;
  /** The next evaluation to work on; it is outstanding until `ack` or `nack`. */
  dequeue(): Evaluation | undefined;
  /** Done. The job's newest waiting evaluation becomes ready; older ones are returned: they would see the same state. */
  ack(evaluationId: string): readonly Evaluation[];
  /** Failed with an error: delivered again later. Returns the deliveries so far. */
  nack(evaluationId: string): number;
  readonly counts: BrokerCounts;
  /** Cancels every timer. */
  close(): void;
}

export interface BrokerCounts {
  readonly ready: number;
  readonly outstanding: number;
  /** Behind another evaluation of the same job. */
  readonly waitingForJob: number;
  readonly delayed: number;
}

interface Tracked {
  readonly evaluation: Evaluation;
  readonly key: string;
  readonly order: number;
  deliveries: number;
  place: 'ready' | 'outstanding' | 'waiting' | 'delayed';
  cancelTimer?: () => void;
  wokenAgain?: Evaluation;
}

export interface BrokerOptions {
  readonly clock: Clock;
  /** Called when an evaluation became ready; must not dequeue synchronously more than it can take. */
  readonly onReady: () => void;
  /** Delay before the n-th redelivery is n = 1: this, later (n − 1) × 20 × this. */
  readonly redeliverMs: number;
}

export function evalBroker(options: BrokerOptions): EvalBroker {
  const tracked = new Map<string, Tracked>();
  /** Job → what holds its turn, and who waits for it. */
  const jobs = new Map<string, { holder: Tracked; readonly waiting: Tracked[] }>();
  const ready: Heap<Tracked> = heap(
    (left, right) =>
      left.evaluation.priority > right.evaluation.priority ||
      (left.evaluation.priority === right.evaluation.priority && left.order < right.order),
  );
  let order = 0;

  const makeReady = (item: Tracked) => {
    const job = jobs.get(item.key);
    if (job !== undefined && job.holder !== item) {
      item.place = 'waiting';
      job.waiting.push(item);
      return;
    }
    if (job === undefined) jobs.set(item.key, { holder: item, waiting: [] });
    item.place = 'ready';
    ready.push(item);
    options.onReady();
  };

  const delay = (item: Tracked, delayMs: number) => {
    item.place = 'delayed';
    item.cancelTimer = options.clock.after(delayMs, () => {
      delete item.cancelTimer;
      makeReady(item);
    });
  };

  /** Gives the job's turn to its best waiting evaluation. Returns the superseded ones. */
  const passTurn = (item: Tracked): readonly Evaluation[] => {
    const job = jobs.get(item.key);
    if (job === undefined || job.holder !== item) return [];
    jobs.delete(item.key);
    const next = newest(job.waiting);
    if (next === undefined) return [];
    makeReady(next);
    const superseded: Evaluation[] = [];
    for (const other of job.waiting) {
      if (other === next) continue;
      if (isAwaited(other.evaluation)) {
        makeReady(other);
      } else {
        tracked.delete(other.evaluation.id);
        superseded.push(other.evaluation);
      }
    }
    return superseded;
  };

  return {
    enqueue(evaluation) {
      const known = tracked.get(evaluation.id);
      if (known?.place === 'outstanding' && evaluation.status === 'blocked') known.wokenAgain = evaluation;
      if (known !== undefined) return;
      const key = jobKey(evaluation.namespace, evaluation.jobId);
      const item: Tracked = { evaluation, key, order: order++, deliveries: 0, place: 'waiting' };
      tracked.set(evaluation.id, item);
      const delayMs = (evaluation.waitUntilMs ?? 0) - options.clock.now();
      if (delayMs > 0) delay(item, delayMs);
      else makeReady(item);
    },
    forget(evaluationId) {
      const item = tracked.get(evaluationId);
      if (item === undefined || item.place === 'outstanding') return;
      tracked.delete(evaluationId);
      item.cancelTimer?.();
      if (item.place === 'ready') ready.remove((other) => other === item);
      const waiting = jobs.get(item.key)?.waiting;
      if (item.place === 'waiting' && waiting !== undefined) waiting.splice(waiting.indexOf(item), 1);
      passTurn(item);
    },
    dequeue() {
      const item = ready.pop();
      if (item === undefined) return undefined;
      item.place = 'outstanding';
      item.deliveries += 1;
      return item.evaluation;
    },
    ack(evaluationId) {
      const item = tracked.get(evaluationId);
      if (item === undefined) return [];
      tracked.delete(evaluationId);
      const superseded = passTurn(item);
      if (item.wokenAgain !== undefined) this.enqueue(item.wokenAgain);
      return superseded;
    },
    nack(evaluationId) {
      const item = tracked.get(evaluationId);
      if (item === undefined) return 0;
      // The job's turn stays with it: a later evaluation would run into the same error.
      delay(item, item.deliveries <= 1 ? options.redeliverMs : (item.deliveries - 1) * 20 * options.redeliverMs);
      return item.deliveries;
    },
    get counts() {
      return countPlaces(tracked.values());
    },
    close() {
      for (const item of tracked.values()) item.cancelTimer?.();
      tracked.clear();
      jobs.clear();
      ready.remove(() => true);
    },
  };
}

/** A person or program holds this evaluation's id and waits for its outcome. */
function isAwaited(evaluation: Evaluation): boolean {
  return ['job-register', 'job-deregister', 'job-scaling', 'alloc-stop'].includes(evaluation.triggeredBy);
}

function newest(waiting: readonly Tracked[]): Tracked | undefined {
  let best: Tracked | undefined;
  for (const item of waiting) if (best === undefined || item.order > best.order) best = item;
  return best;
}

function countPlaces(items: Iterable<Tracked>): BrokerCounts {
  const counts = { ready: 0, outstanding: 0, waitingForJob: 0, delayed: 0 };
  for (const item of items) {
    if (item.place === 'waiting') counts.waitingForJob += 1;
    else counts[item.place] += 1;
  }
  return counts;
}
