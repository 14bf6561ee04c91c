// Conformance harness for exec and raw_exec: tasks are shell scripts, leftovers are looked for in cgroupfs, /proc and on disk.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Driver, TaskConfig } from '@orch/driver-api';
import { type ConformanceHarness, makeTaskConfig, PRINT_LINES, type TaskKind } from '@orch/driver-api/testing';
import { createExecDriver, createRawExecDriver } from '@orch/driver-exec';
import { createExecutor, type Executor } from '@orch/executor';

const PRINT = `i=1; while [ $i -le ${PRINT_LINES} ]; do echo "out $i"; echo "err $i" >&2; i=$((i+1)); done`;

const SCRIPTS: Readonly<Partial<Record<TaskKind, string>>> = {
  sleep: 'exec sleep 1000',
  exit0: 'exit 0',
  exit3: 'exit 3',
  print: PRINT,
  'ignore-term': "trap '' TERM INT; while :; do sleep 1; done",
  'exit42-on-usr1': "trap 'exit 42' USR1; while :; do sleep 0.05; done",
  tree: "(trap '' TERM INT HUP QUIT USR1; exec sleep 1000) & wait",
};

export interface ExecHarness extends ConformanceHarness {
  readonly executor: Executor;
  readonly base: string;
  close(): Promise<void>;
}

export const quietLog = { debug() {}, info() {}, warn() {}, error() {} };

export async function makeExecHarness(name: 'exec' | 'raw_exec'): Promise<ExecHarness> {
  const base = mkdtempSync(join(tmpdir(), 'orch-exec-'));
  const cgroupParent = `orch-test-${randomBytes(4).toString('hex')}`;
  const executor = await createExecutor({ stateDir: join(base, 'state'), cgroupParent, watchdogMs: 20 });
  let count = 0;
  const createDriver = (): Driver => {
    const options = { config: name === 'raw_exec' ? { enabled: true } : {}, stateDir: base, log: quietLog };
    return name === 'exec' ? createExecDriver(options, { executor }) : createRawExecDriver(options, { executor });
  };
  return {
    executor,
    base,
    createDriver,
    makeTask: async (kind, overrides = {}) => {
      count += 1;
      const root = join(base, `alloc${count}`);
      const plain = makeTaskConfig(`alloc${count}/task/0`, root, {});
      for (const dir of Object.values(plain.directories)) mkdirSync(dir, { recursive: true });
      return { ...plain, config: configFor(kind), ...overrides };
    },
    countProcesses: async (task) => livePids(cgroupParent, task).length,
    readLog: async (task, stream) => readLog(task, stream),
    listLeftovers: async () => leftovers(base, cgroupParent),
    cleanup: async () => rmSync(base, { recursive: true, force: true }),
    close: async () => {
      await executor.close();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

function configFor(kind: TaskKind): TaskConfig['config'] {
  if (kind === 'bad-config') return { command: 'sh', work_dir: 'not/absolute' };
  if (kind === 'missing') return { command: '/no/such/program' };
  return { command: 'sh', args: ['-c', SCRIPTS[kind] ?? ''] };
}

export function readLog(task: TaskConfig, stream: 'stdout' | 'stderr'): string {
  if (!existsSync(task.logs.dir)) return '';
  const prefix = `${task.name}.${stream}.`;
  const numbers = readdirSync(task.logs.dir)
    .filter((file) => file.startsWith(prefix))
    .map((file) => Number(file.slice(prefix.length)))
    .sort((left, right) => left - right);
  return numbers.map((number) => readFileSync(join(task.logs.dir, `${prefix}${number}`), 'utf8')).join('');
}

function launchGroups(cgroupParent: string): string[] {
  return readdirSync('/sys/fs/cgroup')
    .map((hierarchy) => `/sys/fs/cgroup/${hierarchy}/${cgroupParent}/launches`)
    .filter((dir) => existsSync(dir))
    .flatMap((dir) =>
      readdirSync(dir, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => join(dir, entry.name)),
    );
}

function livePids(cgroupParent: string, task: TaskConfig): number[] {
  const readable = task.id.replaceAll('/', '-');
  const pids = launchGroups(cgroupParent)
    .filter((dir) => dir.includes(`/${readable}-`))
    .flatMap((dir) => readFileSync(join(dir, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number));
  return [...new Set(pids)];
}

function leftovers(base: string, cgroupParent: string): string[] {
  const found = launchGroups(cgroupParent);
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n'))
    if (line.includes(base)) found.push(line);
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const cmdline = readCmdline(pid);
    if (cmdline.includes(`${base}/alloc`) || cmdline.includes(`${base}/state/launches`))
      found.push(`${pid} ${cmdline}`);
  }
  const launches = join(base, 'state', 'launches');
  if (existsSync(launches)) found.push(...readdirSync(launches).map((name) => join(launches, name)));
  const exits = join(base, 'state', 'exits');
  return [...found, ...readdirSync(exits).map((name) => join(exits, name))];
}

function readCmdline(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // ended meanwhile
  }
}
