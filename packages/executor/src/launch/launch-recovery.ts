// Finding launches again after this process died, and mending what else was killed: copiers.
import { readdirSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cgroupPids, isPopulated } from '../cgroup/cgroup-host.ts';
import { ExecutorError } from '../errors.ts';
import type { ExecutorParts } from '../executor.ts';
import type { LaunchHandle } from '../types.ts';
import { copierFunction, copyCall } from './copier-script.ts';
import { eventually } from './eventually.ts';
import { settleWithoutCopier } from './launch-control.ts';
import type { LogFilePlan, LogPlan } from './launch-plan.ts';
import type { LaunchRecord } from './launch-record.ts';
import { findLaunchRecord, writeLaunchRecord } from './launch-record.ts';
import { successorRequest } from './launch-request.ts';
import { publishExit } from './launch-script.ts';
import { type LaunchEntry, settleByRecord } from './launch-table.ts';
import { endUnrecorded } from './launch-unrecorded.ts';
import type { FileJob } from './launcher.ts';
import { isOwnDirectory, logFileNumbers } from './log-files.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { isAlive, readBootId } from './process-identity.ts';
import { quoteShell } from './shell-quote.ts';

/** See `Executor.recover`. */
export async function recoverLaunch(parts: ExecutorParts, handle: LaunchHandle): Promise<void> {
  if (parts.table.find(handle.id) !== undefined) return;
  const record = findLaunchRecord(handle.stateDir);
  if (record === undefined) {
    // What is called lost does not run on beside the next: its directory may have been removed under it.
    if (handle.bootId === readBootId()) await endUnrecorded(parts, handle);
    throw new ExecutorError('lost', `nothing is left of ${handle.id}`);
  }
  if (record.handle.startTicks !== handle.startTicks || record.handle.pid !== handle.pid) {
    throw new ExecutorError('lost', `${handle.stateDir} belongs to another launch than ${handle.id}`);
  }
  const entry = parts.table.add(record);
  if (entry.exit !== undefined) return;
  if (handle.bootId !== readBootId()) {
    entry.settle({ error: 'lost-in-reboot' });
    throw new ExecutorError('lost', `${handle.id} ran before the machine was started again`);
  }
  await repairCopiers(parts, entry);
}

/** How long a launch without a process may lack its exit record before it is settled by what it left. */
const exitRecordGraceMs = 10_000;

/** Since when a launch has no process and no exit known here. */
const emptySince = new WeakMap<LaunchEntry, number>();

/**
 * The watchdog's look at one running launch: its copiers, and the second witness of its end. The record of an exit
 * normally tells within a millisecond; where nobody could write it or its notice was lost, the empty group tells.
 */
export async function watchOver(parts: ExecutorParts, entry: LaunchEntry, nowMs: number): Promise<void> {
  await repairCopiers(parts, entry);
  if (entry.exit !== undefined || isPopulated(entry.record.handle.cgroups)) {
    emptySince.delete(entry);
    return;
  }
  if (settleByRecord(entry)) return;
  const since = emptySince.get(entry) ?? nowMs;
  emptySince.set(entry, since);
  if (nowMs - since < exitRecordGraceMs) return;
  parts.log.warn('a task ended without an exit record', { id: entry.record.plan.id });
  settleWithoutCopier(entry);
}

/**
 * Sees to a running launch's copiers: one that was killed is replaced while a process of the task lives (the task holds
 * its pipes open both ways, so it only waits meanwhile); a launch of which nothing lives is settled by what it left.
 */
export function repairCopiers(parts: ExecutorParts, entry: LaunchEntry): Promise<void> {
  const already = repairing.get(entry);
  if (already !== undefined) return already;
  const repair = replaceDeadCopiers(parts, entry).finally(() => repairing.delete(entry));
  repairing.set(entry, repair);
  return repair;
}

/**
 * Repairs under way. The watchdog and a recovery may come upon the same dead copier: two successors would share one
 * script and one pipe, and whoever waits for the first would wait for ever.
 */
const repairing = new WeakMap<LaunchEntry, Promise<void>>();

async function replaceDeadCopiers(parts: ExecutorParts, entry: LaunchEntry): Promise<void> {
  const { record } = entry;
  const outDead = !isAlive(record.copiers.stdout);
  const errDead =
    record.plan.logs !== undefined && (record.copiers.stderr === undefined || !isAlive(record.copiers.stderr));
  if (!outDead && !errDead) return;
  // The stderr copier may simply have come to its end a moment before the record is written.
  if (!isPopulated(record.handle.cgroups)) {
    if (!outDead) return;
    await eventually(() => entry.exit !== undefined, 500);
    if (entry.exit === undefined) settleWithoutCopier(entry);
    return;
  }
  parts.log.warn('a copier of a task was killed and is replaced', { id: record.plan.id });
  const { stdout, stderr } = parts.ground.native
    ? await nativeSuccessor(parts, record, outDead, errDead)
    : await shellSuccessors(parts, record, outDead, errDead);
  entry.record = { ...record, copiers: { stdout, ...(stderr === undefined ? {} : { stderr }) } };
  writeLaunchRecord(entry.record);
}

type Copiers = LaunchRecord['copiers'];

