// What a container may do: privileges, namespaces of the host, devices, runtime.
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { TaskConfig } from '@orch/driver-api';
import type { HostConfig } from 'dockerode';
import { containerCapabilities } from '../engine/capabilities.ts';
import { configError, deniedError } from '../engine/errors.ts';
import type { DockerNodeConfig } from '../node-config.ts';
import type { TaskBlock } from './task-config.ts';

/** @throws DriverError `denied` for what the node does not allow, `invalid-config` */
export async function securitySettings(
  task: TaskConfig,
  block: TaskBlock,
  node: DockerNodeConfig,
): Promise<HostConfig> {
  const privileged = block.flag('privileged');
  if (privileged && !node.allowPrivileged) {
    const hint = 'Set allow_privileged = true in plugin "docker" of the node, or remove it.';
    throw deniedError(['privileged'], 'this node does not allow privileged containers', hint);
  }
  const capabilities = containerCapabilities(block.texts('cap_add'), block.texts('cap_drop'), node.allowedCapabilities);
  return {
    ...(privileged ? { Privileged: true } : { CapDrop: ['ALL'], CapAdd: [...capabilities] }),
    SecurityOpt: await securityOptions(task, block, node, privileged),
    ...modes(block, node),
    ...devices(block, node),
    ...runtime(block, node),
  };
}

async function securityOptions(
  task: TaskConfig,
  block: TaskBlock,
  node: DockerNodeConfig,
  privileged: boolean,
): Promise<string[]> {
  const result: string[] = [];
  let newPrivileges = privileged;
  for (const [index, option] of block.texts('security_opt').entries()) {
    const path = ['security_opt', String(index)];
    const [name = '', value = ''] = option.split(/[=:](.*)/s);
    if (name === 'no-new-privileges') newPrivileges = value === 'false';
    else if (value === 'unconfined' && !node.allowPrivileged) {
      throw deniedError(
        path,
        `this node does not allow ${name}=unconfined`,
        'Set allow_privileged = true on the node.',
      );
    } else if (name === 'seccomp' && value !== 'unconfined') {
      result.push(`seccomp=${await profile(task, value, path)}`);
    } else if (['seccomp', 'apparmor', 'label'].includes(name)) result.push(`${name}=${value}`);
    else throw configError(path, `there is no security option "${name}"`);
  }
  if (!newPrivileges) result.push('no-new-privileges');
  return result;
}

/** A seccomp profile is sent by its text, from a file in the task directory. */
async function profile(task: TaskConfig, file: string, path: readonly string[]): Promise<string> {
  const root = await realpath(task.directories.task);
  let real: string;
  try {
    real = await realpath(join(root, file));
  } catch (error) {
    throw configError(path, `the profile "${file}" cannot be read: ${(error as Error).message}`);
  }
  if (!real.startsWith(`${root}/`)) {
    throw deniedError(path, `the profile "${file}" is outside the task directory`, 'Put it into the task directory.');
  }
  return readFile(real, 'utf8');
}

function modes(block: TaskBlock, node: DockerNodeConfig): HostConfig {
  const check = (field: string, mode: string | undefined, allowed: readonly string[], free: readonly string[]) => {
    if (mode === undefined || free.includes(mode) || allowed.includes(mode)) return;
    const hint = `Add it to allowed_modes { ${field.replace('_mode', '')} } in plugin "docker" of the node.`;
    throw deniedError([field], `this node does not allow ${field} = "${mode}"`, hint);
  };
  const pid = block.text('pid_mode');
  const ipc = block.text('ipc_mode');
  check('pid_mode', pid, node.allowedPidModes, []);
  check('ipc_mode', ipc, node.allowedIpcModes, ['private', 'none']);
  return { ...(pid === undefined ? {} : { PidMode: pid }), ...(ipc === undefined ? {} : { IpcMode: ipc }) };
}

function devices(block: TaskBlock, node: DockerNodeConfig): HostConfig {
  const found = block.blocks('devices').map((device) => {
    const host = device.text('host_path') ?? '';
    if (!node.allowPrivileged && !node.allowedDevices.some((path) => host === path || host.startsWith(`${path}/`))) {
      const hint = 'Add it to allow_devices in plugin "docker" of the node.';
      throw deniedError([...device.path, 'host_path'], `this node does not allow the device "${host}"`, hint);
    }
    return {
      PathOnHost: host,
      PathInContainer: device.text('container_path') ?? host,
      CgroupPermissions: device.text('cgroup_permissions') ?? 'rwm',
    };
  });
  return found.length === 0 ? {} : { Devices: found };
}

function runtime(block: TaskBlock, node: DockerNodeConfig): HostConfig {
  const Runtime = block.text('runtime');
  if (Runtime === undefined) return {};
  if (!node.allowedRuntimes.includes(Runtime)) {
    const hint = 'Add it to allow_runtimes in plugin "docker" of the node.';
    throw deniedError(['runtime'], `this node does not allow the runtime "${Runtime}"`, hint);
  }
  return { Runtime };
}
