// What the node remembers of its allocations across restarts of the agent: their desires, their runs, their handles.

import { join } from 'node:path';
import type { TaskHandle } from '@orch/driver-api';
import type { Allocation } from '../../model/allocation.ts';
import type { Job } from '../../model/job.ts';
import type { AllocationNetworkStatus } from '../../model/network.ts';
import type { AllocRun } from '../alloc-runner/alloc-run.ts';
import type { TaskRun } from '../task-runner/task-run.ts';
import { RecordLog } from './record-log.ts';

export interface StoredAlloc {
  readonly allocation: Allocation;
  /** Key of the job record. */
  readonly jobKey: string;
  /** Boot id of the machine when the allocation was last touched. */
  readonly bootId: string;
  readonly receivedAtMs: number;
}

export interface StoredAllocRun {
  readonly run: AllocRun;
  readonly networkStatus?: AllocationNetworkStatus;
  readonly healthy?: boolean;
  readonly finishedAtMs?: number;
}

export interface StoredTask {
  readonly run: TaskRun;
  readonly handle?: TaskHandle;
  /** Names of hooks that need not run again. */
  readonly hooksDone: readonly string[];
  readonly startNetwork?: { readonly ip: string; readonly portMap?: Readonly<Record<string, number>> };
}

/** One allocation as found at start. `damage` says why it cannot be taken up again. */
export interface RestoredAlloc {
  readonly id: string;
  readonly alloc?: StoredAlloc;
  readonly job?: Job;
  readonly run?: StoredAllocRun;
  readonly tasks: ReadonlyMap<string, StoredTask>;
  readonly damage?: string;
}

/** Durable records of the node. Writes are ordered; `durable` resolves when all so far are on the disk. */
export class NodeStore {
  readonly #log: RecordLog;
  /** Allocations that have a record. What comes late, of one that was removed, would be found as damage by each later start. */
  readonly #kept = new Set<string>();

  constructor(dataDir: string) {
    this.#log = new RecordLog(join(dataDir, 'client', 'state.log'));
  }

  /** @throws OrchError `state-version` when the file is not ours. */
  async open(): Promise<readonly RestoredAlloc[]> {
    const { records, damaged } = await this.#log.open();
    const restored = restore(records, damaged);
    for (const { id } of restored) this.#kept.add(id);
    return restored;
  }

  putJob(key: string, job: Job): void {
    this.#put(`job/${key}`, job);
  }

  removeJob(key: string): void {
    this.#log.remove(`job/${key}`).catch(() => {});
  }

  putAlloc(stored: StoredAlloc): Promise<void> {
    this.#kept.add(stored.allocation.id);
    return this.#put(`alloc/${stored.allocation.id}`, stored);
  }

  putRun(id: string, run: StoredAllocRun): Promise<void> {
    return this.#kept.has(id) ? this.#put(`run/${id}`, run) : Promise.resolve();
  }

  putTask(id: string, name: string, task: StoredTask): Promise<void> {
    return this.#kept.has(id) ? this.#put(`task/${id}/${name}`, task) : Promise.resolve();
  }

  removeAlloc(id: string, taskNames: readonly string[]): Promise<void> {
    this.#kept.delete(id);
    for (const name of taskNames) this.#forget(`task/${id}/${name}`);
    this.#forget(`run/${id}`);
    return this.#log.remove(`alloc/${id}`);
  }

  /** @throws OrchError `state-write-failed` */
  durable(): Promise<void> {
    return this.#log.durable();
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  /** A failed write is reported by `durable`, which every step that needs it awaits. */
  #put(key: string, value: unknown): Promise<void> {
    const written = this.#log.put(key, JSON.stringify(value));
    written.catch(() => {});
    return written;
  }

  #forget(key: string): void {
    this.#log.remove(key).catch(() => {});
  }
}

function restore(
  records: ReadonlyMap<string, string>,
  damaged: readonly { readonly key: string; readonly line: number }[],
): readonly RestoredAlloc[] {
  const damage = new Map<string, string>();
  for (const { key, line } of damaged) {
    const [kind = '', id = ''] = key.split('/');
    if (!['alloc', 'run', 'task'].includes(kind) || id === '') continue;
    damage.set(id, `the node's record of this allocation is damaged (line ${line} of its state file)`);
  }
  const tasks = new Map<string, Map<string, StoredTask>>();
  const ids = new Set<string>();
  for (const [key, text] of records) {
    const [kind, id = '', ...rest] = key.split('/');
    if (kind === 'job') continue;
    ids.add(id);
    if (kind !== 'task') continue;
    const group = tasks.get(id) ?? new Map<string, StoredTask>();
    group.set(rest.join('/'), JSON.parse(text) as StoredTask);
    tasks.set(id, group);
  }
  for (const id of damage.keys()) ids.add(id);
  return [...ids].map((id) => restoreOne(id, records, tasks.get(id) ?? new Map(), damage.get(id)));
}

function restoreOne(
  id: string,
  records: ReadonlyMap<string, string>,
  tasks: ReadonlyMap<string, StoredTask>,
  damage: string | undefined,
): RestoredAlloc {
  const allocText = records.get(`alloc/${id}`);
  const runText = records.get(`run/${id}`);
  const alloc = allocText === undefined ? undefined : (JSON.parse(allocText) as StoredAlloc);
  const jobText = alloc === undefined ? undefined : records.get(`job/${alloc.jobKey}`);
  const missing =
    alloc === undefined ? 'its allocation record is missing' : jobText === undefined ? 'its job is missing' : undefined;
  const why = damage ?? (missing === undefined ? undefined : `the node's state is incomplete: ${missing}`);
  return {
    id,
    tasks,
    ...(alloc === undefined ? {} : { alloc }),
    ...(jobText === undefined ? {} : { job: JSON.parse(jobText) as Job }),
    ...(runText === undefined ? {} : { run: JSON.parse(runText) as StoredAllocRun }),
    ...(why === undefined ? {} : { damage: why }),
  };
}
