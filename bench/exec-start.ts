// Figures `exec-start` (isolated tasks per second through an executor, 8 in flight, each to its end and freed, against bare
// `unshare` + `chroot` without mounts, user, limits or logs) and `task-overhead-exec` (memory of what an executor starts per running task).
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createExecutor, defaultChrootMounts, volatileStateDir } from '@orch/executor';
import type { Figure } from './main.ts';

const inFlight = 8;
const perRound = 64;
const rounds = 7;
const limit = 0.5;
const tasks = 100;
const base = mkdtempSync(join(tmpdir(), 'orch-bench-'));
const cgroupParent = `orch-bench-${randomBytes(4).toString('hex')}`;
const stateDir = volatileStateDir(base);
const executor = await createExecutor({ stateDir, cgroupParent });
const mounts = defaultChrootMounts();
let count = 0;

async function launch(argv: readonly string[]): Promise<string> {
  count += 1;
  const id = `bench${count}/task/0`;
  const dir = join(base, `${count}`);
  mkdirSync(join(dir, 'root'), { recursive: true });
  await executor.launch({
    id,
    argv,
    env: { PATH: '/usr/bin:/bin' },
    cwd: '/',
    isolation: {
      kind: 'chroot',
      root: join(dir, 'root'),
      mounts,
      pidMode: 'private',
      ipcMode: 'private',
      capabilities: [],
    },
    limits: { memoryBytes: 64 * 1_048_576, cpuShares: 100 },
    logs: { dir: join(dir, 'logs'), name: 'task', maxFiles: 3, maxFileBytes: 1_048_576 },
    stateDir: executor.launchDirectory(id),
  });
  return id;
}

/** @returns launches per second */
async function ours(): Promise<number> {
  let left = perRound;
  const startedMs = performance.now();
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      const id = await launch(['/bin/true']);
      await executor.wait(id);
      await executor.destroy(id);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return (perRound * 1_000) / (performance.now() - startedMs);
}

/** A root and a script that make the same namespaces, mounts, user and privileges; no logs, limits or exit status. */
function prepareBare(): string {
  const root = join(base, 'bare');
  const table: string[] = [];
  for (const { hostPath, path } of mounts) {
    mkdirSync(join(root, path), { recursive: true });
    table.push(`${hostPath} ${root}${path} none bind,nodev,nosuid,ro 0 0`);
  }
  for (const dir of ['proc', 'dev/pts', 'dev/shm']) mkdirSync(join(root, dir), { recursive: true });
  table.push(`proc ${root}/proc proc nosuid 0 0`, `devpts ${root}/dev/pts devpts newinstance 0 0`);
  table.push(`tmpfs ${root}/dev/shm tmpfs nosuid,size=64m 0 0`, '');
  writeFileSync(join(base, 'fstab'), table.join('\n'));
  const privileges = '--reuid=65534 --regid=65534 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all';
  const script = join(base, 'bare.sh');
  writeFileSync(script, `mount -a -T ${base}/fstab && exec chroot ${root} setpriv ${privileges} /bin/true\n`);
  return script;
}

const bareScript = prepareBare();
const bareLoop = `seq ${perRound} | xargs -P ${inFlight} -n 1 unshare --mount --pid --fork --ipc --uts --propagation private sh ${bareScript}`;
const plainLoop = bareLoop.replace(`sh ${bareScript}`, 'chroot / /bin/true');

/** @returns launches per second */
async function reference(loop: string): Promise<number> {
  const startedMs = performance.now();
  const done = await executor.run({ argv: ['sh', '-c', loop], timeoutMs: 120_000 });
  if (done.exitCode !== 0) throw new Error(done.stderr);
  return (perRound * 1_000) / (performance.now() - startedMs);
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function supervisorsPssKiB(): number {
  const list = readFileSync(`/sys/fs/cgroup/unified/${cgroupParent}/supervisors/cgroup.procs`, 'utf8');
  const pss = (pid: string) =>
    Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
  return list
    .split('\n')
    .filter(Boolean)
    .reduce((sum, pid) => sum + pss(pid), 0);
}

function print(figure: Figure): void {
  process.stdout.write(`${JSON.stringify(figure)}\n`);
}

try {
  await ours();
  const pairs: { ours: number; bare: number; plain: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    pairs.push({ bare: await reference(bareLoop), ours: await ours(), plain: await reference(plainLoop) });
  }
  const ratio = median(pairs.map((pair) => pair.ours / pair.plain));
  print({
    name: 'exec-start',
    unit: 'tasks/s',
    ours: median(pairs.map((pair) => pair.ours)),
    reference: median(pairs.map((pair) => pair.plain)),
    ratio,
    limit,
    better: 'higher',
    ok: ratio >= limit,
    runs: rounds,
    ratioToSameIsolation: median(pairs.map((pair) => pair.ours / pair.bare)),
  });
  const ids: string[] = [];
  for (let index = 0; index < tasks; index += 1) ids.push(await launch(['/bin/sleep', '1000']));
  await new Promise((resolve) => setTimeout(resolve, 500));
  const value = supervisorsPssKiB() / 1024 / tasks;
  print({ name: 'task-overhead-exec', unit: 'MB', value, limit: 1.2, better: 'lower', ok: value <= 1.2, runs: 1 });
  for (const id of ids) {
    await executor.stop(id, { signal: 'SIGKILL', timeoutMs: 0 });
    await executor.destroy(id);
  }
} finally {
  await executor.close();
  rmSync(base, { recursive: true, force: true });
  rmSync(stateDir, { recursive: true, force: true });
}
