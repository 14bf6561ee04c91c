// The variables that tell a task about itself: NOMAD_* and ORCH_*.

import { type Allocation, allocationIndex } from '../model/allocation.ts';
import { shortId } from '../model/ids.ts';
import type { Job } from '../model/job.ts';
import type { AllocatedPort, AllocationNetworkStatus } from '../model/network.ts';
import type { Node } from '../model/node.ts';
import type { AllocatedTaskResources } from '../model/resources.ts';
import type { TaskGroup } from '../model/task-group.ts';
import { cleanName } from './interpolate.ts';

type Variables = Record<string, string>;

/** What is the same for all tasks of an allocation. */
export interface GroupVariablesInput {
  readonly allocation: Pick<Allocation, 'id' | 'name' | 'namespace'>;
  readonly job: Job;
  readonly group: TaskGroup;
  readonly node: Pick<Node, 'id' | 'name' | 'datacenter' | 'nodeClass' | 'nodePool' | 'attributes' | 'meta'>;
  readonly ports: readonly AllocatedPort[];
  /** What the group's network got; absent in host mode and before it is set up. */
  readonly network?: AllocationNetworkStatus;
  /** The cgroup that all tasks of the node are made in. */
  readonly parentCgroup?: string;
  /** Of a dispatched or periodic job. */
  readonly parentJobId?: string;
}

/** Who the allocation is, and its ports. */
export function groupVariables(input: GroupVariablesInput): Variables {
  const { allocation, job, group, node, parentJobId, parentCgroup } = input;
  return {
    NOMAD_ALLOC_ID: allocation.id,
    NOMAD_SHORT_ALLOC_ID: shortId(allocation.id),
    NOMAD_ALLOC_NAME: allocation.name,
    NOMAD_ALLOC_INDEX: String(allocationIndex(allocation.name)),
    NOMAD_GROUP_NAME: group.name,
    NOMAD_JOB_ID: job.id,
    NOMAD_JOB_NAME: job.name,
    NOMAD_DC: node.datacenter,
    NOMAD_NAMESPACE: allocation.namespace,
    NOMAD_REGION: job.region,
    ...(parentJobId === undefined ? {} : { NOMAD_JOB_PARENT_ID: parentJobId }),
    ...(parentCgroup === undefined ? {} : { NOMAD_PARENT_CGROUP: parentCgroup }),
    ...portVariables(input.ports, input.network),
    ...oldPortVariables(input),
  };
}

/** What a task may use, as far as it is limited. */
export function limitVariables({ cpuMhz, cores, memoryMiB, memoryMaxMiB }: AllocatedTaskResources): Variables {
  return {
    ...(cpuMhz === 0 ? {} : { NOMAD_CPU_LIMIT: String(cpuMhz) }),
    ...(memoryMiB === 0 ? {} : { NOMAD_MEMORY_LIMIT: String(memoryMiB) }),
    ...(memoryMaxMiB === undefined || memoryMaxMiB === 0 ? {} : { NOMAD_MEMORY_MAX_LIMIT: String(memoryMaxMiB) }),
    ...(cores === undefined || cores.length === 0 ? {} : { NOMAD_CPU_CORES: coreRanges(cores) }),
  };
}

/** `[0, 1, 2, 5]` → `0-2,5`. */
function coreRanges(cores: readonly number[]): string {
  const sorted = cores.toSorted((left, right) => left - right);
  const ranges: string[] = [];
  for (let at = 0; at < sorted.length; ) {
    let end = at;
    while (sorted[end + 1] === (sorted[end] as number) + 1) end += 1;
    ranges.push(end === at ? String(sorted[at]) : `${sorted[at]}-${sorted[end]}`);
    at = end + 1;
  }
  return ranges.join(',');
}

/**
 * For each port: IP, ADDR and HOST_* are the node's address and port; PORT and ALLOC_PORT are where the task listens;
 * ALLOC_* are the address inside the group's namespace.
 */
