// What a container may do: privileges, namespaces of the host, devices, runtime.
import type { TaskConfig } from '@orch/driver-api';
import type { HostConfig } from 'dockerode';
import { containerCapabilities } from '../engine/capabilities.ts';
import { deniedError } from '../engine/errors.ts';
import type { DockerNodeConfig } from '../node-config.ts';
import { deviceSettings } from './devices.ts';
import { securityOptions } from './security-options.ts';
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
    ...(await deviceSettings(block, node)),
    ...runtime(block, node),
  };
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

function runtime(block: TaskBlock, node: DockerNodeConfig): HostConfig {
  const Runtime = block.text('runtime');
  if (Runtime === undefined) return {};
  if (!node.allowedRuntimes.includes(Runtime)) {
    const hint = 'Add it to allow_runtimes in plugin "docker" of the node.';
    throw deniedError(['runtime'], `this node does not allow the runtime "${Runtime}"`, hint);
  }
  return { Runtime };
}
