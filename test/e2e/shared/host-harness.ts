// What the conformance harnesses of host process drivers share: an executor, task directories, logs, leftovers.

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Driver, DriverLog, JsonObject, TaskConfig } from '@orch/driver-api';
import { type ConformanceHarness, makeTaskConfig, type TaskKind } from '@orch/driver-api/testing';
import { createExecutor, type Executor } from '@orch/executor';

export const silentDriverLog: DriverLog = { debug() {}, info() {}, warn() {}, error() {} };

export interface HostHarness extends ConformanceHarness {
  readonly root: string;
  readonly executor: Executor;
  task(config: JsonObject, overrides?: Partial<TaskConfig>): Promise<TaskConfig>;
}

export interface HostHarnessOptions {
  readonly name: string;
  createDriver(executor: Executor, stateDir: string): Driver;
  /** `config` of a kind, or undefined when the driver cannot have such a task. Files go into the task's directories. */
  configOf(kind: TaskKind, task: TaskConfig): Promise<JsonObject | undefined> | JsonObject | undefined;
  readonly overrides?: Partial<TaskConfig>;
  readonly stepTimeoutMs?: number;
}

export async function createHostHarness(options: HostHarnessOptions): Promise<HostHarness> {
  const suffix = randomBytes(4).toString('hex');
  const root = await mkdtemp(join(tmpdir(), `orch-${options.name}-`));
  // Unprivileged tasks pass through it.
  await chmod(root, 0o755);
  const cgroupParent = `orch-e2e-${suffix}`;
  const executor = await createExecutor({ stateDir: join(root, 'executor'), cgroupParent });
  let made = 0;
  const task = async (config: JsonObject, overrides: Partial<TaskConfig> = {}) => {
    made += 1;
    const full = makeTaskConfig(`${suffix}-${made}/work/0`, join(root, `alloc-${made}`), {
      config,
      ...options.overrides,
      ...overrides,
    });
    const { shared, task: own, local, secrets, driver } = full.directories;
    for (const directory of [shared, own, local, secrets, driver, full.logs.dir])
      await mkdir(directory, { recursive: true });
    return full;
  };
  return {
    root,
    executor,
    task,
    ...(options.stepTimeoutMs === undefined ? {} : { stepTimeoutMs: options.stepTimeoutMs }),
    createDriver: () => options.createDriver(executor, join(root, 'state')),
    async makeTask(kind, overrides) {
      const draft = await task({}, overrides);
      const config = await options.configOf(kind, draft);
      return config === undefined ? undefined : { ...draft, config };
    },
    async readLog({ logs, name }, stream) {
      const prefix = `${name}.${stream}.`;
      const files = readdirSync(logs.dir).filter((file) => file.startsWith(prefix));
      const sorted = files.sort(
        (left, right) => Number(left.slice(prefix.length)) - Number(right.slice(prefix.length)),
      );
      return sorted.map((file) => readFileSync(join(logs.dir, file), 'utf8')).join('');
    },
    async listLeftovers() {
      return [...tasksIn(cgroupParent), ...mountsIn(root)];
    },
    async cleanup() {
      await executor.close();
      for (const mount of mountsIn(root)) execFileSync('umount', ['-l', mount]);
      await rm(root, { recursive: true, force: true });
      const hierarchies = readdirSync('/sys/fs/cgroup').map((name) => join('/sys/fs/cgroup', name, cgroupParent));
      for (const directory of hierarchies)
        if (existsSync(directory))
          execFileSync('find', [directory, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', '+']);
    },
  };
}

/** Control groups of tasks that still hold a process. */
function tasksIn(parent: string): readonly string[] {
  return readdirSync('/sys/fs/cgroup').flatMap((hierarchy) => {
    const own = join('/sys/fs/cgroup', hierarchy, parent);
    if (!existsSync(own)) return [];
    return readdirSync(own, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.name === 'cgroup.procs' && !entry.parentPath.endsWith('/supervisors'))
      .map((entry) => join(entry.parentPath, entry.name))
      .flatMap((file) =>
        readFileSync(file, 'utf8')
          .split('\n')
          .filter((pid) => pid !== '')
          .map((pid) => `${file}: ${pid} ${commandOf(pid).slice(0, 100)}`),
      );
  });
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // It ended meanwhile.
    return '(gone)';
  }
}

function mountsIn(root: string): readonly string[] {
  return readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${root}/alloc-`))
    .reverse();
}
