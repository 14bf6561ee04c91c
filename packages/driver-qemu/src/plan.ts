// From a task to QEMU's command line, and to the room it runs in: a user and a root of its own, with the job's files.

import { join } from 'node:path';
import { DriverError, type TaskConfig } from '@orch/driver-api';
import {
  type ChrootIsolation,
  chooseTaskUser,
  DEFAULT_DEVICES,
  type Executor,
  findProgram,
  type HostPlan,
  type NodeUsers,
  type ResolvedUser,
  taskLaunch,
  taskNames,
} from '@orch/executor';
import { checkArguments } from './arguments.ts';
import { emulatorOverheadMiB, portForwards, qemuArguments, type VmConfig } from './command.ts';
import { type QemuNodeConfig, type QemuTaskConfig, readTaskConfig } from './config.ts';
import { emulatorRoot, fileInRoot, KVM_DEVICE, makeKvmNode, type VmFiles } from './emulator-root.ts';
import { ownUser } from './emulator-user.ts';
import { IMAGE_HEADER_BYTES, type ImageFormat, judgeImage } from './image-header.ts';
import { findJobFile } from './job-file.ts';
import type { KvmVerdict } from './kvm-trial.ts';
import { makeVmDirectory, removeVmDirectory, VM_PATH, VM_SOCKETS, type VmDirectory } from './vm-directory.ts';

export const emulatorPrefix = 'qemu-system-';

export interface PlanDependencies {
  readonly node: QemuNodeConfig;
  readonly users: NodeUsers;
  readonly executor: Executor;
  /** Asked only when the task may use KVM. */
  kvm(): Promise<KvmVerdict>;
  tell(message: string): void;
}

const mebibyte = 1_048_576;

/** Nomad's range of memory for a VM. */
const memoryRangeMiB = { min: 128, max: 4_000_000 } as const;

export async function planVm(task: TaskConfig, deps: PlanDependencies): Promise<HostPlan> {
  const config = readTaskConfig(task.config);
  checkMemory(task);
  checkArguments(config.args, deps.node.argsAllowlist);
  const who = task.user ?? deps.node.user ?? ownUser(task.id);
  const { user } = chooseTaskUser(who, deps.users);
  const emulator = findEmulator(config, deps.node);
  const accelerator = await chooseAccelerator(config, deps);
  const files = await findFiles(task, config, deps.node, user);
  const format = files.image === undefined ? undefined : judgeImage(files.image.head);
  const run: Executor['run'] = (command, call) => deps.executor.run(command, call);
  const directory = await makeVmDirectory(task, user, run);
  try {
    const vm = vmConfig(task, config, { emulator, accelerator, format });
    const kvm = accelerator === 'kvm' ? await makeKvmNode(directory.path, user, run) : undefined;
    const isolation = emulatorRoot({ emulator, directory, files, kvm, names: taskNames(task.network) });
    return {
      ...hostPlan(task, config, { vm, isolation, directory, who }),
      undo: () => removeVmDirectory(directory.path, run),
    };
  } catch (error) {
    await removeVmDirectory(directory.path, run);
    throw error;
  }
}

interface Room {
  readonly vm: VmConfig;
  readonly isolation: ChrootIsolation;
  readonly directory: VmDirectory;
  readonly who: string;
}

function hostPlan(task: TaskConfig, config: QemuTaskConfig, { vm, isolation, directory, who }: Room): HostPlan {
  const base = taskLaunch(task);
  const { memoryMaxMiB: _, ...resources } = task.resources;
  return {
    launch: {
      ...base,
      argv: qemuArguments({ name: task.name, resources }, vm),
      // QEMU needs nothing of the job's environment; a guest does not see it.
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: VM_PATH, TMPDIR: VM_PATH },
      cwd: VM_PATH,
      user: who,
      isolation,
      devices: vm.accelerator === 'kvm' ? [...DEFAULT_DEVICES, KVM_DEVICE] : DEFAULT_DEVICES,
      limits: {
        ...base.limits,
        memoryBytes: (task.resources.memoryMiB + emulatorOverheadMiB[vm.accelerator]) * mebibyte,
      },
    },
    state: {
      qmp: join(directory.own, VM_SOCKETS.qmp),
      directory: directory.path,
      graceful: config.gracefulShutdown,
      accelerator: vm.accelerator,
      emulator: vm.emulator,
    },
  };
}

