// Set-up of the executor's own tests: a directory, an executor, launches of shell scripts.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createExecutor, defaultChrootMounts, type Executor, type LaunchHandle, type LaunchSpec } from '@orch/executor';

export interface LaunchBench {
  readonly base: string;
  readonly stateDir: string;
  readonly cgroupParent: string;
  executor: Executor;
  /** Launches `sh -c script`, isolated where the launcher can, unless `kind` says `host`. */
  sh(script: string, overrides?: Partial<LaunchSpec>, kind?: 'host' | 'chroot'): Promise<LaunchHandle>;
  spec(script: string, overrides?: Partial<LaunchSpec>, kind?: 'host' | 'chroot'): LaunchSpec;
  log(handle: LaunchHandle, stream?: 'stdout' | 'stderr'): string;
  logFiles(handle: LaunchHandle): string[];
  supervisors(): number[];
  /** Stops and destroys everything `sh` launched. */
  freeAll(): Promise<void>;
  close(): Promise<void>;
}

/** Which launcher the tests of this process use: the files named `-shell` choose the one without a compiler. */
export const launcherUnderTest =
  process.env['ORCH_TEST_LAUNCHER'] === 'shell' ? ('shell' as const) : ('native' as const);

/** Only the native launcher isolates. */
export const kindsUnderTest: readonly ('host' | 'chroot')[] =
  launcherUnderTest === 'native' ? ['host', 'chroot'] : ['host'];
export const usualKind = kindsUnderTest.at(-1) ?? 'host';

export interface LaunchBenchOptions {
  readonly deviceControl?: 'bpf' | 'v1';
}

export async function makeLaunchBench(options: LaunchBenchOptions = {}): Promise<LaunchBench> {
  const base = mkdtempSync(join(tmpdir(), 'orch-launch-'));
  const stateDir = join(base, 'state');
  const cgroupParent = `orch-test-${randomBytes(4).toString('hex')}`;
  let count = 0;
  const started: LaunchHandle[] = [];
  const bench: LaunchBench = {
    base,
    stateDir,
    cgroupParent,
    executor: await createExecutor({
      stateDir,
      cgroupParent,
      watchdogMs: 200,
      launcher: launcherUnderTest,
      ...options,
    }),
    spec: (script, overrides = {}, kind = usualKind) => {
      count += 1;
      const name = `task${count}`;
      const root = join(base, name);
      mkdirSync(join(root, 'root'), { recursive: true });
      return {
        id: `${name}/main/0`,
        argv: ['sh', '-c', script],
        env: { PATH: '/usr/bin:/bin', HOME: '/' },
        cwd: '/',
        isolation:
          kind === 'host'
            ? { kind }
            : {
                kind,
                root: join(root, 'root'),
                mounts: defaultChrootMounts(),
                pidMode: 'private',
                ipcMode: 'private',
                capabilities: [],
              },
        limits: { memoryBytes: 128 * 1_048_576, cpuShares: 100 },
        logs: { dir: logDir(base, name), name: 'main', maxFiles: 5, maxFileBytes: 1_048_576 },
        stateDir: bench.executor.launchDirectory(`${name}/main/0`),
        ...overrides,
      };
    },
    sh: async (script, overrides, kind) => {
      const handle = await bench.executor.launch(bench.spec(script, overrides, kind));
      started.push(handle);
      return handle;
    },
    log: (handle, stream = 'stdout') =>
      sortedFiles(logDir(base, nameOf(handle)), `main.${stream}.`)
        .map((file) => readFileSync(file, 'utf8'))
        .join(''),
    logFiles: (handle) => sortedFiles(logDir(base, nameOf(handle)), 'main.stdout.'),
    supervisors: () =>
      readFileSync(`/sys/fs/cgroup/unified/${cgroupParent}/supervisors/cgroup.procs`, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map(Number),
    freeAll: async () => {
      for (const handle of started.splice(0)) {
        if (!bench.executor.has(handle.id)) await bench.executor.recover(handle).catch(() => {});
        if (!bench.executor.has(handle.id)) continue;
        await bench.executor.stop(handle.id, { signal: 'SIGKILL', timeoutMs: 0 });
        await bench.executor.destroy(handle.id);
      }
    },
    close: async () => {
      await bench.freeAll();
      await bench.executor.close();
      rmSync(base, { recursive: true, force: true });
    },
  };
  return bench;
}

const nameOf = (handle: LaunchHandle) => handle.id.split('/')[0] ?? '';
const logDir = (base: string, name: string) => join(base, name, 'logs');

function sortedFiles(dir: string, prefix: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter((file) => file.startsWith(prefix))
    .sort((left, right) => Number(left.slice(prefix.length)) - Number(right.slice(prefix.length)))
    .map((file) => join(dir, file));
}

export async function until(holds: () => boolean, what: string, timeoutMs = 15_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`${what}: not so after ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A field of /proc/<pid>/status. */
export function statusOf(pid: number, field: string): string {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(text)?.[1] ?? '';
}
