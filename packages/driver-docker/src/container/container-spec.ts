// The one request that creates a task's container. Pure: everything it needs is resolved before.
import type { TaskConfig } from '@orch/driver-api';
import type { ContainerCreateOptions, HostConfig, MountSettings } from 'dockerode';
import { configError } from '../engine/errors.ts';
import type { NetworkPlan } from '../network/network.ts';
import { containerName, LABEL_IMAGE, taskLabels } from './labels.ts';
import { mountTarget } from './mounts.ts';
import type { TaskBlock } from './task-config.ts';

export interface SpecInput {
  readonly task: TaskConfig;
  readonly block: TaskBlock;
  /** `id` is what the container is made of. */
  readonly image: { readonly id: string; readonly reference: string };
  readonly stopSignal: string;
  readonly owner: string;
  readonly volumesEnabled: boolean;
  readonly mounts: readonly MountSettings[];
  readonly limits: HostConfig;
  readonly security: HostConfig;
  readonly network: NetworkPlan;
  /** Container whose network namespace is entered. */
  readonly doorId?: string;
}

/** Largest piece of a log file of the engine, bytes. The agent copies the output; the engine keeps it meanwhile. */
const LOG_FILE_BYTES = 20 * 1024 * 1024;

export function containerSpec(input: SpecInput): ContainerCreateOptions {
  const { task, block, network } = input;
  const command = block.text('command');
  const args = block.texts('args');
  const entrypoint = block.texts('entrypoint');
  const labels = block.textMap('labels');
  for (const name of Object.keys(labels)) {
    if (name.startsWith('orch.')) throw configError(['labels', name], `the label "${name}" belongs to orch`);
  }
  const interactive = block.flag('interactive');
  return {
    name: containerName(task.id),
    Image: input.image.id,
    Labels: { ...labels, ...taskLabels(task, input.owner), [LABEL_IMAGE]: input.image.reference },
    Env: Object.entries(task.env).map(variable),
    ...(command !== undefined || args.length > 0
      ? { Cmd: command === undefined ? [...args] : [command, ...args] }
      : {}),
    ...(entrypoint.length > 0 ? { Entrypoint: [...entrypoint] } : {}),
    ...(block.has('work_dir') ? { WorkingDir: block.text('work_dir') ?? '' } : {}),
    ...(task.user === undefined ? {} : { User: task.user }),
    StopSignal: input.stopSignal,
    Tty: block.flag('tty'),
    OpenStdin: interactive,
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    ...network.container,
    HostConfig: hostConfig(input),
  };
}

function variable([name, value]: readonly [string, string]): string {
  if (name === '' || /[=\0]/.test(name) || value.includes('\0')) {
    throw configError(['env'], `the variable ${JSON.stringify(name)} cannot be part of an environment`);
  }
  return `${name}=${value}`;
}

function hostConfig(input: SpecInput): HostConfig {
  const { block, network } = input;
  const groups = block.texts('group_add');
  const tmpfs = tmpfsTargets(block, input.volumesEnabled);
  return {
    ...input.limits,
    ...input.security,
    ...network.host,
    ...(input.doorId === undefined ? {} : { NetworkMode: `container:${input.doorId}` }),
    Mounts: [...uniqueTargets([...network.mounts, ...input.mounts])],
    LogConfig: logConfig(input.task),
    RestartPolicy: { Name: 'no' },
    ...(block.flag('init') ? { Init: true } : {}),
    ...(block.flag('readonly_rootfs') ? { ReadonlyRootfs: true } : {}),
    ...(groups.length > 0 ? { GroupAdd: [...groups] } : {}),
    ...(tmpfs.length > 0 ? { Tmpfs: Object.fromEntries(tmpfs.map((path) => [path, ''])) } : {}),
  };
}

/** @throws DriverError `invalid-config`, `denied` */
export function tmpfsTargets(block: TaskBlock, volumesEnabled: boolean): readonly string[] {
  return block.texts('tmpfs').map((path, index) => {
    const field = ['tmpfs', String(index)];
    if (!path.includes(':')) return mountTarget(path, field, volumesEnabled);
    throw configError(field, `"${path}" is not a path`, 'Options are written in a mount of type tmpfs.');
  });
}

/** A mount of the task at the same place wins over what the driver would put there. */
function uniqueTargets(mounts: readonly MountSettings[]): readonly MountSettings[] {
  const byTarget = new Map(mounts.map((mount) => [mount.Target, mount]));
  return [...byTarget.values()];
}

function logConfig(task: TaskConfig): { Type: string; Config: Record<string, string> } {
  if (task.logs.disabled) return { Type: 'none', Config: {} };
  const bytes = Math.min(LOG_FILE_BYTES, Math.max(1024 * 1024, task.logs.maxFileBytes * 2));
  return { Type: 'json-file', Config: { 'max-size': `${Math.ceil(bytes / 1024)}k`, 'max-file': '3' } };
}
