// Runs inside the VM: starts tasks with the executor on cgroup v2 and reports what the kernel says of them, a line each.
// It judges nothing; cgroup-v2.e2e.ts does.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LaunchHandle } from '@orch/executor';
import { createExecutor } from '@orch/executor';
import { type LaunchBench, launcherUnderTest, makeLaunchBench, until } from './launch-bench.ts';

const MIB = 1_048_576;
const mount = '/sys/fs/cgroup';
const report = (name: string, value: unknown) =>
  process.stdout.write(`${JSON.stringify({ launcher: launcherUnderTest, name, value })}\n`);
const read = (path: string) => readFileSync(path, 'utf8').trim();
const pidsIn = (dir: string) => read(join(dir, 'cgroup.procs')).split('\n').filter(Boolean).map(Number);
/** Names of the processes of a group. One that ends between two looks is not told. */
const namesIn = (dir: string) =>
  pidsIn(dir).flatMap((pid) => {
    try {
      return [read(`/proc/${pid}/comm`)];
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ESRCH') return [];
      throw error;
    }
  });
const groupOf = (handle: LaunchHandle) => handle.cgroups[0] ?? '';
const linesOf = (path: string) => read(path).split('\n');
/** Every cgroup on the machine but the root. */
const groups = () =>
  readdirSync(mount, { recursive: true, withFileTypes: true })
    .filter((one) => one.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name));
const limitFiles = ['memory.max', 'memory.low', 'memory.swap.max', 'cpu.weight', 'cpu.max', 'cpuset.cpus', 'pids.max'];

/** A process that begins its successor, in a session of its own, and ends at once. */
const fleeing = `setsid sh -c "$FLEE" & exit`;

async function reportLimits(bench: LaunchBench): Promise<void> {
  const handle = await bench.sh('exec sleep 1000', {
    limits: {
      memoryBytes: 64 * MIB,
      memoryReservationBytes: 32 * MIB,
      cpuShares: 512,
      cpuQuotaCores: 0.5,
      cpusetCores: [1],
      pidsMax: 20,
    },
  });
  const dir = groupOf(handle);
  const names = () => namesIn(dir);
  await until(() => names().includes('sleep'), 'the task runs its program', 30_000);
  const supervisors = pidsIn(join(mount, bench.cgroupParent, 'supervisors'));
  report('limits', {
    cgroups: handle.cgroups.length,
    files: Object.fromEntries(limitFiles.map((file) => [file, read(join(dir, file))])),
    members: names(),
    supervisors: supervisors.length,
    supervisorsInside: supervisors.filter((pid) => pidsIn(dir).includes(pid)),
    allowedCpus: /^Cpus_allowed_list:\s*(.*)$/m.exec(read(`/proc/${handle.pid}/status`))?.[1],
    group: dir.slice(mount.length),
    groupOfCommand: await outputOf(bench, handle, ['cat', '/proc/self/cgroup']),
    commandIsInside: await isInside(bench, handle),
  });
}

/** Whether a command that runs in the task is among the members of its group. */
async function isInside(bench: LaunchBench, handle: LaunchHandle): Promise<boolean> {
  const session = await bench.executor.exec(handle.id, { command: ['sleep', '77'], tty: false });
  await until(() => namesIn(groupOf(handle)).length === 2, 'the command joins the group', 30_000);
  await session.close();
  return true;
}

async function outputOf(bench: LaunchBench, handle: LaunchHandle, command: readonly string[]): Promise<string> {
  const session = await bench.executor.exec(handle.id, { command, tty: false });
  session.end();
  let text = '';
  for await (const { data } of session.output) text += Buffer.from(data).toString();
  return text.trim();
}

async function reportUsage(bench: LaunchBench): Promise<void> {
  const handle = await bench.sh('while :; do :; done', { limits: { memoryBytes: 64 * MIB, cpuQuotaCores: 0.2 } });
  const [before, began] = [await bench.executor.stats(handle.id), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const after = await bench.executor.stats(handle.id);
  const cores = (after.cpuTotalNs - before.cpuTotalNs) / 1e6 / (performance.now() - began);
  report('usage', { ...after, cores });
}

async function reportPids(bench: LaunchBench): Promise<void> {
  // The group is counted in as long as the task is there.
  const script = '(i=0; while [ $i -lt 30 ]; do sleep 1000 & i=$((i+1)); done); while :; do sleep 1; done';
  const handle = await bench.sh(script, { limits: { memoryBytes: 64 * MIB, pidsMax: 10 } });
  for (let tries = 0; tries < 100 && bench.log(handle, 'stderr') === ''; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 100));
  report('pids', { events: read(join(groupOf(handle), 'pids.events')), message: bench.log(handle, 'stderr') });
}

