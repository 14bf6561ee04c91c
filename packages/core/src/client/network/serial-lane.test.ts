import test from 'ava';
import { coalesced, keyedLanes, serialLane, warmLane } from './serial-lane.ts';

/** Work that ends when told, and counts how much of it runs at once. */
function gauge() {
  let running = 0;
  const seen: string[] = [];
  const ends: (() => void)[] = [];
  return {
    seen,
    most: 0,
    ends,
    work(name: string) {
      return async (): Promise<string> => {
        running += 1;
        this.most = Math.max(this.most, running);
        seen.push(name);
        await new Promise<void>((resolve) => ends.push(resolve));
        running -= 1;
        return name;
      };
    },
    async endAll() {
      for (let round = 0; round < 50; round += 1) {
        for (const end of ends.splice(0)) end();
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

test('serialLane runs in order, one at a time, and goes on after a failure', async (t) => {
  const lane = serialLane();
  const meter = gauge();
  const first = lane(meter.work('a'));
  const failed = lane(() => Promise.reject(new Error('no')));
  const last = lane(meter.work('b'));
  void meter.endAll();
  t.is(await first, 'a');
  await t.throwsAsync(failed, { message: 'no' });
  t.is(await last, 'b');
  t.is(meter.most, 1);
});

test('keyedLanes hold back only what has the same key', async (t) => {
  const lanes = keyedLanes();
  const meter = gauge();
  const all = [lanes('x', meter.work('x1')), lanes('x', meter.work('x2')), lanes('y', meter.work('y1'))];
  await new Promise((resolve) => setImmediate(resolve));
  t.deepEqual(meter.seen, ['x1', 'y1']);
  void meter.endAll();
  t.deepEqual(await Promise.all(all), ['x1', 'x2', 'y1']);
});

test('coalesced shares one further run between all who call while it runs', async (t) => {
  const meter = gauge();
  let runs = 0;
  const write = coalesced(async () => {
    runs += 1;
    await meter.work(String(runs))();
  });
  const calls = [write(), write(), write(), write()];
  void meter.endAll();
  await Promise.all(calls);
  t.is(runs, 2);
  t.is(meter.most, 1);
  const later = write();
  void meter.endAll();
  await later;
  t.is(runs, 3);
});

test('coalesced gives a failure to those who waited for that run, and runs again', async (t) => {
  let runs = 0;
  const write = coalesced(async () => {
    runs += 1;
    await Promise.resolve();
    if (runs === 1) throw new Error('first');
  });
  const [first, second] = [write(), write()];
  await t.throwsAsync(first, { message: 'first' });
  await t.notThrowsAsync(second);
});

test('warmLane lets the first go alone and then a few at a time', async (t) => {
  const lane = warmLane(2);
  const meter = gauge();
  const all = ['a', 'b', 'c', 'd'].map((name) => lane.run(meter.work(name)));
  await new Promise((resolve) => setImmediate(resolve));
  t.deepEqual(meter.seen, ['a']);
  void meter.endAll();
  t.deepEqual(await Promise.all(all), ['a', 'b', 'c', 'd']);
  t.is(meter.most, 2);
});
