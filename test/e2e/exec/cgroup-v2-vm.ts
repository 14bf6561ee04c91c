// A VM with cgroup v2 alone, in which a script of this directory runs on Node: boots it and hands back what it reported.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNativeLauncher } from '@orch/executor';
import { build } from 'esbuild';
import { execa } from 'execa';
import { writeInitramfs } from '../../../scripts/quickstart/initramfs.ts';
import { fetchKernel } from '../../../scripts/setup/kernel.ts';
import { findCommand } from '../../../scripts/setup/needs.ts';
import { cacheDir } from '../../../scripts/setup/setup.ts';
import { writeGuestDisk } from '../shared/guest-disk.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** PID 1 of the RAM disk: finds the disk and gives the machine to it. */
const findDisk = `#!/bin/sh
b=/bin/busybox
$b mount -t proc proc /proc; $b mount -t sysfs sys /sys; $b mount -t devtmpfs dev /dev
for m in $($b cat /modules/order); do $b insmod "/modules/$m"; done
$b mkdir -p /root
tries=0
until $b mount -t ext4 /dev/vda /root; do
  tries=$((tries + 1)); [ $tries -gt 50 ] && $b poweroff -f
  $b sleep 0.2
done
$b umount /proc; $b umount /sys; $b umount /dev
exec $b switch_root /root /init
`;

/** PID 1 of the disk. The second serial port carries the reports, undisturbed by the kernel's messages on the first. */
const runGuest = `#!/bin/sh
export PATH=/usr/sbin:/usr/bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
mount -t tmpfs tmpfs /tmp; mount -t tmpfs tmpfs /run
mount -t cgroup2 cgroup2 /sys/fs/cgroup
ip link set lo up
busybox stty -F /dev/ttyS1 raw
for launcher in native shell; do
  ORCH_TEST_LAUNCHER=$launcher node /guest/cgroup-v2-guest.mjs >/dev/ttyS1 2>/dev/ttyS0
done
busybox poweroff -f
`;

/** One report of the guest. */
export interface Fact {
  readonly launcher: 'native' | 'shell';
  readonly name: string;
  readonly value: unknown;
}

/** @throws when the VM does not come to its end; with its console */
export async function factsFromVm(timeoutMs: number): Promise<readonly Fact[]> {
  const work = mkdtempSync(join(tmpdir(), 'orch-cgroup-v2-'));
  try {
    const kernel = await fetchKernel(cacheDir);
    await build({
      entryPoints: [here('cgroup-v2-guest.ts')],
      outfile: join(work, 'guest.mjs'),
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node24',
      external: ['node-pty'],
      logLevel: 'warning',
    });
    writeFileSync(join(work, 'find-disk.sh'), findDisk);
    const busybox = findCommand('/bin/busybox') ?? findCommand('/usr/bin/busybox');
    if (busybox === undefined) throw new Error('busybox is missing; install busybox-static');
    const initrd = join(work, 'initrd.gz');
    writeInitramfs({ busybox, modules: kernel.modules, init: join(work, 'find-disk.sh'), files: {}, target: initrd });
    const disk = join(work, 'disk.img');
    const launcher = findNativeLauncher();
    if (launcher === undefined) throw new Error('there is no native launcher');
    writeGuestDisk({
      work,
      target: disk,
      init: runGuest,
      files: {
        '/guest/cgroup-v2-guest.mjs': join(work, 'guest.mjs'),
        [`/guest/built/linux-${process.arch}/orch-launch`]: launcher,
      },
    });
    return await boot({ image: kernel.image, initrd, disk, work }, timeoutMs);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function boot(
  vm: { readonly image: string; readonly initrd: string; readonly disk: string; readonly work: string },
  timeoutMs: number,
): Promise<readonly Fact[]> {
  const messages = join(vm.work, 'messages');
  const reports = join(vm.work, 'reports');
  const words = [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-machine', 'q35,accel=tcg', '-cpu', 'max'],
    ...['-smp', '2', '-m', '1024', '-kernel', vm.image, '-initrd', vm.initrd],
    ...['-append', 'console=ttyS0 quiet panic=-1'],
    ...['-drive', `file=${vm.disk},format=raw,if=virtio`],
    ...['-serial', `file:${messages}`, '-serial', `file:${reports}`],
  ];
  const { exitCode, stderr } = await execa('qemu-system-x86_64', words, {
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    reject: false,
  });
  const seen = () => [stderr, readFileSync(messages, 'latin1').slice(-4_000), readFileSync(reports, 'utf8')].join('\n');
  if (exitCode !== 0) throw new Error(`the VM did not power off within ${timeoutMs} ms:\n${seen()}`);
  const lines = readFileSync(reports, 'utf8').split(/\r?\n/).filter(Boolean);
  if (lines.filter((line) => line.includes('"finished"')).length !== 2)
    throw new Error(`the guest did not finish:\n${seen()}`);
  return lines.map((line) => JSON.parse(line) as Fact);
}
