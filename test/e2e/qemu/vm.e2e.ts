// What a VM can do beside running: network in a group's namespace, a disk of its own, powering down, errors a person can act on.

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Driver, TaskConfig } from '@orch/driver-api';
import { createQemuDriver } from '@orch/driver-qemu';
import { successCode, trialBootSector, trialCommand } from '@orch/driver-qemu/kvm-trial-program';
import test from 'ava';
import { silentDriverLog } from '../shared/host-harness.ts';
import { createQemuHarness } from './qemu-harness.ts';

const harness = await createQemuHarness();
test.after.always(() => harness.cleanup());

const logOf = async (task: TaskConfig) => (await harness.readLog?.(task, 'stdout')) ?? '';

async function untilLog(task: TaskConfig, pattern: RegExp): Promise<string> {
  for (let attempt = 0; attempt < 240; attempt += 1) {
    const log = await logOf(task);
    if (pattern.test(log)) return log;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`no ${pattern} in the log within 60 s: ${await logOf(task)}`);
}

async function withVm(task: TaskConfig, run: (driver: Driver) => Promise<void>): Promise<void> {
  const driver = await harness.createDriver();
  await driver.start(task, {});
  try {
    await run(driver);
  } finally {
    await driver.destroy(task.id, { force: true });
    await driver.close();
  }
}

test.serial(
  'a VM in a namespace is reached on its forwarded port and reaches a sibling at the group address',
  async (t) => {
    const namespace = `orch-e2e-${randomBytes(3).toString('hex')}`;
    execFileSync('ip', ['netns', 'add', namespace]);
    t.teardown(() => {
      execFileSync('ip', ['netns', 'del', namespace]);
    });
    const path = `/run/netns/${namespace}`;
    const inside = (command: string) =>
      execFileSync('nsenter', [`--net=${path}`, 'sh', '-c', command], { encoding: 'utf8' });
    inside('ip link set lo up');
    const www = join(harness.root, 'www');
    execFileSync('mkdir', ['-p', www]);
    writeFileSync(join(www, 'index.html'), 'hello from a sibling\n');
    const pidFile = join(harness.root, 'httpd.pid');
    inside(`busybox httpd -p 127.0.0.1:8090 -h ${www}; pgrep -n -f 'httpd -p 127.0.0.1:8090' > ${pidFile}`);
    t.teardown(() => process.kill(Number(readFileSync(pidFile, 'utf8'))));
    const port = { label: 'http', hostIp: '127.0.0.1', hostPort: 20_000, to: 8082 };
    const task = await harness.task(
      { ...harness.vmConfig('net'), port_map: { http: 80 } },
      { network: { kind: 'namespace', path, ports: [port] } },
    );
    await withVm(task, async () => {
      const log = await untilLog(task, /sibling says: .*\r?\n/);
      t.regex(log, /sibling says: hello from a sibling/);
      t.regex(inside('curl -s -m 20 http://127.0.0.1:8082/'), /hello from the guest/);
    });
  },
);

test.serial('a guest that listens powers down when it is stopped, and the time-out is not used up', async (t) => {
  const task = await harness.task(harness.vmConfig('sleep'));
  await withVm(task, async (driver) => {
    await untilLog(task, /ready/);
    const started = Date.now();
    await driver.stop(task.id, { timeoutMs: 60_000 });
    t.true(Date.now() - started < 30_000);
    const exit = await driver.wait(task.id, {});
    t.is(exit.exitCode, 0, 'QEMU ends with 0 when the guest powered down, and by a signal when it was killed');
    t.is(exit.signal, undefined);
    t.regex(await logOf(task), /Power down/);
  });
});

test.serial('a guest that does not listen yet when it is asked is asked again', async (t) => {
  const task = await harness.task(harness.vmConfig('late'));
  await withVm(task, async (driver) => {
    await untilLog(task, /ready/);
    const started = Date.now();
    await driver.stop(task.id, { timeoutMs: 60_000 });
    t.true(Date.now() - started < 40_000);
    t.is((await driver.wait(task.id, {})).exitCode, 0);
    t.regex(await logOf(task), /Power down/);
  });
});

test.serial('a VM writes to an overlay of its own and leaves the image as it was', async (t) => {
  const task = await harness.task({
    ...harness.vmConfig('disk'),
    image_path: 'local/disk.raw',
    drive_interface: 'virtio',
  });
  const image = join(task.directories.local, 'disk.raw');
  writeFileSync(image, Buffer.concat([Buffer.from('orch-disk-1'), Buffer.alloc(1_048_576)]));
  await withVm(task, async () => {
    t.regex(await untilLog(task, /ready/), /disk says: orch-disk-1/);
  });
  t.is(readFileSync(image).subarray(0, 11).toString(), 'orch-disk-1');
});

test.serial('an image that names another file is refused', async (t) => {
  const task = await harness.task({ image_path: 'local/bad.qcow2' });
  execFileSync('qemu-img', [
    'create',
    '-q',
    '-f',
    'qcow2',
    '-u',
    '-b',
    '/etc/shadow',
    '-F',
    'raw',
    join(task.directories.local, 'bad.qcow2'),
    '1M',
  ]);
  const driver = await harness.createDriver();
  await t.throwsAsync(driver.start(task, {}), {
    name: 'DriverError',
    code: 'denied',
    message: /refers to another file/,
  });
  await driver.close();
});

test.serial('what is missing, too small or not allowed is said before anything runs', async (t) => {
  const driver = await harness.createDriver();
  t.teardown(() => driver.close());
  const refused = async (config: object, message: RegExp, overrides: Partial<TaskConfig> = {}) => {
    await t.throwsAsync(driver.start(await harness.task({ ...harness.vmConfig('sleep'), ...config }, overrides), {}), {
      name: 'DriverError',
      message,
    });
  };
  await refused({ emulator: 'pdp11' }, /there is no qemu-system-pdp11 on this node/);
  await refused({ kernel: '/etc/passwd' }, /is nowhere in the task's directories/);
  await refused({ args: ['-monitor', 'stdio'] }, /does not allow the QEMU argument -monitor/);
  await refused({}, /128 to 4000000 MiB of memory; resources.memory is 64/, {
    resources: { cpuMhz: 100, nodeCpuMhz: 1000, memoryMiB: 64 },
  });
});

test.serial('the fingerprint tries KVM for real and says why it is not used', async (t) => {
  const driver = createQemuDriver(
    { config: {}, stateDir: join(harness.root, 'fresh-state'), log: silentDriverLog },
    { executor: harness.executor },
  );
  const items = driver.fingerprint({})[Symbol.asyncIterator]();
  t.regex((await items.next()).value?.description ?? '', /not over yet/, 'the first word does not wait for the trial');
  const item = (await items.next()).value;
  t.is(item?.health, 'healthy');
  t.regex(item?.attributes['driver.qemu.version'] ?? '', /^\d+\.\d+/);
  t.regex(item?.attributes['driver.qemu.kvm'] ?? '', /^[01]$/);
  t.regex(item?.description ?? '', item?.attributes['driver.qemu.kvm'] === '1' ? /KVM works/ : /emulation only: ./);
  await items.return?.();
  await driver.close();
});

test.serial('the program of the KVM trial runs to its end on a processor that can run it', async (t) => {
  const sector = join(harness.root, 'trial.img');
  writeFileSync(sector, trialBootSector());
  const argv = trialCommand('qemu-system-x86_64', sector, ['-accel', 'tcg', '-cpu', 'max']);
  t.is((await harness.executor.run({ argv, timeoutMs: 60_000 })).exitCode, successCode);
});
