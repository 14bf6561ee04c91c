// How a container meets the network: the group's namespace, or a network of the engine with published ports.
import type { TaskConfig, TaskPort } from '@orch/driver-api';
import type { ContainerCreateOptions, HostConfig, MountSettings } from 'dockerode';
import type { TaskBlock } from '../container/task-config.ts';
import { configError, deniedError } from '../engine/errors.ts';
import { nameFileMounts, taskDns } from './name-files.ts';

export interface NetworkPlan {
  /** Namespace to enter through a door, with the host name the door gives; absent = the engine makes the network. */
  readonly join?: { readonly path: string; readonly hostname: string };
  readonly host: HostConfig;
  readonly container: Pick<ContainerCreateOptions, 'Hostname' | 'ExposedPorts' | 'NetworkingConfig'>;
  readonly mounts: readonly MountSettings[];
  /** Set when the container gets an address of its own that the agent must learn. */
  readonly ports?: Readonly<Record<string, number>>;
}

const NO_DNS = { servers: [], searches: [], options: [] };

/** @throws DriverError `invalid-config`, `denied` */
export async function planNetwork(task: TaskConfig, block: TaskBlock): Promise<NetworkPlan> {
  const { network } = task;
  const mode = block.text('network_mode');
  if (mode?.startsWith('container:') === true) {
    const hint = 'Put both tasks into one group with network { mode = "bridge" }.';
    throw deniedError(['network_mode'], "a task may not join another container's network", hint);
  }
  if (mode !== undefined && !/^[a-zA-Z0-9][\w.-]*$/.test(mode)) {
    throw configError(['network_mode'], `"${mode}" is not the name of a network`);
  }
  switch (network.kind) {
    case 'namespace':
      return planNamespace(task, block, network);
    case 'none':
      if (mode !== undefined && mode !== 'none') {
        throw configError(['network_mode'], `the group has no network, so network_mode cannot be "${mode}"`);
      }
      return { host: { NetworkMode: 'none' }, container: hostname(block, network.hostname), mounts: [] };
    case 'host':
      return planEngineNetwork(task, block, mode ?? 'default');
  }
}

async function planNamespace(
  task: TaskConfig,
  block: TaskBlock,
  network: Extract<TaskConfig['network'], { kind: 'namespace' }>,
): Promise<NetworkPlan> {
  for (const field of ['network_mode', 'network_aliases', 'ipv4_address', 'ipv6_address']) {
    if (block.has(field)) {
      const hint = `Remove it: the task lives in its group's network.`;
      throw configError([field], `${field} cannot be used in a group that has its own network`, hint);
    }
  }
  selectPorts(block, network.ports);
  const short = `${task.groupName}-${task.allocationId.slice(0, 8)}`.replace(/[^a-zA-Z0-9.-]/g, '-');
  const name = oneWord(network.hostname ?? block.text('hostname') ?? short);
  const mounts = await nameFileMounts(task, name, taskDns(block, network.dns), block.texts('extra_hosts'));
  return { join: { path: network.path, hostname: name.slice(0, 63) }, host: {}, container: {}, mounts };
}

function planEngineNetwork(task: TaskConfig, block: TaskBlock, mode: string): NetworkPlan {
  const network = task.network.kind === 'host' ? task.network : { ports: [], dns: NO_DNS };
  const ports = selectPorts(block, network.ports);
  const dns = taskDns(block, network.dns);
  const extra = block.texts('extra_hosts');
  const publishes = mode !== 'host' && mode !== 'none';
  const PortBindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  const ExposedPorts: Record<string, Record<string, never>> = {};
  for (const port of publishes ? ports : []) {
    for (const protocol of ['tcp', 'udp']) {
      const key = `${port.to}/${protocol}`;
      ExposedPorts[key] = {};
      PortBindings[key] = [...(PortBindings[key] ?? []), { HostIp: port.hostIp, HostPort: String(port.hostPort) }];
    }
  }
  const host: HostConfig = {
    NetworkMode: mode,
    ...(ports.length > 0 && publishes ? { PortBindings } : {}),
    ...(dns.servers.length > 0 ? { Dns: [...dns.servers] } : {}),
    ...(dns.searches.length > 0 ? { DnsSearch: [...dns.searches] } : {}),
    ...(dns.options.length > 0 ? { DnsOptions: [...dns.options] } : {}),
    ...(extra.length > 0 ? { ExtraHosts: [...extra] } : {}),
  };
  return {
    host,
    mounts: [],
    container: {
      ...(mode === 'host' ? {} : hostname(block, task.network.hostname)),
      ...(ports.length > 0 && publishes ? { ExposedPorts } : {}),
      ...endpointSettings(block, mode),
    },
    ...(publishes ? { ports: Object.fromEntries(ports.map((port) => [port.label, port.to])) } : {}),
  };
}

/** Addresses and aliases exist only in networks the user made in the engine. */
function endpointSettings(block: TaskBlock, mode: string): Pick<ContainerCreateOptions, 'NetworkingConfig'> {
  const aliases = block.texts('network_aliases');
  const ipv4 = block.text('ipv4_address');
  const ipv6 = block.text('ipv6_address');
  if (aliases.length === 0 && ipv4 === undefined && ipv6 === undefined) return {};
  if (['default', 'bridge', 'host', 'none'].includes(mode)) {
    const field = aliases.length > 0 ? 'network_aliases' : ipv4 === undefined ? 'ipv6_address' : 'ipv4_address';
    throw configError([field], `${field} needs network_mode to name a network of the engine`);
  }
  const IPAMConfig = {
    ...(ipv4 === undefined ? {} : { IPv4Address: ipv4 }),
    ...(ipv6 === undefined ? {} : { IPv6Address: ipv6 }),
  };
  return { NetworkingConfig: { EndpointsConfig: { [mode]: { Aliases: [...aliases], IPAMConfig } } } };
}

function hostname(block: TaskBlock, group: string | undefined): { Hostname?: string } {
  const name = block.text('hostname') ?? group;
  return name === undefined ? {} : { Hostname: oneWord(name) };
}

/** It becomes a word of /etc/hosts. */
function oneWord(name: string): string {
  if (/^[^\s\p{Cc}]+$/u.test(name)) return name;
  throw configError(
    ['hostname'],
    `${JSON.stringify(name)} is not a host name`,
    'Use letters, digits, dots and dashes.',
  );
}

function selectPorts(block: TaskBlock, ports: readonly TaskPort[]): readonly TaskPort[] {
  return block.texts('ports').map((label, index) => {
    const port = ports.find((each) => each.label === label);
    if (port !== undefined) return port;
    const hint = `The group has: ${ports.map((each) => each.label).join(', ') || 'no ports'}.`;
    throw configError(['ports', String(index)], `the group has no port "${label}"`, hint);
  });
}
