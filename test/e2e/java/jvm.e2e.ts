// What a JVM sees: its memory, its user, its runtime; and errors a person can act on.

import { readlinkSync } from 'node:fs';
import type { JsonObject } from '@orch/driver-api';
import test, { type ExecutionContext } from 'ava';
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

const openNode = { default_pid_mode: 'host', default_ipc_mode: 'host', allow_caps: ['chown', 'kill'] };

/** What a JVM with this config prints about its namespaces and capabilities, on a node with that configuration. */
async function isolationSeen(t: ExecutionContext, nodeConfig: JsonObject, config: JsonObject): Promise<string> {
  const own = await createJavaHarness({ nodeConfig });
  t.teardown(() => own.cleanup());
  const driver = await own.createDriver();
  t.teardown(() => driver.close());
  const task = await own.task({ jar_path: 'local/probe.jar', args: ['isolation'], ...config });
  own.place(task.directories.local);
  await driver.start(task, {});
  t.is((await driver.wait(task.id, {})).exitCode, 0);
  await driver.destroy(task.id, { force: false });
  return (await own.readLog?.(task, 'stdout')) ?? '';
}

test.serial("a JVM sees its own processes alone, and the host's where node and job have pid_mode host", async (t) => {
  const own = `pid ${process.pid}\n`;
  const hostIpc = `ipc ${readlinkSync('/proc/self/ns/ipc')}\n`;
  const shared = await isolationSeen(t, openNode, {});
  t.true(shared.includes(own));
  t.true(shared.includes(hostIpc));
  const alone = await isolationSeen(t, openNode, { pid_mode: 'private', ipc_mode: 'private' });
  t.false(alone.includes(own));
  t.false(alone.includes(hostIpc));
  t.true((alone.match(/^pid /gm) ?? []).length <= 2, alone);
});

test.serial('a JVM keeps the capabilities of cap_add without those of cap_drop, and no others', async (t) => {
  const none = await isolationSeen(t, openNode, {});
  t.regex(none, /CapBnd:\s+0{16}\n/);
  const chown = await isolationSeen(t, openNode, { cap_add: ['all'], cap_drop: ['CAP_KILL'] });
  for (const set of ['CapBnd', 'CapEff']) t.regex(chown, new RegExp(`${set}:\\s+0{15}1\\n`));
});

test.serial(
  'what the node does not allow is refused with the option to change, and leaves nothing behind',
  async (t) => {
    const driver = await harness.createDriver();
    t.teardown(() => driver.close());
    for (const [config, message, hint] of [
      [{ cap_add: ['sys_admin'] }, 'this node does not allow the capability sys_admin', /allow_caps/],
      [{ pid_mode: 'host' }, 'this node does not allow pid_mode = "host"', /default_pid_mode = "host" for driver java/],
      [{ ipc_mode: 'host' }, 'this node does not allow ipc_mode = "host"', /default_ipc_mode/],
    ] as const) {
      const task = await harness.task({ jar_path: 'local/probe.jar', args: ['isolation'], ...config });
      harness.place(task.directories.local);
      const error = await t.throwsAsync(driver.start(task, {}), { name: 'DriverError', code: 'denied', message });
      t.regex((error as { hint?: string }).hint ?? '', hint);
    }
    t.deepEqual(await harness.listLeftovers(), []);
  },
);
