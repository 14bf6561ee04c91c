// What the driver is handed for one attempt: the task's block, resolved against its allocation and its node.

import type { Driver, JsonObject, JsonValue, TaskConfig, TaskNetwork, TaskPort } from '@orch/driver-api';
import type { AllocatedPort } from '../../model/network.ts';
import type { GroupNetworkStatus } from '../network/group-networks.ts';
import { type TaskContext, taskBlock } from './task-context.ts';
import type { TaskEnvironment } from './task-environment.ts';

const mebibyte = 1_048_576;

/** The id of one attempt: the driver's idempotency key. */
export function driverTaskId(allocationId: string, taskName: string, attempt: number): string {
  return `${allocationId}/${taskName}/${attempt}`;
}

export function buildEnvironment(context: TaskContext, driver: Driver): TaskEnvironment {
  const { allocation, job, group } = context.facts();
  const directories = context.layout.task(context.taskName);
  const paths =
    driver.capabilities.taskPaths === 'host'
      ? { shared: directories.shared, local: directories.local, secrets: directories.secrets }
      : driver.capabilities.taskPaths;
  const network = context.network();
  return context.buildEnvironment({
    allocation,
    job,
    group,
    task: taskBlock(context),
    node: context.node(),
    paths,
    hostPaths: directories,
    ...(network === undefined || network.kind === 'host' ? {} : { networkStatus: network }),
    groupAddress: groupAddress(driver, network),
  });
}

/** In the node's own network siblings are on its loopback; the driver knows only about a namespace of the group. */
function groupAddress(driver: Driver, network: GroupNetworkStatus | undefined): string {
  const inVm = driver.capabilities.isolation === 'vm';
  return network?.kind === 'namespace' || inVm ? driver.capabilities.groupAddress : '127.0.0.1';
}

export function buildTaskConfig(context: TaskContext, environment: TaskEnvironment, attempt: number): TaskConfig {
  const { allocation, job, group } = context.facts();
  const task = taskBlock(context);
  const node = context.node();
  const directories = context.layout.task(task.name);
  const given = allocation.resources.tasks[task.name] ?? task.resources;
  const cores = Array.isArray(given.cores) ? { cores: given.cores as readonly number[] } : {};
  return {
    id: driverTaskId(allocation.id, task.name, attempt),
    name: task.name,
    allocationId: allocation.id,
    allocationName: allocation.name,
    namespace: allocation.namespace,
    jobId: job.id,
    jobName: job.name,
    groupName: group.name,
    nodeName: node.name,
    ...(task.user === undefined ? {} : { user: environment.interpolate(task.user) }),
    env: environment.env,
    config: interpolateValue(task.config as JsonObject, environment) as JsonObject,
    resources: {
      cpuMhz: given.cpuMhz,
      nodeCpuMhz: node.resources.cpuMhz,
      ...cores,
      memoryMiB: given.memoryMiB,
      ...(given.memoryMaxMiB === undefined ? {} : { memoryMaxMiB: given.memoryMaxMiB }),
    },
    directories: {
      allocation: directories.allocation,
      shared: directories.shared,
      task: directories.task,
      local: directories.local,
      secrets: directories.secrets,
      driver: directories.driver,
    },
    mounts: [],
    network: taskNetwork(context.network(), allocation.resources.shared.ports, environment),
    logs: {
      dir: context.layout.logs,
      disabled: task.logs.disabled,
      maxFiles: task.logs.maxFiles,
      maxFileBytes: task.logs.maxFileSizeMb * mebibyte,
    },
    ...(task.killSignal === undefined ? {} : { killSignal: task.killSignal }),
  };
}

function taskNetwork(
  status: GroupNetworkStatus | undefined,
  allocated: readonly AllocatedPort[],
  environment: TaskEnvironment,
): TaskNetwork {
  const ports = allocated.map(taskPort);
  const hostname = status?.hostname === undefined ? {} : { hostname: environment.interpolate(status.hostname) };
  const dns = status?.dns === undefined ? {} : { dns: status.dns };
  if (status === undefined || status.kind === 'host') return { kind: 'host', ports, ...dns, ...hostname };
  if (status.namespacePath === undefined) return { kind: 'none', ...hostname };
  return { kind: 'namespace', path: status.namespacePath, ports, ...dns, ...hostname };
}

function taskPort(port: AllocatedPort): TaskPort {
  return { label: port.label, hostIp: port.hostIp, hostPort: port.value, to: port.to > 0 ? port.to : port.value };
}

function interpolateValue(value: JsonValue | undefined, environment: TaskEnvironment): JsonValue | undefined {
  if (typeof value === 'string') return environment.interpolate(value);
  if (Array.isArray(value)) return value.map((item) => interpolateValue(item, environment) ?? null);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as JsonObject);
  return Object.fromEntries(entries.map(([key, inner]) => [key, interpolateValue(inner, environment)]));
}
