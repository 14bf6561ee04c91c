// Driver exec: host programs in namespaces and a root of their own, as an unprivileged user.
import type { Driver, DriverOptions, TaskConfig } from '@orch/driver-api';
import { API_VERSION, DriverError } from '@orch/driver-api';
import type { HostPlan } from '@orch/executor';
import { hostDriver, lookUpUser, taskChroot, taskLaunch } from '@orch/executor';
import { chooseCapabilities } from './capability-names.ts';
import {
  DRIVER_VERSION,
  type ExecDriverDependencies,
  refuseDeniedUser,
  steadyFingerprint,
} from './host-driver-parts.ts';
import { type ExecNodeConfig, parseExecNodeConfig } from './node-config.ts';
import { EXEC_SCHEMA, readCommand, readString, readStrings, readWorkDir } from './task-config.ts';

/** @throws DriverError `invalid-config` for a wrong node configuration */
export function createExecDriver(options: DriverOptions, { executor }: ExecDriverDependencies): Driver {
  const node = parseExecNodeConfig(options.config);
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
    fingerprint: (call) => steadyFingerprint({ health: 'healthy', description: '', attributes: {} }, call),
    plan: (task) => planExec(task, node),
  });
}

/** Pure but for the user database. @throws DriverError */
export function planExec(task: TaskConfig, node: ExecNodeConfig): HostPlan {
  const { command, args } = readCommand(task, EXEC_SCHEMA);
  const user = task.user ?? 'nobody';
  refuseDeniedUser(lookUpUser(user), node);
  const capabilities = chooseCapabilities(
    readStrings(task.config, 'cap_add'),
    readStrings(task.config, 'cap_drop'),
    node.allowedCapabilities,
  );
  return {
    launch: {
      ...taskLaunch(task),
      argv: [inTaskPath(command), ...args],
      cwd: readWorkDir(task.config) ?? '/',
      user,
      isolation: taskChroot(task, {
        pidMode: chooseMode(task, 'pid_mode', node.defaultPidMode),
        ipcMode: chooseMode(task, 'ipc_mode', node.defaultIpcMode),
        capabilities,
      }),
    },
  };
}

/** `local/server` means /local/server, whatever the working directory. */
function inTaskPath(command: string): string {
  return command.includes('/') && !command.startsWith('/') ? `/${command}` : command;
}

/** A job may ask for more privacy than the node's default, not for less. */
function chooseMode(task: TaskConfig, key: 'pid_mode' | 'ipc_mode', fallback: 'private' | 'host'): 'private' | 'host' {
  const asked = readString(task.config, key) ?? fallback;
  if (asked !== 'private' && asked !== 'host') {
    throw new DriverError('invalid-config', `${key} must be "private" or "host"`, { path: [key] });
  }
  if (asked === 'host' && fallback !== 'host') {
    throw new DriverError('denied', `this node does not allow ${key} = "host"`, {
      path: [key],
      hint: `set default_${key} = "host" for driver exec in the agent configuration`,
    });
  }
  return asked;
}