/** One process for both streams, as the native launcher's own copier is. */
async function nativeSuccessor(
  parts: ExecutorParts,
  record: LaunchRecord,
  outDead: boolean,
  errDead: boolean,
): Promise<Copiers> {
  const { plan } = record;
  const token = parts.nextToken();
  const dead = [...(outDead ? (['out'] as const) : []), ...(errDead ? (['err'] as const) : [])];
  const text = successorRequest({
    token,
    dir: plan.dir,
    exitFile: plan.exitFile,
    logs: plan.logs && currentLogs(plan.logs),
    streams: dead.map((stream) => `std${stream}` as const),
    readers: dead.flatMap((stream) => readersOf(parts, `${plan.dir}/${stream}`)),
  });
  const identity = await startCopier(parts, token, { kind: 'copier', file: join(plan.dir, 'copier-plan') }, text);
  const stderr = errDead ? identity : record.copiers.stderr;
  return { stdout: outDead ? identity : record.copiers.stdout, ...(stderr === undefined ? {} : { stderr }) };
}

async function shellSuccessors(
  parts: ExecutorParts,
  record: LaunchRecord,
  outDead: boolean,
  errDead: boolean,
): Promise<Copiers> {
  const start = (stream: 'out' | 'err') => {
    const token = parts.nextToken();
    const file = join(record.plan.dir, `copier-${stream}.sh`);
    return startCopier(parts, token, { kind: 'script', file }, successorScript(parts, record, stream, token));
  };
  const stdout = outDead ? await start('out') : record.copiers.stdout;
  const stderr = errDead ? await start('err') : record.copiers.stderr;
  return { stdout, ...(stderr === undefined ? {} : { stderr }) };
}

function startCopier(parts: ExecutorParts, token: string, job: FileJob, text: string): Promise<ProcessIdentity> {
  writeFileSync(job.file, text, { mode: 0o600 });
  return new Promise((resolve, reject) => {
    parts.launcher.submit(token, {
      job,
      answer: ({ word, rest }) => {
        parts.launcher.forget(token);
        if (word === 'F') reject(new ExecutorError('start-failed', `could not replace a copier: ${rest}`));
        const [pid, startTicks = ''] = rest.split(' ');
        resolve({ pid: Number(pid), startTicks });
      },
      fail: reject,
    });
  });
}

/** Waits until the dead copier's last `head` has filled its file, then goes on behind it. */
function successorScript(parts: ExecutorParts, record: LaunchRecord, stream: 'out' | 'err', token: string): string {
  const { plan } = record;
  const fifo = `${plan.dir}/${stream}`;
  const logs = plan.logs && writesByPath(parts, record) ? plan.logs : undefined;
  const file = stream === 'out' ? logs?.stdout : logs?.stderr;
  const current = file === undefined ? undefined : currentFile(file);
  const orphans = readersOf(parts, fifo);
  return `${logs ? copierFunction(logs, parts.ground.head) : ''}
read -r pid f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12 f13 f14 f15 f16 f17 f18 f19 f20 f21 ticks f23 < /proc/self/stat
exec 3<>${quoteShell(fifo)} 5<${quoteShell(fifo)} 3>&-
echo "C ${token} $pid $ticks" >&9
exec 9>&-
for orphan in ${orphans.join(' ')}; do while kill -0 "$orphan" 2>/dev/null; do sleep 0.1; done; done
${
  current === undefined
    ? 'cat <&5 >/dev/null'
    : `size=$(stat -c %s ${quoteShell(`${current.base}.${current.number}`)} || echo 0)
${copyCall(fifo, current)} `.replace(/ (\d+) $/, ' "$size"')
}
${stream === 'out' ? publishExit(plan) : ''}
`;
}

/** Agents before had the logs where tasks can write: a shell, which follows whatever lies there, must not go on with them. */
function writesByPath(parts: ExecutorParts, { plan }: LaunchRecord): boolean {
  const dir = dirname(plan.logs?.stdout.base ?? '');
  if (isOwnDirectory(dir) && isOwnDirectory(dirname(dir))) return true;
  parts.log.warn('the output of a task is dropped: others can write where its logs lie', { id: plan.id, dir });
  return false;
}

function currentLogs(logs: LogPlan): LogPlan {
  return { ...logs, stdout: currentFile(logs.stdout), stderr: currentFile(logs.stderr) };
}

function currentFile(file: LogFilePlan): LogFilePlan {
  const slash = file.base.lastIndexOf('/');
  const numbers = logFileNumbers(readdirSync(file.base.slice(0, slash)), `${file.base.slice(slash + 1)}.`);
  const number = numbers.at(-1) ?? file.number;
  return { base: file.base, number, bytes: 0 };
}

/** Pids among the supervisors that read this pipe: `head`s whose copier was killed. */
function readersOf(parts: ExecutorParts, fifo: string): number[] {
  const inode = statSync(fifo).ino;
  const { layout, cgroupParent } = parts.ground;
  const mount = layout.unified?.path ?? Object.values(layout.legacy)[0] ?? '';
  return cgroupPids([`${mount}/${cgroupParent}/supervisors`]).filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/0`) === fifo && statSync(`/proc/${pid}/fd/0`).ino === inode;
    } catch {
      return false; // ended meanwhile
    }
  });
}
