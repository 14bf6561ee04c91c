// Runs test/security/isolation-probe.c: compiled here, in an isolated task, in commands inside the task, and on the host.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExecSessionLike, LaunchSpec } from '@orch/executor';
import { type LaunchBench, makeLaunchBench } from '../e2e/exec/launch-bench.ts';

/** One try of the program. */
export interface Finding {
  readonly probe: string;
  readonly open: boolean;
  /** Why not, in the kernel's word. */
  readonly errno: string;
  readonly detail: string;
}

/** A task as the matrix varies it. */
export interface Cell {
  readonly user: 'nobody' | 'root';
  readonly capabilities: readonly string[];
  readonly pidMode: 'private' | 'host';
  /** By its capabilities it becomes uid 0 before it tries anything. */
  readonly becomesRoot?: boolean;
  /** A command inside the task, not its program. */
  readonly isSession?: boolean;
  /** Its directory has a tmp/ of its own. */
  readonly bringsTmp?: boolean;
}

export interface IsolationRig {
  readonly bench: LaunchBench;
  /** A directory of the host, readable to everybody, with a file `marker`. No task is shown it. */
  readonly host: string;
  /** The compiled program, on the host. */
  readonly program: string;
  spec(cell: Cell, argv: readonly string[], overrides?: Partial<LaunchSpec>): LaunchSpec;
  /** The program as a cell's task; then, for each way of `sessions`, as a command inside such a task. */
  inTask(cell: Cell): Promise<readonly Finding[]>;
  inSession(cell: Cell, way: 'pipes' | 'terminal'): Promise<readonly Finding[]>;
  /** As root of the host, in mount and pid namespaces that keep the machine clean. */
  onHost(): readonly Finding[];
  close(): Promise<void>;
}

/** Compiles the program statically: a task's root may hold another C library. */
export function compileProbe(into: string, name = 'isolation-probe.c'): void {
  const source = fileURLToPath(new URL(name, import.meta.url));
  const flags = ['-std=gnu17', '-O1', '-Wall', '-Wextra', '-Werror', '-Wno-format-truncation', '-static'];
  execFileSync('cc', [...flags, '-o', into, source]);
}

/** A directory of the bench, to be mounted in tasks, with one compiled program in it. */
export function programsOf(bench: LaunchBench, name: string, source: string): string {
  const programs = join(bench.base, 'programs');
  mkdirSync(programs);
  chmodSync(programs, 0o755);
  compileProbe(join(programs, name), source);
  return programs;
}

/** The first disk this kernel has. */
export function diskNumber(): string {
  const [major, minor] = readFileSync('/proc/partitions', 'utf8').split('\n')[2]?.trim().split(/\s+/) ?? [];
  return `${major}:${minor}`;
}

export function parseFindings(output: string): readonly Finding[] {
  return output
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Finding);
}

