// Watch sets: at which index a scope last changed, and who waits for it to change again.

import type { Clock } from '@orch/core/lib/clock';
import type { TableName } from '@orch/core/state';
import type { Changes } from '@orch/core/state/entry';
import type { WatchScope } from './store.ts';

/** Scopes whose last change is remembered; beyond it the oldest are forgotten and answer with a later index instead. */
export const scopesRemembered = 100_000;

export interface WatchOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface Watches {
  scopeIndex(scopes: readonly WatchScope[]): number;
  waitAbove(scopes: readonly WatchScope[], index: number, options: WatchOptions): Promise<number>;
  /** Notes the changes and wakes who waits for them. */
  changed(changes: Changes): void;
  /** Lets everybody go with the present index. */
  close(): void;
}

/** `floor` is the index of a state of which it is not known what changed when: no scope answers less. */
export function createWatches(clock: Clock, floor: number): Watches {
  let forgotten = Math.max(1, floor);
  const indexes = new Map<string, number>();
  const waiters = new Map<string, Set<() => void>>();

  const scopeIndex = (scopes: readonly WatchScope[]) =>
    scopes.reduce((highest, scope) => Math.max(highest, indexes.get(nameOf(scope)) ?? forgotten), 1);

  function touch(name: string, index: number, woken: Set<() => void>): void {
    // Set anew, so that the map's order is that of the last change.
    indexes.delete(name);
    indexes.set(name, index);
    for (const wake of waiters.get(name) ?? []) woken.add(wake);
  }

  function forgetOldest(): void {
    if (indexes.size <= scopesRemembered) return;
    for (const [name, index] of indexes) {
      if (indexes.size <= scopesRemembered * 0.9) return;
      if (tableScopes.has(name)) continue;
      indexes.delete(name);
      forgotten = Math.max(forgotten, index);
    }
  }

  function wait(scopes: readonly WatchScope[], index: number, options: WatchOptions): Promise<number> {
    const names = scopes.map(nameOf);
    return new Promise((resolve) => {
      const finish = () => {
        cancel();
        options.signal?.removeEventListener('abort', finish);
        for (const name of names) {
          const set = waiters.get(name);
          set?.delete(wake);
          if (set?.size === 0) waiters.delete(name);
        }
        resolve(scopeIndex(scopes));
      };
      const wake = () => {
        if (closed || scopeIndex(scopes) > index) finish();
      };
      const cancel = clock.after(options.timeoutMs, finish);
      options.signal?.addEventListener('abort', finish, { once: true });
      for (const name of names) {
        const set = waiters.get(name);
        if (set === undefined) waiters.set(name, new Set([wake]));
        else set.add(wake);
      }
    });
  }

  let closed = false;
  return {
    scopeIndex,
    waitAbove(scopes, index, options) {
      const present = scopeIndex(scopes);
      if (closed || present > index || options.timeoutMs <= 0 || options.signal?.aborted === true) {
        return Promise.resolve(present);
      }
      return wait(scopes, index, options);
    },
    changed(changes) {
      const woken = new Set<() => void>();
      for (const name of namesOf(changes)) touch(name, changes.index, woken);
      forgetOldest();
      for (const wake of woken) wake();
    },
    close() {
      closed = true;
      for (const wake of new Set([...waiters.values()].flatMap((set) => [...set]))) wake();
    },
  };
}

function nameOf(scope: WatchScope): string {
  if (scope.key !== undefined) return `${scope.table}:${scope.key}`;
  if (scope.job !== undefined) return `${scope.table}/job:${scope.job}`;
  if (scope.node !== undefined) return `${scope.table}/node:${scope.node}`;
  return scope.table;
}

const tableScopes: ReadonlySet<string> = new Set<TableName>([
  'jobs',
  'nodes',
  'allocations',
  'evaluations',
  'deployments',
]);

function* namesOf(changes: Changes): Generator<string> {
  for (const table of tableScopes as ReadonlySet<TableName>) {
    const keys: readonly string[] = changes[table];
    if (keys.length > 0) yield table;
    for (const key of keys) yield `${table}:${key}`;
  }
  for (const job of changes.allocationJobs) yield `allocations/job:${job}`;
  for (const node of changes.allocationNodes) yield `allocations/node:${node}`;
  for (const job of changes.evaluationJobs) yield `evaluations/job:${job}`;
  for (const job of changes.deploymentJobs) yield `deployments/job:${job}`;
}
