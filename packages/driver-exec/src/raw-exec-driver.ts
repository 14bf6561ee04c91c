// Driver raw_exec: host programs without isolation. Off unless the node enables it.
import type { Driver, DriverOptions, TaskConfig } from '@orch/driver-api';
import { API_VERSION, DriverError } from '@orch/driver-api';
import type { HostPlan } from '@orch/executor';
import { chooseTaskUser, hostDriver, readStrings, taskLaunch } from '@orch/executor';
import { DRIVER_VERSION, type ExecDriverDependencies, steadyFingerprint } from './host-driver-parts.ts';
import { isDeniedVariable, parseRawExecNodeConfig, type RawExecNodeConfig } from './node-config.ts';
import { RAW_EXEC_SCHEMA, readCommand, readWorkDir } from './task-config.ts';

/** @throws DriverError `invalid-config` for a wrong node configuration */
export function createRawExecDriver(options: DriverOptions, { executor }: ExecDriverDependencies): Driver {
  const node = parseRawExecNodeConfig(options);
  const fingerprint = node.enabled
    ? ({ health: 'healthy', description: '', attributes: {} } as const)
    : ({
        health: 'undetected',
        description: 'raw_exec is disabled on this node; set enabled = true for it in the agent configuration',
        attributes: {},
      } as const);
  return hostDriver({
    info: { name: 'raw_exec', version: DRIVER_VERSION, apiVersion: API_VERSION },
    capabilities: {
      signals: true,
      exec: true,
      isolation: 'none',
      networks: ['namespace', 'host', 'none'],
      mounts: false,
      groupAddress: '127.0.0.1',
      taskPaths: 'host',
    },
    configSchema: RAW_EXEC_SCHEMA,
    executor,
    defaultKillSignal: 'SIGINT',
    fingerprint: (call) => steadyFingerprint(fingerprint, call),
    plan: (task) => planRawExec(task, node),
  });
}

/** Pure but for the user database. @throws DriverError */
export function planRawExec(task: TaskConfig, node: RawExecNodeConfig): HostPlan {
  if (!node.enabled) {
    throw new DriverError('denied', 'raw_exec is disabled on this node', {
      hint: 'set enabled = true for driver raw_exec in the agent configuration, or use driver exec',
    });
  }
  const { command, args } = readCommand(task, RAW_EXEC_SCHEMA);
  if (task.mounts.length > 0) throw new DriverError('invalid-config', 'raw_exec tasks cannot have volume mounts');
  const user = task.user ?? 'root';
  chooseTaskUser(user, node.users);
  const denied = [...node.deniedVariables, ...(readStrings(task.config, 'denied_envvars') ?? [])];
  const env = Object.fromEntries(Object.entries(task.env).filter(([name]) => !isDeniedVariable(name, denied)));
  const launch = taskLaunch(task);
  return {
    launch: {
      ...launch,
      env,
      limits: { ...launch.limits, oomScoreAdj: readScore(task) },
      argv: [hostCommand(task, command), ...args],
      cwd: readWorkDir(task.config) ?? task.directories.task,
      user,
      isolation: { kind: 'host', reach: task.directories.allocation },
    },
  };
}

/** `local/server` means the task directory's, whatever the working directory. */
function hostCommand(task: TaskConfig, command: string): string {
  return command.includes('/') && !command.startsWith('/') ? `${task.directories.task}/${command}` : command;
}

function readScore(task: TaskConfig): number {
  const value = task.config['oom_score_adj'] ?? 0;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 1000) {
    throw new DriverError('invalid-config', 'oom_score_adj must be a whole number from 0 to 1000', {
      path: ['oom_score_adj'],
    });
  }
  return value;
}
