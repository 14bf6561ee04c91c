// The job language's own variables and interpolation, as the client asks for them.

import { interpolate } from '../../jobspec/interpolate.ts';
import { buildTaskEnvironment } from '../../jobspec/task-environment.ts';
import type { BuildTaskEnvironment } from './task-environment.ts';

export const languageEnvironment: BuildTaskEnvironment = (input) => {
  const { allocation, task, paths, hostPaths, networkStatus } = input;
  const given = allocation.resources.tasks[task.name];
  const { cpuMhz, memoryMiB, memoryMaxMiB } = task.resources;
  const built = buildTaskEnvironment({
    allocation,
    job: input.job,
    group: input.group,
    task,
    node: input.node,
    resources: given ?? { cpuMhz, memoryMiB, ...(memoryMaxMiB === undefined ? {} : { memoryMaxMiB }) },
    ports: allocation.resources.shared.ports,
    taskPaths: { alloc: paths.shared, local: paths.local, secrets: paths.secrets },
    hostPaths: { alloc: hostPaths.shared, local: hostPaths.local, secrets: hostPaths.secrets },
    groupAddress: input.groupAddress,
    ...(networkStatus === undefined ? {} : { network: networkStatus }),
  });
  return { env: built.env, interpolate: (text) => interpolate(text, built.values) };
};