function checkMemory({ resources: { memoryMiB } }: TaskConfig): void {
  if (memoryMiB >= memoryRangeMiB.min && memoryMiB <= memoryRangeMiB.max) return;
  throw new DriverError(
    'invalid-config',
    `a VM has ${memoryRangeMiB.min} to ${memoryRangeMiB.max} MiB of memory; resources.memory is ${memoryMiB}`,
    { hint: `set resources { memory = ${memoryRangeMiB.min} } or more` },
  );
}

function findEmulator(config: QemuTaskConfig, node: QemuNodeConfig): string {
  const name = `${emulatorPrefix}${config.emulator}`;
  if (
    node.emulatorsAllowlist.length > 0 &&
    !node.emulatorsAllowlist.includes(name) &&
    !node.emulatorsAllowlist.includes(config.emulator)
  ) {
    throw new DriverError('denied', `the node does not allow the emulator ${name}`, {
      path: ['emulator'],
      hint: `allowed: ${node.emulatorsAllowlist.join(', ')}`,
    });
  }
  const found = findProgram(name);
  if (found === undefined)
    throw new DriverError('not-found', `there is no ${name} on this node`, {
      path: ['emulator'],
      hint: 'install qemu-system-x86 (or the package of that architecture)',
    });
  return found;
}

async function chooseAccelerator(config: QemuTaskConfig, deps: PlanDependencies): Promise<'kvm' | 'tcg'> {
  const isHostArchitecture = config.emulator === { x64: 'x86_64', arm64: 'aarch64' }[process.arch as 'x64' | 'arm64'];
  if (config.accelerator === 'tcg' || (config.accelerator === 'auto' && !isHostArchitecture)) return 'tcg';
  const verdict = await deps.kvm();
  if (verdict.works) return 'kvm';
  if (config.accelerator === 'kvm')
    throw new DriverError('denied', `KVM does not work on this node: ${verdict.reason}`, {
      path: ['accelerator'],
      hint: 'use accelerator = "auto" to fall back to emulation',
    });
  deps.tell(`KVM is not used: ${verdict.reason}; the VM is emulated`);
  return 'tcg';
}

async function findFiles(
  task: TaskConfig,
  config: QemuTaskConfig,
  node: QemuNodeConfig,
  reader: ResolvedUser,
): Promise<VmFiles> {
  const rules = { directories: task.directories, allowed: node.imagePaths, reader };
  const find = (field: string, path: string | undefined, headBytes = 0) =>
    path === undefined ? undefined : findJobFile(field, path, { ...rules, headBytes });
  const [image, kernel, initrd] = await Promise.all([
    find('image_path', config.imagePath, IMAGE_HEADER_BYTES),
    find('kernel', config.kernel),
    find('initrd', config.initrd),
  ]);
  return {
    ...(image === undefined ? {} : { image }),
    ...(kernel === undefined ? {} : { kernel }),
    ...(initrd === undefined ? {} : { initrd }),
  };
}

interface Resolved {
  readonly emulator: string;
  readonly accelerator: 'kvm' | 'tcg';
  readonly format: ImageFormat | undefined;
}

function vmConfig(task: TaskConfig, config: QemuTaskConfig, { emulator, accelerator, format }: Resolved): VmConfig {
  return {
    emulator,
    machineType: config.machineType,
    accelerator,
    cpuModel: accelerator === 'kvm' ? 'host' : 'max',
    cores: Math.max(1, task.resources.cores?.length ?? 1),
    forwards: portForwards(task, config.portMap),
    qmpSocket: `${VM_PATH}/${VM_SOCKETS.qmp}`,
    extraArgs: config.args,
    ...(format === undefined ? {} : { disk: { path: fileInRoot('image'), format, interface: config.driveInterface } }),
    ...(config.kernel === undefined
      ? {}
      : {
          kernel: {
            path: fileInRoot('kernel'),
            ...(config.initrd === undefined ? {} : { initrd: fileInRoot('initrd') }),
            ...(config.append === undefined ? {} : { append: config.append }),
          },
        }),
    ...(config.guestAgent ? { guestAgentSocket: `${VM_PATH}/${VM_SOCKETS.guestAgent}` } : {}),
  };
}
