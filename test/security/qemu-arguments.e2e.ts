// A job's own words to QEMU, on a node that allows all of them: what they name of the host is not there.

import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '@orch/driver-api';
import { createQemuDriver } from '@orch/driver-qemu';
import test from 'ava';
import { createHostHarness, type HostHarness, silentDriverLog } from '../e2e/shared/host-harness.ts';

const allowed =
  '-drive -no-acpi -fsdev -chardev -incoming -D -net -object -readconfig -mem-path -add-fd -trace -device';

const harness: HostHarness = await createHostHarness({
  name: 'qemu-arguments',
  createDriver: (executor, stateDir) =>
    createQemuDriver({ config: { args_allowlist: allowed.split(' ') }, stateDir, log: silentDriverLog }, { executor }),
  overrides: { resources: { cpuMhz: 500, nodeCpuMhz: 5000, memoryMiB: 128 } },
  configOf: () => undefined,
});
test.after.always(() => harness.cleanup());

const secret = join(harness.root, 'secret');
const written = join(harness.root, 'written');
writeFileSync(secret, 'a secret of the host', { mode: 0o644 });

/** How QEMU ended by itself, and what it said. 159 = the kernel killed it for a call that its sandbox forbids. */
async function outcome(config: JsonObject, prepare?: (local: string) => void): Promise<string> {
  const task = await harness.task({ image_path: 'local/disk.raw', ...config });
  writeFileSync(join(task.directories.local, 'disk.raw'), Buffer.alloc(1_048_576));
  prepare?.(task.directories.local);
  const driver = await harness.createDriver();
  await driver.start(task, {});
  try {
    const exit = await driver.wait(task.id, { signal: AbortSignal.timeout(20_000) });
    return `${exit.exitCode} ${await harness.readLog?.(task, 'stderr')}`;
  } finally {
    await driver.destroy(task.id, { force: true });
    await driver.close();
  }
}

const shared = ['-fsdev', `local,id=x,path=${harness.root},security_model=none`];

for (const [what, args, answer] of [
  ['a disk', ['-drive', `file=${secret},format=raw,if=none,id=x`], /No such file/],
  ['a word behind an option that takes none, which is a disk', ['-no-acpi', secret], /No such file/],
  ['a disk in JSON', ['-drive', `if=none,id=x,file=json:{"driver":"file",,"filename":"${secret}"}`], /No such file/],
  ['a shared directory', [...shared, '-device', 'virtio-9p-pci,fsdev=x,mount_tag=x'], /No such file/],
  ['a file to write', ['-chardev', `file,id=x,path=${written}`], /No such file/],
  ['a log file', ['-D', written, '-trace', 'enable=x'], /No such file/],
  ['a dump of the network', ['-object', `filter-dump,id=x,netdev=net0,file=${written}`], /No such file/],
  ['a configuration', ['-readconfig', secret], /No such file/],
  ['memory in a file', ['-mem-path', `${harness.root}/memory`], /No such file/],
  ['a program for a network', ['-net', `tap,script=/bin/true,ifname=orchx`], /No such file/],
  ['a device', ['-device', 'vfio-pci,host=00:00.0'], /no such host device/],
] as const)
  test.serial(`${what} of the host that args name is not to be had`, async (t) => {
    const said = await outcome({ args: [...args] });
    t.regex(said, answer);
    t.notRegex(said, /^0 /);
    t.false(existsSync(written));
  });

test.serial('an image that leads to a file of the host leads an emulator nowhere, whoever opens it', async (t) => {
  const chain = (local: string) =>
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-u', '-b', secret, '-F', 'raw', `${local}/chain`, '1M']);
  const said = await outcome(
    { kernel: 'local/chain', args: ['-drive', 'file=/kernel,format=qcow2,if=none,id=x,readonly=on'] },
    chain,
  );
  t.regex(said, /Could not open backing file.*No such file/s);
});

test.serial('a command that args name is not started, whatever the node allows', async (t) => {
  t.regex(await outcome({ args: ['-incoming', 'exec:id'] }), /^159 /);
});
