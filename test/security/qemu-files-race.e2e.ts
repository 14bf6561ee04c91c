// A sibling that exchanges what a VM's paths lead to, while VMs start: what the emulator is shown is the group's own.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createQemuDriver } from '@orch/driver-qemu';
import type { Executor } from '@orch/executor';
import test from 'ava';
import { createHostHarness, type HostHarness, silentDriverLog } from '../e2e/shared/host-harness.ts';
import { makeExchanger, raceMs } from './exchange.ts';

const harness: HostHarness = await createHostHarness({
  name: 'qemu-race',
  createDriver: (executor, stateDir) => createQemuDriver({ config: {}, stateDir, log: silentDriverLog }, { executor }),
  overrides: { resources: { cpuMhz: 500, nodeCpuMhz: 5000, memoryMiB: 128 } },
  configOf: () => undefined,
});
test.after.always(() => harness.cleanup());

test.serial('an image whose directory is exchanged for a link shows no file of the host', async (t) => {
  const host = join(harness.root, 'of-the-host');
  mkdirSync(host);
  writeFileSync(join(host, 'disk.raw'), 'a secret of the host');
  const task = await harness.task({ image_path: '/alloc/dir/disk.raw' });
  const { shared } = task.directories;
  mkdirSync(join(shared, 'dir'));
  writeFileSync(join(shared, 'dir/disk.raw'), 'the image');
  symlinkSync(host, join(shared, 'link'));
  const exchanger = makeExchanger();
  t.teardown(() => exchanger.remove());
  const exchanging = exchanger.start(join(shared, 'dir'), join(shared, 'link'));
  t.teardown(() => exchanging.stop());
  const executor: Executor = {
    ...harness.executor,
    launch: (spec, call) => harness.executor.launch({ ...spec, argv: ['cat', '/image'] }, call),
  };
  const driver = createQemuDriver({ config: {}, stateDir: harness.root, log: silentDriverLog }, { executor });
  const seen = { image: 0, refused: 0 };
  const end = performance.now() + raceMs;
  for (let attempt = 0; performance.now() < end; attempt += 1) {
    const one = { ...task, id: `${task.id}${attempt}`, name: `vm${attempt}` };
    try {
      await driver.start(one, {});
      await driver.wait(one.id, {});
      const log = await harness.readLog?.(one, 'stdout');
      if (log !== 'the image') t.fail(`the emulator read: ${log}`);
      seen.image += 1;
    } catch (error) {
      // The link was there when it was looked at, or when it was shown.
      t.regex(String(error), /nowhere in the task's directories|could not set up \/image/);
      seen.refused += 1;
    } finally {
      await driver.destroy(one.id, { force: true });
    }
  }
  t.log(seen);
  t.true(seen.image > 0 && seen.refused > 0, JSON.stringify(seen));
  await driver.close();
});
