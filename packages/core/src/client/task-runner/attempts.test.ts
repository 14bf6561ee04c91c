import type { Driver } from '@orch/driver-api';
import test from 'ava';
import { silentLogger } from '../../lib/logger.ts';
import { Attempts } from './attempts.ts';
import type { TaskContext } from './task-context.ts';
import type { TaskInput } from './transition.ts';

/** An attempt to be released whose record is written when the test says so. */
function releasing() {
  const stored = Promise.withResolvers<void>();
  const told: (TaskInput['type'] | 'destroy')[] = [];
  const driver = { destroy: async () => void told.push('destroy') } as unknown as Driver;
  const context = {
    ...{
      allocationId: 'a1',
      taskName: 't',
      hooks: [],
      clock: { now: () => 0, after: () => () => {} },
      log: silentLogger,
    },
    driver: () => driver,
  } as unknown as TaskContext;
  const owner = {
    dispatch: ({ type }: TaskInput) => void told.push(type),
    persist: () => {},
    stored: () => stored.promise,
    detached: new AbortController().signal,
  };
  return { stored, told, released: new Attempts(context, owner, undefined).release(1) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('release lets the driver forget a task only when its end is on the disk', async (t) => {
  const { stored, told, released } = releasing();
  await turn();
  t.deepEqual(told, []);
  stored.resolve();
  await released;
  t.deepEqual(told, ['destroy', 'released']);
});

test('release frees a task all the same where nothing can be written', async (t) => {
  const { stored, told, released } = releasing();
  stored.reject(new Error('no space'));
  await released;
  t.deepEqual(told, ['destroy', 'released']);
});
