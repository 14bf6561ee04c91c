// What a JVM sees: its memory, its user, its runtime; and errors a person can act on.

import test from 'ava';
import { createJavaHarness } from './java-harness.ts';

const harness = await createJavaHarness();
test.after.always(() => harness.cleanup());

test.serial('a jar runs as nobody with a heap from its own memory limit, by jar_path and by class', async (t) => {
  const driver = await harness.createDriver();
  t.teardown(() => driver.close());
  for (const config of [
    { jar_path: 'local/probe.jar', args: ['memory'] },
    { class: 'Probe', class_path: '/local/probe.jar', args: ['memory'] },
  ]) {
    const task = await harness.task(config);
    harness.place(task.directories.local);
    await driver.start(task, {});
    t.is((await driver.wait(task.id, {})).exitCode, 0);
    await driver.destroy(task.id, { force: false });
    const found = /max (\d+) user (\S+)/.exec((await harness.readLog?.(task, 'stdout')) ?? '');
    t.true(Number(found?.[1]) <= 256, `the heap is ${found?.[1]} MiB of a limit of 256`);
    t.is(found?.[2], 'nobody');
  }
});

test.serial('a jar that does not exist is refused with the path, and leaves nothing behind', async (t) => {
  const driver = await harness.createDriver();
  t.teardown(() => driver.close());
  const task = await harness.task({ jar_path: 'local/none.jar' });
  await t.throwsAsync(driver.start(task, {}), {
    name: 'DriverError',
    code: 'not-found',
    message: /jar_path "local\/none.jar"/,
  });
  t.deepEqual(await harness.listLeftovers(), []);
});

test.serial('the fingerprint names version, runtime and VM', async (t) => {
  const driver = await harness.createDriver();
  for await (const item of driver.fingerprint({})) {
    t.is(item.health, 'healthy');
    t.regex(item.attributes['driver.java.version'] ?? '', /^\d+/);
    break;
  }
  await driver.close();
});
