// Turns a task into QEMU's command line. Pure: paths were checked before.

import type { TaskConfig } from '@orch/driver-api';

/** The task's `config` block after checks and defaults. */
export interface VmConfig {
  readonly emulator: string;
  readonly machineType: string;
  readonly accelerator: 'kvm' | 'tcg';
  readonly cpuModel: string;
  /** The job's image, which stays as it is; absent = no disk. */
  readonly disk?: { readonly path: string; readonly format: 'qcow2' | 'raw'; readonly interface: 'ide' | 'virtio' };
  readonly kernel?: { readonly path: string; readonly initrd?: string; readonly append?: string };
  readonly cores: number;
  readonly forwards: readonly PortForward[];
  readonly qmpSocket: string;
  readonly guestAgentSocket?: string;
  readonly extraArgs: readonly string[];
}

/** TCP and UDP from `listen` in QEMU's network namespace to `guest` inside the VM. */
export interface PortForward {
  readonly listenAddress: string;
  readonly listen: number;
  readonly guest: number;
}

/** MiB QEMU itself may use beside the guest's memory: its own structures, and under emulation the translated code. */
export const translationCacheMiB = 128;
export const emulatorOverheadMiB = { kvm: 160, tcg: 160 + translationCacheMiB } as const;

/**
 * The forwards of a task: `portMap` (label → guest port) over the ports of the group. In a group namespace QEMU listens
 * on the port's inside number, on 0.0.0.0, because the group's namespace is private; on the host only where the port is
 * published.
 */
export function portForwards(
  task: Pick<TaskConfig, 'network'>,
  portMap: Readonly<Record<string, number>>,
): readonly PortForward[] {
  const { network } = task;
  if (network.kind === 'none') return [];
  return network.ports.flatMap((port) => {
    const guest = portMap[port.label];
    if (guest === undefined) return [];
    return [
      network.kind === 'namespace'
        ? { listenAddress: '0.0.0.0', listen: port.to, guest }
        : { listenAddress: port.hostIp, listen: port.hostPort, guest },
    ];
  });
}

/** QEMU reads commas in option values as separators; a doubled comma stands for one. */
export function escapeValue(value: string): string {
  return value.replaceAll(',', ',,');
}

export function qemuArguments(task: Pick<TaskConfig, 'name' | 'resources'>, vm: VmConfig): readonly string[] {
  const forwards = vm.forwards.flatMap(({ listenAddress, listen, guest }) =>
    ['tcp', 'udp'].map((protocol) => `hostfwd=${protocol}:${listenAddress}:${listen}-:${guest}`),
  );
  const argv = [
    vm.emulator,
    ...['-name', `${escapeValue(task.name)},process=orch-vm`],
    ...['-nodefaults', '-no-user-config', '-no-reboot'],
    ...['-display', 'none'],
    ...['-machine', vm.machineType],
    ...['-accel', vm.accelerator === 'kvm' ? 'kvm' : `tcg,thread=multi,tb-size=${translationCacheMiB}`],
    ...['-cpu', vm.cpuModel],
    ...['-smp', String(vm.cores)],
    ...['-m', `${task.resources.memoryMiB}M`],
    // The serial console is the task's log.
    ...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
    ...['-qmp', `unix:${escapeValue(vm.qmpSocket)},server=on,wait=off`],
    ...['-netdev', ['user,id=net0', ...forwards].join(',')],
    ...['-device', 'virtio-net-pci,netdev=net0'],
    // Entropy from the host, or a guest may wait for it.
    ...['-device', 'virtio-rng-pci'],
    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
  ];
  if (vm.disk !== undefined) {
    // What the guest writes goes to a file without a name in TMPDIR. The format is told, so that no guest can make QEMU
    // guess another one by what it wrote.
    const { path, format } = vm.disk;
    argv.push('-drive', `if=none,id=disk0,file=${escapeValue(path)},format=${format},snapshot=on,discard=unmap`);
    argv.push('-device', vm.disk.interface === 'virtio' ? 'virtio-blk-pci,drive=disk0' : 'ide-hd,drive=disk0');
  }
  if (vm.kernel !== undefined) {
    argv.push('-kernel', vm.kernel.path);
    if (vm.kernel.initrd !== undefined) argv.push('-initrd', vm.kernel.initrd);
    if (vm.kernel.append !== undefined) argv.push('-append', vm.kernel.append);
  }
  if (vm.guestAgentSocket !== undefined) {
    argv.push(
      '-device',
      'virtio-serial-pci',
      '-chardev',
      `socket,path=${escapeValue(vm.guestAgentSocket)},server=on,wait=off,id=agent`,
    );
    argv.push('-device', 'virtserialport,chardev=agent,name=org.qemu.guest_agent.0');
  }
  return [...argv, ...vm.extraArgs];
}
