// The conformance harness of driver qemu: a small Linux guest that does what the kernel command line says.

import { copyFileSync, existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createQemuDriver } from '@orch/driver-qemu';
import { writeInitramfs } from '../../../scripts/quickstart/initramfs.ts';
import { fetchKernel } from '../../../scripts/setup/kernel.ts';
import { cacheDir } from '../../../scripts/setup/setup.ts';
import { createHostHarness, type HostHarness, silentDriverLog } from '../shared/host-harness.ts';

/** PID 1 of the guest. `orch.test=` on the kernel command line says what to do. */
const guestInit = `#!/bin/sh
b=/bin/busybox
$b mount -t proc proc /proc; $b mount -t sysfs sys /sys; $b mount -t devtmpfs dev /dev
for m in $($b cat /modules/order); do $b insmod "/modules/$m" 2>/dev/null; done
for word in $($b cat /proc/cmdline); do case $word in orch.test=*) what=\${word#orch.test=} ;; orch.group=*) group=\${word#orch.group=} ;; esac; done
echo "guest: $what"
case $what in
  exit0) $b poweroff -f ;;
  disk) echo "disk says: $($b head -c 11 /dev/vda)"; echo changed | $b dd of=/dev/vda conv=notrunc 2>/dev/null; $b sync ;;
  net)
    $b ip link set lo up; $b ip link set eth0 up; $b ip addr add 10.0.2.15/24 dev eth0; $b ip route add default via 10.0.2.2
    $b mkdir -p /www; echo "hello from the guest" >/www/index.html; $b httpd -p 80 -h /www
    echo "sibling says: $(printf 'GET / HTTP/1.0\\r\\n\\r\\n' | $b nc -w 10 $group 8090 | $b tail -n 1)" ;;
esac
[ "$what" = late ] && { echo ready; $b sleep 2; }
if [ "$what" != ignore ]; then
  for device in /dev/input/event*; do ($b head -c 1 "$device" >/dev/null && $b poweroff -f) & done
fi
echo ready
while :; do $b sleep 1000; done
`;

export async function createQemuHarness(): Promise<
  HostHarness & { vmConfig(what: string): { kernel: string; initrd: string; append: string; machine_type: string } }
> {
  const kernel = await fetchKernel(cacheDir);
  const vmConfig = (what: string) => ({
    kernel: 'local/vmlinuz',
    initrd: 'local/initrd.gz',
    append: `console=ttyS0 quiet panic=-1 orch.group=10.0.2.2 orch.test=${what}`,
    machine_type: 'q35',
  });
  const kinds: Readonly<Record<string, string>> = { sleep: 'sleep', exit0: 'exit0', 'ignore-term': 'ignore' };
  const harness = await createHostHarness({
    name: 'qemu',
    createDriver: (executor, stateDir) =>
      createQemuDriver({ config: {}, stateDir, log: silentDriverLog }, { executor }),
    // 256 MiB: the guest unpacks its RAM disk.
    overrides: { resources: { cpuMhz: 500, nodeCpuMhz: 5000, memoryMiB: 256 } },
    stepTimeoutMs: 120_000,
    async configOf(kind, task) {
      if (kind === 'bad-config') return { ...vmConfig('sleep'), args: ['not-an-option'] };
      if (kind === 'missing') return { ...vmConfig('sleep'), kernel: 'local/nothing' };
      const what = kinds[kind];
      if (what === undefined) return undefined;
      placeGuest(task.directories.local);
      return vmConfig(what);
    },
  });
  const initrd = join(harness.root, 'initrd.gz');
  const init = join(harness.root, 'init');
  await writeFile(init, guestInit);
  writeInitramfs({
    busybox: existsSync('/bin/busybox') ? '/bin/busybox' : '/usr/bin/busybox',
    modules: kernel.modules,
    init,
    files: {},
    target: initrd,
  });
  function placeGuest(local: string): void {
    copyFileSync(kernel.image, join(local, 'vmlinuz'));
    copyFileSync(initrd, join(local, 'initrd.gz'));
  }
  const task: HostHarness['task'] = async (config, overrides) => {
    const made = await harness.task(config, overrides);
    placeGuest(made.directories.local);
    return made;
  };
  return { ...harness, task, vmConfig };
}