async function reportMemory(bench: LaunchBench): Promise<void> {
  const hungry = await bench.sh('exec tail /dev/zero', { limits: { memoryBytes: 32 * MIB } });
  const exit = await bench.executor.wait(hungry.id);
  report('oom', { exit, group: existsSync(groupOf(hungry)) });
  const killed = await bench.sh('exec sleep 1000', { limits: { memoryBytes: 32 * MIB } });
  await bench.executor.stop(killed.id, { signal: 'SIGKILL', timeoutMs: 1_000 });
  report('killed', await bench.executor.wait(killed.id));
}

/** Node, access and what came of it, as root with mknod: only the rules of the group stand in the way. */
async function reportDevices(bench: LaunchBench): Promise<void> {
  const spec = bench.spec(
    `for node in "disk b 254 0" "mem c 1 1" "log c 1 11" "own c 1 3"; do set -- $node
      mknod /tmp/$1 $2 $3 $4 2>/dev/null && echo "made $1"; done
    : > /dev/null && head -c 2 /dev/zero | wc -c && head -c 1 /dev/urandom | wc -c`,
    { user: 'root' },
  );
  if (spec.isolation.kind !== 'chroot') return;
  const isolation = { ...spec.isolation, capabilities: ['mknod'] };
  const handle = await bench.executor.launch({ ...spec, isolation });
  await bench.executor.wait(handle.id);
  report('devices', { ...bench.executor.isolation, output: bench.log(handle), errors: bench.log(handle, 'stderr') });
  await bench.executor.destroy(handle.id);
}

async function reportKill(bench: LaunchBench): Promise<void> {
  // In no pid namespace of its own, whose end would take the tree along; and in part in a group the task made itself.
  const handle = await bench.sh(
    `trap '' TERM; IFS=: read -r _ _ own < /proc/self/cgroup; mkdir ${mount}$own/inner
    for one in 1 2 3 4; do setsid sh -c "$FLEE" & done
    echo $$ > ${mount}$own/inner/cgroup.procs; while :; do sleep 1; done`,
    { env: { PATH: '/usr/bin:/bin', FLEE: fleeing } },
    'host',
  );
  const dir = groupOf(handle);
  const generations = new Set<number>();
  await until(
    () => {
      for (const pid of pidsIn(dir)) generations.add(pid);
      return generations.size > 100;
    },
    'the tree flees',
    30_000,
  );
  const inner = namesIn(join(dir, 'inner'));
  await bench.executor.stop(handle.id, { signal: 'SIGTERM', timeoutMs: 300 });
  const afterStop = read(join(dir, 'cgroup.events'));
  await bench.executor.destroy(handle.id);
  report('kill', { inner, afterStop, isThere: existsSync(dir) });
}

async function reportRecovery(bench: LaunchBench): Promise<void> {
  const handle = await bench.sh('sleep 5; exec tail /dev/zero', { limits: { memoryBytes: 32 * MIB } });
  await bench.executor.close();
  const { stateDir, cgroupParent } = bench;
  bench.executor = await createExecutor({ stateDir, cgroupParent, launcher: launcherUnderTest });
  await bench.executor.recover(handle);
  report('recovered', { exit: await bench.executor.wait(handle.id) });
}

report('machine', {
  controllers: read(join(mount, 'cgroup.controllers')).split(' '),
  legacyMounts: linesOf('/proc/self/mountinfo').filter((line) => line.includes(' - cgroup ')),
  groups: groups(),
});
const bench = await makeLaunchBench();
await reportLimits(bench);
await reportUsage(bench);
await reportPids(bench);
await reportMemory(bench);
await reportDevices(bench);
await reportKill(bench);
await reportRecovery(bench);
await bench.freeAll();
const files = ['launches', 'exits'].flatMap((dir) => readdirSync(join(bench.stateDir, dir)));
await bench.close();
report('finished', {
  groups: groups(),
  files,
  mounts: linesOf('/proc/self/mountinfo').filter((line) => line.includes(bench.base)),
  processes: readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isOurs(pid, bench.base)),
});

function isOurs(pid: string, base: string): boolean {
  try {
    return Number(pid) !== process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(base);
  } catch {
    return false; // ended meanwhile
  }
}
