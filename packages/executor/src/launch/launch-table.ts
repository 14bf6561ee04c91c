// The launches this process knows, and the one watched directory that tells how they ended.
import type { FSWatcher } from 'node:fs';
import { readFileSync, statSync, watch } from 'node:fs';
import { readIfThere, readKeyed } from '../cgroup/cgroup-host.ts';
import { ExecutorError, systemErrorCode } from '../errors.ts';
import type { LaunchExit } from '../types.ts';
import { judgeExit, parseExitRecord } from './exit-record.ts';
import type { LaunchRecord } from './launch-record.ts';

export interface LaunchEntry {
  record: LaunchRecord;
  exit: LaunchExit | undefined;
  /** Whoever told how it ended has taken its cgroups away. */
  freed: boolean;
  readonly ended: Promise<LaunchExit>;
  readonly settle: (exit: LaunchExit, freed?: boolean) => void;
}

interface Ending {
  readonly exit: LaunchExit;
  readonly freed: boolean;
}

/** Owns the watch on the exit records. */
export class LaunchTable {
  readonly #entries = new Map<string, LaunchEntry>();
  readonly #byName = new Map<string, string>();
  readonly #exitsDir: string;
  readonly #onUnwatched: (error: unknown) => void;
  #watcher: FSWatcher | undefined;

  /**
   * `onUnwatched` is told when the kernel gives no watch: root has few, and root of any container can take them all.
   * Then `tend` looks instead.
   */
  constructor(exitsDir: string, onUnwatched: (error: unknown) => void = () => {}) {
    this.#exitsDir = exitsDir;
    this.#onUnwatched = onUnwatched;
    this.#watch(onUnwatched);
  }

  #watch(onFailure: (error: unknown) => void): void {
    try {
      const watcher = watch(this.#exitsDir, (_event, file) => {
        if (file !== null) this.#look(file);
      });
      watcher.on('error', (error) => {
        watcher.close();
        this.#watcher = undefined;
        this.#onUnwatched(error);
      });
      watcher.unref();
      this.#watcher = watcher;
    } catch (error) {
      onFailure(error);
    }
  }

  /** Called now and then: does the work of the watch while there is none, and asks for it again. */
  tend(): void {
    if (this.#watcher !== undefined) return;
    this.#watch(() => {}); // said once; it is asked for again at the next call
    for (const { record } of this.running()) this.#look(record.plan.name);
  }

  add(record: LaunchRecord): LaunchEntry {
    const { promise, resolve } = Promise.withResolvers<LaunchExit>();
    const entry: LaunchEntry = {
      record,
      exit: undefined,
      ended: promise,
      freed: false,
      settle: (exit, freed = false) => {
        entry.exit ??= exit;
        entry.freed ||= freed;
        resolve(entry.exit);
      },
    };
    this.#entries.set(record.plan.id, entry);
    this.#byName.set(record.plan.name, record.plan.id);
    // It may have ended before it was known here.
    this.#look(record.plan.name);
    return entry;
  }

  find(id: string): LaunchEntry | undefined {
    return this.#entries.get(id);
  }

  /** @throws ExecutorError `unknown-launch` */
  get(id: string): LaunchEntry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new ExecutorError('unknown-launch', `no launch ${id} is known here`);
    return entry;
  }

  running(): LaunchEntry[] {
    return [...this.#entries.values()].filter(({ exit }) => exit === undefined);
  }

  get size(): number {
    return this.#entries.size;
  }

  delete(id: string): void {
    const entry = this.#entries.get(id);
    if (entry) this.#byName.delete(entry.record.plan.name);
    this.#entries.delete(id);
  }

  close(): void {
    this.#watcher?.close();
  }

  #look(name: string): void {
    const id = this.#byName.get(name);
    const entry = id === undefined ? undefined : this.#entries.get(id);
    if (entry !== undefined && entry.exit === undefined) {
      settleByRecord(entry);
    }
  }
}

/** Settles a launch if its exit record is complete. @returns whether it was */
export function settleByRecord(entry: LaunchEntry): boolean {
  const ending = judgeFile(entry.record, entry.record.plan.exitFile);
  if (ending !== undefined) entry.settle(ending.exit, ending.freed);
  return ending !== undefined;
}

/** The exit from the private status file of the task's init, for when the copier cannot publish it any more. */
export function readPrivateExit(record: LaunchRecord): LaunchExit | undefined {
  return judgeFile(record, `${record.plan.dir}/exit`)?.exit;
}

function judgeFile(record: LaunchRecord, file: string): Ending | undefined {
  const recorded = parseExitRecord(readExit(file));
  if (recorded === undefined) return undefined;
  const exit = judgeExit({
    recorded,
    // Only a shell's record leaves the signal open.
    trace: recorded.signal === undefined ? (readIfThere(`${record.plan.dir}/trace`) ?? '') : '',
    // The counter goes with the groups; what it said is in the record then.
    oomKills: recorded.oomKills ?? (recorded.freed ? 0 : oomKills(record)),
    ownPidNamespace: record.plan.chroot?.pidMode === 'private',
    finishedAtMs: Math.round(statSync(file).mtimeMs),
  });
  return { exit, freed: recorded.freed === true };
}

/** It is nearly always there: not looked for first. */
function readExit(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return '';
    throw error;
  }
}

/** The group is made for one launch, so its counter began at 0. */
export function oomKills(record: LaunchRecord): number {
  return record.oomCounter ? (readKeyed(record.oomCounter.file)[record.oomCounter.key] ?? 0) : 0;
}
