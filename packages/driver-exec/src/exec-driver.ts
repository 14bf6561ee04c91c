// Driver exec: host programs in namespaces and a root of their own, as an unprivileged user.
import type { Driver, DriverOptions, TaskConfig } from '@orch/driver-api';
import { API_VERSION } from '@orch/driver-api';
import type { HostPlan } from '@orch/executor';
import {
  chooseIsolation,
  chooseTaskUser,
  guardDeniedIds,
  hostDriver,
  taskChroot,
  taskLaunch,
  withoutIsolation,
} from '@orch/executor';
import { DRIVER_VERSION, type ExecDriverDependencies, steadyFingerprint } from './host-driver-parts.ts';
import { type ExecNodeConfig, parseExecNodeConfig } from './node-config.ts';
import { EXEC_SCHEMA, readCommand, readWorkDir } from './task-config.ts';

/** @throws DriverError `invalid-config` for a wrong node configuration */
export function createExecDriver(options: DriverOptions, { executor }: ExecDriverDependencies): Driver {
  const node = parseExecNodeConfig(options);
  return hostDriver({
    info: { name: 'exec', version: DRIVER_VERSION, apiVersion: API_VERSION },
    capabilities: {
      signals: true,
      exec: true,
      isolation: 'chroot',
      networks: ['namespace', 'host', 'none'],
      mounts: true,
      groupAddress: '127.0.0.1',
      taskPaths: { shared: '/alloc', local: '/local', secrets: '/secrets' },
    },
    configSchema: EXEC_SCHEMA,
    executor,
    defaultKillSignal: 'SIGINT',
    fingerprint: (call) =>
      steadyFingerprint(withoutIsolation(executor) ?? { health: 'healthy', description: '', attributes: {} }, call),
    plan: (task) => planExec(task, node),
  });
}

/** Pure but for the user database. @throws DriverError */
export function planExec(task: TaskConfig, node: ExecNodeConfig): HostPlan {
  const { command, args } = readCommand(task, EXEC_SCHEMA);
  const user = task.user ?? 'nobody';
  const { denied } = chooseTaskUser(user, node.users);
  const isolation = chooseIsolation('exec', task.config, node.isolation);
  guardDeniedIds(isolation.capabilities, denied, 'exec');
  return {
    launch: {
      ...taskLaunch(task, node.isolation.pidsMax),
      argv: [inTaskPath(command), ...args],
      cwd: readWorkDir(task.config) ?? '/',
      user,
      isolation: taskChroot(task, { ...isolation, deniedIds: denied }),
    },
  };
}

/** `local/server` means /local/server, whatever the working directory. */
function inTaskPath(command: string): string {
  return command.includes('/') && !command.startsWith('/') ? `/${command}` : command;
}
