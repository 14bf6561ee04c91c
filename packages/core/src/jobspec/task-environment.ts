// The environment of a task: NOMAD_* variables, metadata, the job's own variables, in their order of precedence.

import type { Allocation } from '../model/allocation.ts';
import { allocationIndex } from '../model/allocation.ts';
import { shortId } from '../model/ids.ts';
import type { Job } from '../model/job.ts';
import type { AllocatedPort, AllocationNetworkStatus } from '../model/network.ts';
import type { Node } from '../model/node.ts';
import type { AllocatedTaskResources } from '../model/resources.ts';
import type { Task } from '../model/task.ts';
import type { TaskGroup } from '../model/task-group.ts';
import { type InterpolationValues, interpolate } from './interpolate.ts';

/** Absolute paths of a task's directories. */
export interface EnvironmentPaths {
  /** Shared between the group's tasks. */
  readonly alloc: string;
  readonly local: string;
  readonly secrets: string;
}

export interface TaskEnvironmentInput {
  readonly allocation: Pick<Allocation, 'id' | 'name' | 'namespace'>;
  readonly job: Job;
  readonly group: TaskGroup;
  readonly task: Task;
  readonly node: Pick<Node, 'id' | 'name' | 'datacenter' | 'nodeClass' | 'nodePool' | 'attributes' | 'meta'>;
  readonly resources: AllocatedTaskResources;
  readonly ports: readonly AllocatedPort[];
  /** What the group's network got; absent in host mode. */
  readonly network?: AllocationNetworkStatus;
  /** As the task sees them. */
  readonly taskPaths: EnvironmentPaths;
  /** As the node sees them. */
  readonly hostPaths: EnvironmentPaths;
  /** Where the group's other tasks are reached: 127.0.0.1, in a virtual machine 10.0.2.2. */
  readonly groupAddress: string;
  /** The agent's own environment, as far as tasks may see it. Used only for names that nothing else sets. */
  readonly hostEnvironment?: Readonly<Record<string, string>>;
  /** Set by hooks (devices, templates): wins over the job's own variables. */
  readonly hookEnvironment?: Readonly<Record<string, string>>;
  readonly parentCgroup?: string;
  /** Of a dispatched or periodic job. */
  readonly parentJobId?: string;
}

export interface TaskEnvironment {
  /** What the task gets: in-task paths. */
  readonly env: Readonly<Record<string, string>>;
  /** The same with the node's paths: for fields that name files on the node. */
  readonly hostEnv: Readonly<Record<string, string>>;
  /** For `interpolate` of the task's fields. */
  readonly values: InterpolationValues;
  readonly hostValues: InterpolationValues;
}

/**
 * Builds both variants. Later wins: NOMAD_* and ORCH_*, task metadata, the host's environment (only where unset), the
 * task's `env`, hooks. Source: NOMAD.md "NOMAD_* task env vars" and "Env precedence".
 */
export function buildTaskEnvironment(input: TaskEnvironmentInput): TaskEnvironment {
  const shared = { ...identity(input), ...limits(input), ...portVariables(input), ...metaVariables(input) };
  const env = complete(input, shared, input.taskPaths);
  const hostEnv = complete(input, shared, input.hostPaths);
  const nodeValues = nodeReferences(input);
  return { env, hostEnv, values: { ...nodeValues, env }, hostValues: { ...nodeValues, env: hostEnv } };
}

function complete(
  input: TaskEnvironmentInput,
  shared: Readonly<Record<string, string>>,
  paths: EnvironmentPaths,
): Record<string, string> {
  const base: Record<string, string> = {
    ...input.hostEnvironment,
    NOMAD_ALLOC_DIR: paths.alloc,
    NOMAD_TASK_DIR: paths.local,
    NOMAD_SECRETS_DIR: paths.secrets,
    ...shared,
  };
  const values: InterpolationValues = { ...nodeReferences(input), env: base };
  const own = Object.entries(input.task.env).map(([key, value]) => [
    cleanKey(interpolate(key, values)),
    interpolate(value, values),
  ]);
  return { ...base, ...(Object.fromEntries(own) as Record<string, string>), ...input.hookEnvironment };
}

