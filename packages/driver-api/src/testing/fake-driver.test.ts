import test from 'ava';
import { DriverError } from '../errors.ts';
import { createFakeDriver, FakeRuntime, makeTaskConfig } from './index.ts';

test('an order to fail applies to as many calls as it says', async (t) => {
  const runtime = new FakeRuntime();
  const driver = createFakeDriver(runtime);
  runtime.fail('start', new DriverError('fetch-failed', 'no image', { recoverable: true }), { times: 1 });
  const task = makeTaskConfig('a/web/0', '/nonexistent');
  const error = await t.throwsAsync(driver.start(task, {}), { instanceOf: DriverError });
  t.is(error.code, 'fetch-failed');
  t.is((await driver.start(task, {})).handle.taskId, 'a/web/0');
  t.deepEqual(
    runtime.calls.map(({ step }) => step),
    ['start', 'start'],
  );
});

test('delays follow the clock they are given', async (t) => {
  const timers: { readonly delayMs: number; readonly run: () => void }[] = [];
  const clock = {
    now: () => 5000,
    after(delayMs: number, run: () => void) {
      timers.push({ delayMs, run });
      return () => undefined;
    },
  };
  const runtime = new FakeRuntime({ clock });
  const driver = createFakeDriver(runtime);
  runtime.delay('start', 60_000);
  const starting = driver.start(makeTaskConfig('a/web/0', '/nonexistent', { config: { run_for_ms: 9 } }), {});
  t.is(timers[0]?.delayMs, 60_000);
  timers[0]?.run();
  await starting;
  timers[1]?.run();
  t.deepEqual(await driver.wait('a/web/0', {}), { finishedAtMs: 5000, exitCode: 0 });
});

test('a task exits on command and its output can be scripted', async (t) => {
  const runtime = new FakeRuntime();
  const driver = createFakeDriver(runtime);
  await driver.start(makeTaskConfig('a/web/0', '/nonexistent'), {});
  runtime.print('a/web/0', 'stdout', 'hello');
  runtime.exit('a/web/0', { exitCode: 9, oomKilled: true });
  const exit = await driver.wait('a/web/0', {});
  t.is(exit.exitCode, 9);
  t.true(exit.oomKilled);
  const chunks = [];
  for await (const chunk of driver.logs?.read('a/web/0', {}) ?? []) chunks.push(new TextDecoder().decode(chunk.data));
  t.deepEqual(chunks, ['hello']);
});

test('a lost task cannot be recovered', async (t) => {
  const runtime = new FakeRuntime();
  const { handle } = await createFakeDriver(runtime).start(makeTaskConfig('a/web/0', '/nonexistent'), {});
  runtime.lose('a/web/0');
  const error = await t.throwsAsync(createFakeDriver(runtime).recover(handle), { instanceOf: DriverError });
  t.is(error.code, 'task-lost');
});

test('a changed fingerprint reaches the reader', async (t) => {
  const runtime = new FakeRuntime();
  const seen: string[] = [];
  const stop = new AbortController();
  for await (const { health } of createFakeDriver(runtime).fingerprint({ signal: stop.signal })) {
    seen.push(health);
    if (seen.length === 1) runtime.setFingerprint({ health: 'undetected', description: 'gone', attributes: {} });
    else stop.abort();
  }
  t.deepEqual(seen, ['healthy', 'undetected']);
});
