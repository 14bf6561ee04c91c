// The job language's own variables and interpolation, as the client asks for them.

import { resolveDriverConfig } from '../../jobspec/driver-config.ts';
import { type InterpolationValues, interpolate } from '../../jobspec/interpolate.ts';
import { buildTaskEnvironment, groupValues } from '../../jobspec/task-environment.ts';
import type { RuntimeLanguage, TaskEnvironment, TaskEnvironmentInput } from './task-environment.ts';
import { hookFailure } from './task-hook.ts';

export interface NodeVariables {
  /** The agent's environment as far as tasks may see it. */
  readonly host: Readonly<Record<string, string>>;
  /** The cgroup all tasks are made in. */
  readonly parentCgroup?: string;
}

export function runtimeLanguage({ host, parentCgroup }: NodeVariables): RuntimeLanguage {
  const common = parentCgroup === undefined ? {} : { parentCgroup };
  return {
    task: (input) => taskEnvironment(input, { ...common, ...(input.seesHost ? { hostEnvironment: host } : {}) }),
    group({ allocation, job, group, node }) {
      const { ports } = allocation.resources.shared;
      const values = groupValues({ allocation, job, group, node, ports, ...common });
      return (text) => interpolate(text, values);
    },
  };
}

function taskEnvironment(
  input: TaskEnvironmentInput,
  ofNode: { readonly hostEnvironment?: Readonly<Record<string, string>>; readonly parentCgroup?: string },
): TaskEnvironment {
  const { allocation, job, group, node, task, paths, hostPaths, networkStatus, groupAddress } = input;
  const given = allocation.resources.tasks[task.name];
  const { cpuMhz, memoryMiB, memoryMaxMiB } = task.resources;
  const { env, values, hostValues } = buildTaskEnvironment({
    ...ofNode,
    allocation,
    job,
    group,
    task,
    node,
    resources: given ?? { cpuMhz, memoryMiB, ...(memoryMaxMiB === undefined ? {} : { memoryMaxMiB }) },
    ports: allocation.resources.shared.ports,
    taskPaths: { alloc: paths.shared, local: paths.local, secrets: paths.secrets },
    hostPaths: { alloc: hostPaths.shared, local: hostPaths.local, secrets: hostPaths.secrets },
    groupAddress,
    ...(networkStatus === undefined ? {} : { network: networkStatus }),
  });
  return {
    env,
    interpolate: (text) => interpolate(text, values),
    interpolatePath: (text) => interpolate(text, hostValues),
    driverConfig: (config, schema) => resolvedConfig(config, schema, values),
  };
}

function resolvedConfig(
  config: Parameters<TaskEnvironment['driverConfig']>[0],
  schema: Parameters<TaskEnvironment['driverConfig']>[1],
  values: InterpolationValues,
): ReturnType<TaskEnvironment['driverConfig']> {
  const { config: resolved, problems } = resolveDriverConfig(config, values, schema);
  const [first, ...more] = problems;
  if (first === undefined) return resolved;
  const others = more.length === 0 ? '' : `, and ${more.length} more in ${more.map(({ path }) => path).join(', ')}`;
  throw hookFailure('config-unresolved', `${first.path}: ${first.message}${others}`, {
    eventType: 'Failed Validation',
    recoverable: false,
    ...(first.hint === undefined ? {} : { hint: first.hint }),
  });
}
