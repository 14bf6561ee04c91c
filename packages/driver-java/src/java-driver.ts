// Driver java: a jar or class on the host's Java runtime, isolated as driver exec isolates.

import { resolve } from 'node:path';
import {
  API_VERSION,
  type CallOptions,
  type Driver,
  DriverError,
  type DriverOptions,
  type Fingerprint,
  type TaskConfig,
} from '@orch/driver-api';
import {
  type ChrootIsolation,
  chooseIsolation,
  chooseTaskUser,
  DENIED_ID_OPTIONS,
  type Executor,
  findProgram,
  guardDeniedIds,
  hostDriver,
  ISOLATION_OPTIONS,
  type NodeIsolation,
  type NodeUsers,
  programChanges,
  type RootView,
  readNodeIsolation,
  readNodeUsers,
  refuseUnknownOptions,
  resolveInRoot,
  taskChroot,
  taskLaunch,
  withoutIsolation,
} from '@orch/executor';
import { configSchema, javaArguments, readTaskConfig } from './config.ts';
import { parseJavaVersion } from './java-version.ts';

export interface JavaDriverDependencies {
  /** Not closed by the driver: it is shared with others. */
  readonly executor: Executor;
}

const installHint = 'install openjdk-17-jre-headless (or another Java runtime) on the node';

/** @throws DriverError `invalid-config` for a wrong node configuration. */
export function createJavaDriver(options: DriverOptions, { executor }: JavaDriverDependencies): Driver {
  refuseUnknownOptions('java', options.config, [...ISOLATION_OPTIONS, ...DENIED_ID_OPTIONS]);
  const node = { isolation: readNodeIsolation(options.config), users: readNodeUsers('java', options) };
  return hostDriver({
    info: { name: 'java', version: '0.1.0', apiVersion: API_VERSION },
    capabilities: {
      signals: true,
      exec: true,
      isolation: 'chroot',
      networks: ['namespace', 'host', 'none'],
      mounts: true,
      groupAddress: '127.0.0.1',
      taskPaths: { shared: '/alloc', local: '/local', secrets: '/secrets' },
    },
    configSchema,
    executor,
    defaultKillSignal: 'SIGTERM',
    fingerprint: (call) => fingerprintJava(executor, call),
    plan: (task) => planJava(task, node),
  });
}

/**
 * The jar is looked for as the task will see it, so that a typing error is said before a JVM starts, and no link of a
 * task tells what is on the host.
 */
function requireJar(view: RootView, path: string, workDir: string): void {
  const absolute = resolve(workDir, path);
  if (/^\/(usr|lib|lib64|bin|sbin|etc|opt)\//.test(absolute)) return;
  if (resolveInRoot(view, absolute) !== undefined) return;
  throw new DriverError('not-found', `jar_path "${path}" does not exist in the task`, {
    path: ['jar_path'],
    hint: 'fetch it with an artifact block; it lands in local/',
  });
}

interface JavaNode {
  readonly isolation: NodeIsolation;
  readonly users: NodeUsers;
}

/** Who a task is and how it is shut off. Pure but for the user database. @throws DriverError */
export function javaBoundary(
  task: TaskConfig,
  node: JavaNode,
): { readonly user: string; readonly isolation: ChrootIsolation } {
  const user = task.user ?? 'nobody';
  const { denied } = chooseTaskUser(user, node.users);
  const isolation = chooseIsolation('java', task.config, node.isolation);
  guardDeniedIds(isolation.capabilities, denied, 'java');
  return { user, isolation: taskChroot(task, { ...isolation, deniedIds: denied }) };
}

function planJava(task: TaskConfig, node: JavaNode) {
  const config = readTaskConfig(task.config);
  const boundary = javaBoundary(task, node);
  if (config.jarPath !== undefined) requireJar(boundary.isolation, config.jarPath, config.workDir);
  const java = findProgram('java');
  if (java === undefined)
    throw new DriverError('runtime-unavailable', 'there is no java on this node', {
      hint: installHint,
      recoverable: true,
    });
  const { memoryMaxMiB, memoryMiB } = task.resources;
  return {
    launch: {
      ...taskLaunch(task, node.isolation.pidsMax),
      argv: javaArguments(java, config, memoryMaxMiB ?? memoryMiB),
      cwd: config.workDir,
      ...boundary,
    },
  };
}

/** Again after each change of the program `java` in the usual directories. */
async function* fingerprintJava(executor: Executor, { signal }: CallOptions): AsyncGenerator<Fingerprint> {
  for await (const _ of programChanges((name) => name === 'java', signal)) yield await probe(executor);
}

async function probe(executor: Executor): Promise<Fingerprint> {
  const missing = withoutIsolation(executor);
  if (missing !== undefined) return missing;
  const java = findProgram('java');
  if (java === undefined) return { health: 'undetected', description: `no java found; ${installHint}`, attributes: {} };
  const { exitCode, stdout, stderr } = await executor.run({ argv: [java, '-version'], timeoutMs: 30_000 });
  const found = parseJavaVersion(stderr + stdout);
  if (exitCode !== 0 || found === undefined)
    return {
      health: 'unhealthy',
      description: `${java} -version failed: ${stderr.trim().split('\n')[0] ?? `exit code ${exitCode}`}`,
      attributes: {},
    };
  return {
    health: 'healthy',
    description: '',
    attributes: {
      'driver.java.version': found.version,
      'driver.java.runtime': found.runtime,
      'driver.java.vm': found.vm,
    },
  };
}
