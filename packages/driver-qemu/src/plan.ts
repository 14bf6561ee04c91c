// From a task to QEMU's command line: paths checked, overlay and directories made.

import { mkdir, rm } from 'node:fs/promises';
import { DriverError, type TaskConfig } from '@orch/driver-api';
import { type Executor, findProgram, type HostPlan, taskLaunch } from '@orch/executor';
import { emulatorOverheadMiB, portForwards, qemuArguments, type VmConfig } from './command.ts';
import { type QemuNodeConfig, type QemuTaskConfig, readTaskConfig } from './config.ts';
import { confinedFile } from './confined-path.ts';
import { makeOverlay } from './disk.ts';
import type { KvmVerdict } from './kvm-trial.ts';
import { makeVmDirectory, removeVmDirectory, type VmDirectory } from './vm-directory.ts';

export const emulatorPrefix = 'qemu-system-';

export interface PlanDependencies {
  readonly node: QemuNodeConfig;
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
  checkPolicy(task, config, deps.node);
  const emulator = findEmulator(config, deps.node);
  const accelerator = await chooseAccelerator(config, deps);
  const files = await resolveFiles(task, config, deps.node);
  const directory = await makeVmDirectory(task.id);
  try {
    const disk = files.image === undefined ? undefined : await diskOf(task, config, files.image, deps.executor);
    const vm = vmConfig(task, config, {
      emulator,
      accelerator,
      directory,
      ...(disk === undefined ? {} : { disk }),
      files,
    });
    return hostPlan(task, config, vm, disk?.path);
  } catch (error) {
    await removeVmDirectory(task.id);
    throw error;
  }
}

function hostPlan(task: TaskConfig, config: QemuTaskConfig, vm: VmConfig, overlay: string | undefined): HostPlan {
  const base = taskLaunch(task);
  const { memoryMaxMiB: _, ...resources } = task.resources;
  const undo = async () => {
    await removeVmDirectory(task.id);
    if (overlay !== undefined) await rm(overlay, { force: true });
  };
  return {
    launch: {
      ...base,
      argv: qemuArguments({ name: task.name, resources }, vm),
      // QEMU needs nothing of the job's environment; a guest does not see it.
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/nonexistent' },
      cwd: '/',
      isolation: { kind: 'host' },
      limits: {
        ...base.limits,
        memoryBytes: (task.resources.memoryMiB + emulatorOverheadMiB[vm.accelerator]) * mebibyte,
      },
    },
    state: {
      qmp: vm.qmpSocket,
      graceful: config.gracefulShutdown,
      accelerator: vm.accelerator,
      emulator: vm.emulator,
      ...(overlay === undefined ? {} : { overlay }),
    },
    undo,
  };
}

function checkPolicy(task: TaskConfig, config: QemuTaskConfig, node: QemuNodeConfig): void {
  const { memoryMiB } = task.resources;
  if (memoryMiB < memoryRangeMiB.min || memoryMiB > memoryRangeMiB.max) {
    throw new DriverError(
      'invalid-config',
      `a VM has ${memoryRangeMiB.min} to ${memoryRangeMiB.max} MiB of memory; resources.memory is ${memoryMiB}`,
      { hint: `set resources { memory = ${memoryRangeMiB.min} } or more` },
    );
  }
  // Only words that begin an option are compared; the values behind an allowed option are its own.
  const denied = config.args.find((argument) => argument.startsWith('-') && !node.argsAllowlist.includes(argument));
  if (denied !== undefined)
    throw new DriverError('denied', `the node does not allow the QEMU argument ${denied}`, {
      path: ['args'],
      hint: 'the operator lists allowed ones in args_allowlist of plugin "qemu"',
    });
  if (config.args[0] !== undefined && !config.args[0].startsWith('-'))
    throw new DriverError('invalid-config', `args begins with ${config.args[0]}, which is no option`, {
      path: ['args'],
    });
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

interface VmFiles {
  readonly image?: string;
  readonly kernel?: string;
  readonly initrd?: string;
}

async function resolveFiles(task: TaskConfig, config: QemuTaskConfig, node: QemuNodeConfig): Promise<VmFiles> {
  const resolve = (field: string, path: string | undefined) =>
    path === undefined ? undefined : confinedFile(field, path, task.directories, node.imagePaths);
  const [image, kernel, initrd] = await Promise.all([
    resolve('image_path', config.imagePath),
    resolve('kernel', config.kernel),
    resolve('initrd', config.initrd),
  ]);
  return {
    ...(image === undefined ? {} : { image }),
    ...(kernel === undefined ? {} : { kernel }),
    ...(initrd === undefined ? {} : { initrd }),
  };
}

async function diskOf(
  task: TaskConfig,
  config: QemuTaskConfig,
  image: string,
  executor: Executor,
): Promise<NonNullable<VmConfig['disk']>> {
  await mkdir(task.directories.driver, { recursive: true, mode: 0o700 });
  return {
    path: await makeOverlay((command, call) => executor.run(command, call), task, image),
    format: 'qcow2',
    interface: config.driveInterface,
  };
}

interface Resolved {
  readonly emulator: string;
  readonly accelerator: 'kvm' | 'tcg';
  readonly directory: VmDirectory;
  readonly disk?: NonNullable<VmConfig['disk']>;
  readonly files: VmFiles;
}

function vmConfig(
  task: TaskConfig,
  config: QemuTaskConfig,
  { emulator, accelerator, directory, disk, files }: Resolved,
): VmConfig {
  const { initrd, kernel } = files;
  return {
    emulator,
    machineType: config.machineType,
    accelerator,
    cpuModel: accelerator === 'kvm' ? 'host' : 'max',
    cores: Math.max(1, task.resources.cores?.length ?? 1),
    forwards: portForwards(task, config.portMap),
    qmpSocket: directory.qmp,
    runAs: task.user ?? 'nobody',
    extraArgs: config.args,
    ...(disk === undefined ? {} : { disk }),
    ...(kernel === undefined
      ? {}
      : {
          kernel: {
            path: kernel,
            ...(initrd === undefined ? {} : { initrd }),
            ...(config.append === undefined ? {} : { append: config.append }),
          },
        }),
    ...(config.guestAgent ? { guestAgentSocket: directory.guestAgent } : {}),
  };
}