export async function makeIsolationRig(): Promise<IsolationRig> {
  // Not below /tmp: the host's run has a /tmp of its own.
  const host = mkdtempSync('/var/tmp/orch-isolation-');
  chmodSync(host, 0o755);
  writeFileSync(join(host, 'marker'), 'the host\n');
  for (const name of ['bin', 'alloc', 'local']) mkdirSync(join(host, name));
  const program = join(host, 'bin/probe');
  compileProbe(program);
  for (const name of ['alloc', 'local']) {
    chmodSync(join(host, name), 0o1777);
    // As a sibling that is root would leave it there.
    copyFileSync(program, join(host, name, 'setuid'));
    chownSync(join(host, name, 'setuid'), 12_345, 12_345);
    chmodSync(join(host, name, 'setuid'), 0o6755);
  }
  const bench = await makeLaunchBench();
  const outside: ChildProcess[] = [
    spawn('sleep', ['1000'], { stdio: 'ignore' }),
    spawn('sleep', ['1000'], { stdio: 'ignore', uid: 65_534, gid: 65_534 }),
  ];
  const [rooted, plain] = outside.map(({ pid }) => pid);
  const words = (cell: Cell) => [
    `marker=${host}/marker`,
    `rooted=${rooted}`,
    `plain=${plain}`,
    `disk=${diskNumber()}`,
    `caps=${capabilityMask(cell.capabilities)}`,
    ...(cell.becomesRoot ? ['become=root'] : []),
  ];
  const spec: IsolationRig['spec'] = (cell, argv, overrides = {}) => {
    const plainSpec = bench.spec('', { user: cell.user, argv, ...overrides });
    const { isolation } = plainSpec;
    if (isolation.kind !== 'chroot') throw new Error('not isolated');
    const own = [
      { hostPath: join(host, 'bin'), path: '/probe', readOnly: true },
      { hostPath: join(host, 'alloc'), path: '/alloc', readOnly: false },
      { hostPath: join(host, 'local'), path: '/local', readOnly: false },
    ];
    const { capabilities, pidMode } = cell;
    const mounts = [...isolation.mounts, ...own];
    return { ...plainSpec, isolation: { ...isolation, mounts, capabilities, pidMode } };
  };
  return {
    bench,
    host,
    program,
    spec,
    async inTask(cell) {
      const handle = await bench.executor.launch(spec(cell, ['/probe/probe', ...words(cell)]));
      await bench.executor.wait(handle.id);
      await bench.executor.destroy(handle.id);
      const errors = bench.log(handle, 'stderr');
      if (errors !== '') throw new Error(errors);
      return parseFindings(bench.log(handle));
    },
    async inSession(cell, way) {
      const handle = await bench.executor.launch(spec(cell, ['sleep', '1000']));
      try {
        const command = ['/probe/probe', ...words(cell)];
        const session = await bench.executor.exec(handle.id, { command, tty: way === 'terminal' });
        return parseFindings(await outputOf(session));
      } finally {
        await bench.executor.stop(handle.id, { signal: 'SIGKILL', timeoutMs: 0 });
        await bench.executor.destroy(handle.id);
      }
    },
    onHost() {
      const script = `mount -t tmpfs tmpfs /tmp; sleep 1000 & rooted=$!
setpriv --reuid=65534 --regid=65534 --clear-groups sleep 1000 & plain=$!
${program} marker=${host}/marker rooted=$rooted plain=$plain disk=${diskNumber()} caps=0 </dev/null`;
      const own = ['--mount', '--pid', '--fork', '--mount-proc', '--propagation', 'private'];
      return parseFindings(execFileSync('unshare', [...own, 'sh', '-c', script], { encoding: 'utf8' }));
    },
    async close() {
      for (const child of outside) child.kill('SIGKILL');
      await bench.close();
      if (existsSync(host)) rmSync(host, { recursive: true, force: true });
    },
  };
}

/** What a session prints, until it ends. */
export async function outputOf(session: ExecSessionLike): Promise<string> {
  session.end();
  let text = '';
  for await (const { data } of session.output) text += Buffer.from(data).toString();
  await session.exited;
  return text;
}

const NUMBERS: Readonly<Record<string, number>> = {
  chown: 0,
  dac_override: 1,
  dac_read_search: 2,
  fowner: 3,
  fsetid: 4,
  kill: 5,
  setgid: 6,
  setuid: 7,
  setpcap: 8,
  net_bind_service: 10,
  net_admin: 12,
  net_raw: 13,
  ipc_lock: 14,
  sys_chroot: 18,
  sys_ptrace: 19,
  sys_nice: 23,
  mknod: 27,
  audit_write: 29,
  setfcap: 31,
};

/** As /proc/self/status shows them. */
export function capabilityMask(capabilities: readonly string[]): string {
  const bits = capabilities.map((name) => {
    const number = NUMBERS[name];
    if (number === undefined) throw new Error(`the rig does not know the number of ${name}`);
    return 1n << BigInt(number);
  });
  return bits.reduce((all, bit) => all | bit, 0n).toString(16);
}
