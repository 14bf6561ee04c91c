// What both drivers share: dependencies, users kept out, a fingerprint that does not change.
import type { CallOptions, Fingerprint } from '@orch/driver-api';
import { DriverError } from '@orch/driver-api';
import type { Executor } from '@orch/executor';
import type { IdRange } from './node-config.ts';

export interface ExecDriverDependencies {
  /** Not closed by the driver: it is shared with others. */
  readonly executor: Executor;
}

export const DRIVER_VERSION = '0.1.0';

/** One item, then silence until the signal aborts: what these drivers need does not change while the agent runs. */
export async function* steadyFingerprint(item: Fingerprint, { signal }: CallOptions): AsyncGenerator<Fingerprint> {
  if (signal?.aborted) return;
  yield item;
  if (signal === undefined || signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** @throws DriverError `denied` for a user or group the node keeps out; names are resolved through the executor's rules */
export function refuseDeniedUser(
  ids: { readonly uid: number; readonly gid: number },
  denied: { readonly deniedUids: readonly IdRange[]; readonly deniedGids: readonly IdRange[] },
): void {
  const within = (id: number, ranges: readonly IdRange[]) =>
    ranges.some(({ first, last }) => id >= first && id <= last);
  if (within(ids.uid, denied.deniedUids))
    throw new DriverError('denied', `this node denies tasks the user id ${ids.uid}`);
  if (within(ids.gid, denied.deniedGids))
    throw new DriverError('denied', `this node denies tasks the group id ${ids.gid}`);
}
