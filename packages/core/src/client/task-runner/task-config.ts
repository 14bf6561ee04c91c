// What the driver is handed for one attempt: the task's block, resolved against its allocation and its node.

import type { Driver, JsonObject, TaskConfig, TaskNetwork, TaskPort } from '@orch/driver-api';
import type { AllocatedPort } from '../../model/network.ts';
import type { GroupNetworkStatus } from '../network/group-networks.ts';
import { interpolateDns, interpolateHostname } from '../network/interpolate-network.ts';
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
  const { isolation } = driver.capabilities;
  return context.language.task({
    allocation,
    job,
    group,
    task: taskBlock(context),
    node: context.node(),
    paths,
    hostPaths: directories,
    ...(network === undefined || network.kind === 'host' ? {} : { networkStatus: network }),
    groupAddress: groupAddress(driver, network),
    // An image brings its own variables; a machine's programs see none of these.
    seesHost: isolation === 'none' || isolation === 'chroot',
  });
}

/** In the node's own network siblings are on its loopback; the driver knows only about a namespace of the group. */
function groupAddress(driver: Driver, network: GroupNetworkStatus | undefined): string {
  const inVm = driver.capabilities.isolation === 'vm';
  return network?.kind === 'namespace' || inVm ? driver.capabilities.groupAddress : '127.0.0.1';
}

/** What hooks need of an attempt that runs, also where its block cannot be resolved any more as it was at its start. */
export type RunningTask = Pick<TaskConfig, 'id' | 'name' | 'directories' | 'logs'>;

export function runningTask(context: TaskContext, attempt: number): RunningTask {
  const task = taskBlock(context);
  const { allocation, shared, task: own, local, secrets, driver, logs } = context.layout.task(task.name);
  return {
    id: driverTaskId(context.allocationId, task.name, attempt),
    name: task.name,
    directories: { allocation, shared, task: own, local, secrets, driver },
    logs: {
      dir: logs,
      disabled: task.logs.disabled,
      maxFiles: task.logs.maxFiles,
      maxFileBytes: task.logs.maxFileSizeMb * mebibyte,
    },
  };
}

/** @throws OrchError `config-unresolved`, `value-too-large` */
export function buildTaskConfig(
  context: TaskContext,
  driver: Driver,
  environment: TaskEnvironment,
  attempt: number,
): TaskConfig {
  const { allocation, job, group } = context.facts();
  const task = taskBlock(context);
  const node = context.node();
  const given = allocation.resources.tasks[task.name] ?? task.resources;
  const cores = Array.isArray(given.cores) ? { cores: given.cores as readonly number[] } : {};
  return {
    ...runningTask(context, attempt),
    allocationId: allocation.id,
    allocationName: allocation.name,
    namespace: allocation.namespace,
    jobId: job.id,
    jobName: job.name,
    groupName: group.name,
    nodeName: node.name,
    ...(task.user === undefined ? {} : { user: environment.interpolate(task.user) }),
    env: environment.env,
    config: environment.driverConfig(task.config, driver.configSchema) as JsonObject,
    resources: {
      cpuMhz: given.cpuMhz,
      nodeCpuMhz: node.resources.cpuMhz,
      ...cores,
      memoryMiB: given.memoryMiB,
      ...(given.memoryMaxMiB === undefined ? {} : { memoryMaxMiB: given.memoryMaxMiB }),
    },
    mounts: [],
    network: taskNetwork(context.network(), allocation.resources.shared.ports, environment),
    ...(task.killSignal === undefined ? {} : { killSignal: task.killSignal }),
  };
}

function taskNetwork(
  status: GroupNetworkStatus | undefined,
  allocated: readonly AllocatedPort[],
  environment: TaskEnvironment,
): TaskNetwork {
  const ports = allocated.map(taskPort);
  const hostname =
    status?.hostname === undefined ? {} : { hostname: interpolateHostname(status.hostname, environment.interpolate) };
  const dns = status?.dns === undefined ? {} : { dns: interpolateDns(status.dns, environment.interpolate) };
  if (status === undefined || status.kind === 'host') return { kind: 'host', ports, ...dns, ...hostname };
  if (status.namespacePath === undefined) return { kind: 'none', ...hostname };
  return { kind: 'namespace', path: status.namespacePath, ports, ...dns, ...hostname };
}

function taskPort(port: AllocatedPort): TaskPort {
  return { label: port.label, hostIp: port.hostIp, hostPort: port.value, to: port.to > 0 ? port.to : port.value };
}
