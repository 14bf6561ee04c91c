// What both drivers share: dependencies, a fingerprint that does not change.
import type { CallOptions, Fingerprint } from '@orch/driver-api';
import type { Executor } from '@orch/executor';

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
