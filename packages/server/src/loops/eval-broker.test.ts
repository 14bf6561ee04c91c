// The broker: order, one per job, redelivery, waking.

import type { Evaluation } from '@orch/core/model/evaluation';
import test from 'ava';
import { virtualClock } from '../testing/virtual-clock.ts';
import { evalBroker } from './eval-broker.ts';
import { newEvaluation } from './new-evaluation.ts';

function make(id: string, changes: Partial<Evaluation> = {}): Evaluation {
  const job = { namespace: 'default', id: changes.jobId ?? id, type: 'service', priority: 50 } as const;
  return { ...newEvaluation(job, 1, { id, atMs: 0, triggeredBy: 'node-update' }), ...changes };
}

function start() {
  const clock = virtualClock(0);
  let ready = 0;
  const broker = evalBroker({ clock, redeliverMs: 1_000, onReady: () => (ready += 1) });
  return { clock, broker, readyCalls: () => ready };
}

test('dequeue gives the highest priority first, equal ones in the order they came', (t) => {
  const { broker } = start();
  broker.enqueue(make('low', { priority: 10 }));
  broker.enqueue(make('first'));
  broker.enqueue(make('second'));
  broker.enqueue(make('high', { priority: 90 }));
  t.deepEqual(
    [0, 1, 2, 3, 4].map(() => broker.dequeue()?.id),
    ['high', 'first', 'second', 'low', undefined],
  );
});

test('one evaluation of a job is out at a time; the newest waiting one follows, older ones are superseded', (t) => {
  const { broker } = start();
  for (const id of ['a1', 'a2', 'a3']) broker.enqueue(make(id, { jobId: 'a' }));
  t.is(broker.dequeue()?.id, 'a1');
  t.is(broker.dequeue(), undefined);
  t.deepEqual(
    broker.ack('a1').map((evaluation) => evaluation.id),
    ['a2'],
  );
  t.is(broker.dequeue()?.id, 'a3');
  t.deepEqual(broker.ack('a3'), []);
  t.deepEqual(broker.counts, { ready: 0, outstanding: 0, waitingForJob: 0, delayed: 0 });
});

test('an evaluation somebody waits for is never superseded', (t) => {
  const { broker } = start();
  broker.enqueue(make('a1', { jobId: 'a' }));
  broker.dequeue();
  broker.enqueue(make('a2', { jobId: 'a', triggeredBy: 'job-register' }));
  broker.enqueue(make('a3', { jobId: 'a' }));
  t.deepEqual(broker.ack('a1'), []);
  t.is(broker.dequeue()?.id, 'a3');
  broker.ack('a3');
  t.is(broker.dequeue()?.id, 'a2');
});

test('a known id is taken once', (t) => {
  const { broker } = start();
  broker.enqueue(make('a'));
  broker.enqueue(make('a'));
  t.is(broker.dequeue()?.id, 'a');
  broker.enqueue(make('a'));
  broker.ack('a');
  t.is(broker.dequeue(), undefined);
});

test('a nacked evaluation comes again after its delay and keeps its job’s turn', async (t) => {
  const { broker, clock } = start();
  broker.enqueue(make('a1', { jobId: 'a' }));
  broker.dequeue();
  broker.enqueue(make('a2', { jobId: 'a' }));
  t.is(broker.nack('a1'), 1);
  t.is(broker.dequeue(), undefined);
  await clock.advance(1_000);
  t.is(broker.dequeue()?.id, 'a1');
  t.is(broker.nack('a1'), 2);
  await clock.advance(19_000);
  t.is(broker.dequeue(), undefined);
  await clock.advance(1_000);
  t.is(broker.dequeue()?.id, 'a1');
});

test('forgetting a nacked evaluation passes its job’s turn on', (t) => {
  const { broker } = start();
  broker.enqueue(make('a1', { jobId: 'a' }));
  broker.dequeue();
  broker.enqueue(make('a2', { jobId: 'a' }));
  broker.nack('a1');
  broker.forget('a1');
  t.is(broker.dequeue()?.id, 'a2');
});

test('a follow-up waits for its time by the clock', async (t) => {
  const { broker, clock, readyCalls } = start();
  broker.enqueue(make('later', { waitUntilMs: 5_000 }));
  t.is(broker.dequeue(), undefined);
  await clock.advance(4_999);
  t.is(readyCalls(), 0);
  await clock.advance(1);
  t.is(readyCalls(), 1);
  t.is(broker.dequeue()?.id, 'later');
});

test('a blocked evaluation that wakes while it is worked on is worked on again', (t) => {
  const { broker } = start();
  const blocked = make('a', { status: 'blocked' });
  broker.enqueue(blocked);
  broker.dequeue();
  broker.enqueue(blocked);
  t.is(broker.dequeue(), undefined);
  broker.ack('a');
  t.is(broker.dequeue()?.id, 'a');
});