function portVariables(ports: readonly AllocatedPort[], network: AllocationNetworkStatus | undefined): Variables {
  const env: Variables = {};
  const hasAddress = network !== undefined && network.address !== '';
  for (const { label, value, to, hostIp } of ports) {
    const inside = to > 0 ? to : value;
    const outside = joinAddress(hostIp, value);
    const cleaned = cleanName(label);
    env[`NOMAD_IP_${cleaned}`] = hostIp;
    env[`NOMAD_PORT_${cleaned}`] = String(inside);
    env[`NOMAD_ADDR_${cleaned}`] = outside;
    env[`NOMAD_HOST_PORT_${cleaned}`] = String(value);
    // Nomad leaves labels as they are in these names, where no shell can read them: both ways.
    for (const name of new Set([label, cleaned])) {
      env[`NOMAD_HOST_IP_${name}`] = hostIp;
      env[`NOMAD_HOST_ADDR_${name}`] = outside;
      env[`NOMAD_ALLOC_PORT_${name}`] = String(inside);
      if (!hasAddress) continue;
      env[`NOMAD_ALLOC_INTERFACE_${name}`] = network.interfaceName;
      env[`NOMAD_ALLOC_IP_${name}`] = network.address;
      env[`NOMAD_ALLOC_ADDR_${name}`] = joinAddress(network.address, inside);
    }
  }
  return env;
}

/**
 * What job files from before groups had networks know the ports of their tasks by: the address by its family, and each
 * port by its task, too. All of them are the node's.
 */
function oldPortVariables(input: GroupVariablesInput): Variables {
  const env: Variables = {};
  for (const { task, label, ownLabel, value, hostIp } of oldPorts(input)) {
    env[addressName(hostIp, label)] = hostIp;
    const name = cleanName(`${task}_${ownLabel}`);
    env[`NOMAD_IP_${name}`] = hostIp;
    env[`NOMAD_PORT_${name}`] = String(value);
    env[`NOMAD_ADDR_${name}`] = joinAddress(hostIp, value);
  }
  return env;
}

/** A task's own ports by its own names, where another task of an old job file calls one of its ports the same. */
export function ownPortVariables(input: GroupVariablesInput, task: string): Variables {
  const renamed = oldPorts(input).filter((port) => port.task === task && port.ownLabel !== port.label);
  const ports = renamed.map(({ ownLabel, ...port }) => ({ ...port, label: ownLabel }));
  const addresses = ports.map(({ hostIp, label }) => [addressName(hostIp, label), hostIp] as const);
  return { ...Object.fromEntries(addresses), ...portVariables(ports, input.network) };
}

interface OldPort extends AllocatedPort {
  readonly task: string;
  /** What the task calls it. */
  readonly ownLabel: string;
}

/** The ports that came from networks of tasks. */
function oldPorts({ group, ports }: GroupVariablesInput): OldPort[] {
  const requests = group.networks.flatMap(({ reservedPorts, dynamicPorts }) => [...reservedPorts, ...dynamicPorts]);
  return requests.flatMap(({ label, task, taskLabel = label }) => {
    const port = task === undefined ? undefined : ports.find((item) => item.label === label);
    return port === undefined || task === undefined ? [] : [{ ...port, task, ownLabel: taskLabel }];
  });
}

function addressName(hostIp: string, label: string): string {
  return `NOMAD_${hostIp.includes(':') ? 'IPv6' : 'IPv4'}_${label}`;
}

function joinAddress(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

/** Each key in upper case and as written, which wins. Of equal keys the later of `metas` wins. */
export function metaVariables(metas: readonly Readonly<Record<string, string>>[]): Variables {
  const entries = Object.entries(Object.assign({}, ...metas) as Record<string, string>);
  return {
    ...Object.fromEntries(entries.map(([key, value]) => [`NOMAD_META_${key.toUpperCase()}`, value])),
    ...Object.fromEntries(entries.map(([key, value]) => [`NOMAD_META_${key}`, value])),
  };
}
