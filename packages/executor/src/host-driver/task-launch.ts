// From a task as the agent describes it to the parts of a launch that all host process drivers share.
import { join, relative } from 'node:path';
import type { TaskConfig, TaskNetwork, TaskResources } from '@orch/driver-api';
import { type ChrootMount, defaultChrootMounts } from '../isolation/default-mounts.ts';
import type { DeniedIds } from '../isolation/denied-ids.ts';
import { SYSTEM_PATH } from '../launch/launcher.ts';
import type { ChrootIsolation, LaunchLimits, LaunchSpec } from '../types.ts';

const MIB = 1_048_576;

/**
 * Environment (with a PATH), logs, network and limits of a task, to be completed with argv, cwd, user and isolation.
 * @param pidsMax most processes and threads; absent = no limit
 */
export function taskLaunch(
  task: TaskConfig,
  pidsMax?: number,
): Pick<LaunchSpec, 'env' | 'logs' | 'networkNamespace' | 'limits'> {
  return {
    // Programs expect a PATH, and a job rarely gives one.
    env: { PATH: SYSTEM_PATH, ...task.env },
    limits: { ...taskLimits(task.resources), ...(pidsMax === undefined ? {} : { pidsMax }) },
    ...(task.logs.disabled ? {} : { logs: taskLogs(task) }),
    ...taskNetworkNamespace(task.network),
  };
}

/** The memory limit is hard; with `memoryMaxMiB` that is the limit and `memoryMiB` the reservation. */
export function taskLimits(resources: TaskResources): LaunchLimits {
  const { memoryMiB, memoryMaxMiB, cpuMhz, cores } = resources;
  return {
    cpuShares: cpuMhz,
    memoryBytes: (memoryMaxMiB ?? memoryMiB) * MIB,
    ...(memoryMaxMiB === undefined ? {} : { memoryReservationBytes: memoryMiB * MIB }),
    ...(cores === undefined || cores.length === 0 ? {} : { cpusetCores: cores }),
  };
}

function taskLogs(task: TaskConfig): NonNullable<LaunchSpec['logs']> {
  const { dir, maxFiles, maxFileBytes } = task.logs;
  const { allocation, shared } = task.directories;
  const path = relative(allocation, join(shared, 'logs'));
  const view = join(allocation, path) === dir ? {} : { view: { root: allocation, path } };
  return { dir, name: task.name, maxFiles, maxFileBytes, ...view };
}

function taskNetworkNamespace(network: TaskNetwork): { networkNamespace?: string } {
  if (network.kind === 'host') return {};
  return { networkNamespace: network.kind === 'none' ? 'none' : network.path };
}

export interface TaskChrootOptions {
  readonly pidMode?: 'private' | 'host';
  readonly ipcMode?: 'private' | 'host';
  /** Capabilities kept, for example `net_bind_service`. @default none */
  readonly capabilities?: readonly string[];
  /** @default 'default' */
  readonly seccomp?: 'default' | 'unconfined';
  /** Ids the task must never have. @default none */
  readonly deniedIds?: DeniedIds;
  /** Bound besides the host's system directories and the task's own, for example a Java home outside of them. */
  readonly extraMounts?: readonly ChrootMount[];
}

/** The task's directory as its root, with `/alloc`, `/local`, `/secrets`, the job's mounts and the group's name servers. */
export function taskChroot(task: TaskConfig, options: TaskChrootOptions = {}): ChrootIsolation {
  const { directories, network } = task;
  const own = [
    { hostPath: directories.shared, path: '/alloc' },
    { hostPath: directories.local, path: '/local' },
    { hostPath: directories.secrets, path: '/secrets' },
  ].map((mount) => ({ ...mount, beneath: directories.allocation, readOnly: false }));
  const jobs = task.mounts.map(({ hostPath, taskPath, readOnly }) => ({ hostPath, path: taskPath, readOnly }));
  return {
    kind: 'chroot',
    root: directories.task,
    mounts: [...defaultChrootMounts(), ...(options.extraMounts ?? []), ...own, ...jobs],
    pidMode: options.pidMode ?? 'private',
    ipcMode: options.ipcMode ?? 'private',
    capabilities: options.capabilities ?? [],
    ...(options.seccomp === undefined ? {} : { seccomp: options.seccomp }),
    ...(options.deniedIds === undefined ? {} : { deniedIds: options.deniedIds }),
    ...taskNames(network),
  };
}

/** What the group's network says of names: the task's own and where others are asked for. */
export function taskNames(network: TaskNetwork): Pick<ChrootIsolation, 'hostname' | 'resolvConf'> {
  const resolvConf = renderResolvConf(network);
  return {
    ...(network.hostname === undefined ? {} : { hostname: network.hostname }),
    ...(resolvConf === undefined ? {} : { resolvConf }),
  };
}

function renderResolvConf(network: TaskNetwork): string | undefined {
  const dns = network.kind === 'none' ? undefined : network.dns;
  if (dns === undefined) return undefined;
  const lines = dns.servers.map((server) => `nameserver ${server}`);
  if (dns.searches.length > 0) lines.push(`search ${dns.searches.join(' ')}`);
  if (dns.options.length > 0) lines.push(`options ${dns.options.join(' ')}`);
  return `${lines.join('\n')}\n`;
}