/** `${node.…}`, `${attr.…}`, `${meta.…}`. */
export function nodeReferences(input: Pick<TaskEnvironmentInput, 'node' | 'job'>): Omit<InterpolationValues, 'env'> {
  const { node, job } = input;
  return {
    node: {
      'unique.id': node.id,
      'unique.name': node.name,
      datacenter: node.datacenter,
      class: node.nodeClass,
      pool: node.nodePool,
      region: job.region,
    },
    attributes: node.attributes,
    meta: node.meta,
  };
}

function identity(input: TaskEnvironmentInput): Record<string, string> {
  const { allocation, job, group, task, node } = input;
  const optional = {
    ...(input.parentJobId === undefined ? {} : { NOMAD_JOB_PARENT_ID: input.parentJobId }),
    ...(input.parentCgroup === undefined ? {} : { NOMAD_PARENT_CGROUP: input.parentCgroup }),
  };
  return {
    NOMAD_ALLOC_ID: allocation.id,
    NOMAD_SHORT_ALLOC_ID: shortId(allocation.id),
    NOMAD_ALLOC_NAME: allocation.name,
    NOMAD_ALLOC_INDEX: String(allocationIndex(allocation.name)),
    NOMAD_TASK_NAME: task.name,
    NOMAD_GROUP_NAME: group.name,
    NOMAD_JOB_ID: job.id,
    NOMAD_JOB_NAME: job.name,
    NOMAD_DC: node.datacenter,
    NOMAD_NAMESPACE: allocation.namespace,
    NOMAD_REGION: job.region,
    ORCH_GROUP_ADDRESS: input.groupAddress,
    ...optional,
  };
}

function limits({ resources }: TaskEnvironmentInput): Record<string, string> {
  const { cpuMhz, cores, memoryMiB, memoryMaxMiB } = resources;
  return {
    NOMAD_CPU_LIMIT: String(cpuMhz),
    NOMAD_MEMORY_LIMIT: String(memoryMiB),
    ...(memoryMaxMiB === undefined ? {} : { NOMAD_MEMORY_MAX_LIMIT: String(memoryMaxMiB) }),
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
function portVariables({ ports, network }: TaskEnvironmentInput): Record<string, string> {
  const env: Record<string, string> = {};
  for (const { label, value, to, hostIp } of ports) {
    const name = cleanName(label);
    const inside = String(to > 0 ? to : value);
    env[`NOMAD_IP_${name}`] = hostIp;
    env[`NOMAD_PORT_${name}`] = inside;
    env[`NOMAD_ADDR_${name}`] = joinAddress(hostIp, value);
    env[`NOMAD_HOST_IP_${name}`] = hostIp;
    env[`NOMAD_HOST_PORT_${name}`] = String(value);
    env[`NOMAD_HOST_ADDR_${name}`] = joinAddress(hostIp, value);
    env[`NOMAD_ALLOC_PORT_${name}`] = inside;
    if (network === undefined || network.address === '') continue;
    env[`NOMAD_ALLOC_INTERFACE_${name}`] = network.interfaceName;
    env[`NOMAD_ALLOC_IP_${name}`] = network.address;
    env[`NOMAD_ALLOC_ADDR_${name}`] = joinAddress(network.address, Number(inside));
  }
  return env;
}

function joinAddress(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

/** Each key as written and in upper case; the task's metadata wins over the group's, and that over the job's. */
function metaVariables({ job, group, task }: TaskEnvironmentInput): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [key, value] of Object.entries({ ...job.meta, ...group.meta, ...task.meta })) {
    env[`NOMAD_META_${cleanName(key)}`] = value;
    env[`NOMAD_META_${cleanName(key).toUpperCase()}`] = value;
  }
  return env;
}

const CLEANED = ['NOMAD_ADDR_', 'NOMAD_IP_', 'NOMAD_PORT_', 'NOMAD_HOST_PORT_', 'NOMAD_META_'];

/** Only names with one of Nomad's prefixes are cleaned; others are the user's own affair. */
export function cleanKey(key: string): string {
  const prefix = CLEANED.find((candidate) => key.startsWith(candidate));
  return prefix === undefined ? key : prefix + cleanName(key.slice(prefix.length));
}

function cleanName(name: string): string {
  return name.replace(/[^A-Za-z0-9_.]/g, '_');
}
