import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { believed } from './believed.ts';

test('an answer is believed for its time, each path’s for itself, and then asked for again', async (t) => {
  const asked: string[] = [];
  const ask = believed(40, (path) => asked.push(path));
  t.deepEqual([ask('/a'), ask('/a'), ask('/b')], [1, 1, 2]);
  await delay(60);
  t.is(ask('/a'), 3);
});

test('that nothing is there is never believed', (t) => {
  let there: string | undefined;
  const ask = believed(60_000, () => there);
  t.is(ask('/usr/bin/tool'), undefined);
  there = 'link';
  t.is(ask('/usr/bin/tool'), 'link');
});
