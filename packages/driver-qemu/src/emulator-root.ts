// What an emulator sees of the machine: programs and firmware, the job's files for it, and the VM's own directory.

import { join } from 'node:path';
import { DriverError } from '@orch/driver-api';
import {
  type ChrootIsolation,
  type ChrootMount,
  type DeviceRule,
  defaultChrootMounts,
  type Executor,
  type ResolvedUser,
} from '@orch/executor';
import type { JobFile } from './job-file.ts';
import { VM_PATH, type VmDirectory } from './vm-directory.ts';

/** /dev/kvm, by the number it has on every Linux. */
export const KVM_DEVICE: DeviceRule = { type: 'c', major: 10, minor: 232, access: 'rw' };

/** The job's files, by what they are for. */
export interface VmFiles {
  readonly image?: JobFile;
  readonly kernel?: JobFile;
  readonly initrd?: JobFile;
}

/** Where the emulator finds one of them. */
export function fileInRoot(name: keyof VmFiles): string {
  return `/${name}`;
}

/** An isolated root, empty but for this. Whoever takes an emulator over has no more of the host than that. */
export function emulatorRoot(options: {
  readonly emulator: string;
  readonly directory: VmDirectory;
  readonly files: VmFiles;
  /** A device node for the emulator's own user. */
  readonly kvm: string | undefined;
  readonly names: Pick<ChrootIsolation, 'hostname' | 'resolvConf'>;
}): ChrootIsolation {
  const system = defaultChrootMounts();
  const { emulator, directory, kvm } = options;
  if (!system.some(({ path }) => emulator.startsWith(`${path}/`))) {
    throw new DriverError('not-found', `${emulator} lies outside of the directories an emulator sees`, {
      path: ['emulator'],
      hint: `install it below ${system.map(({ path }) => path).join(', ')}`,
    });
  }
  const files = Object.entries(options.files) as readonly (readonly [keyof VmFiles, JobFile])[];
  const mounts: readonly ChrootMount[] = [
    ...system,
    ...files.map(([name, { base, path }]) => ({
      hostPath: join(base, path),
      // A node that allows all of its files has no directory to leave.
      ...(base === '/' ? {} : { beneath: base }),
      path: fileInRoot(name),
      readOnly: true,
    })),
    { hostPath: directory.own, path: VM_PATH, readOnly: false },
    ...(kvm === undefined ? [] : [{ hostPath: kvm, path: '/dev/kvm', readOnly: false, devices: true }]),
  ];
  return {
    kind: 'chroot',
    root: directory.root,
    mounts,
    ...options.names,
    pidMode: 'private',
    ipcMode: 'private',
    capabilities: [],
  };
}

/** The host's node belongs to root or to a group; this one to the emulator. */
export async function makeKvmNode(
  dir: string,
  user: Pick<ResolvedUser, 'uid' | 'gid'>,
  run: Executor['run'],
): Promise<string> {
  const node = join(dir, 'kvm');
  const script = 'mknod -m 600 "$1" c "$2" "$3" && chown "$4" "$1"';
  const words = [node, String(KVM_DEVICE.major), String(KVM_DEVICE.minor), `${user.uid}:${user.gid}`];
  const made = await run({ argv: ['/bin/sh', '-c', script, 'sh', ...words] });
  if (made.exitCode !== 0)
    throw new DriverError('start-failed', `the device node of KVM could not be made: ${made.stderr.trim()}`);
  return node;
}
