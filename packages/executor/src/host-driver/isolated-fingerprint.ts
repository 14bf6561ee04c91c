// What drivers that isolate their tasks say of a machine on which that cannot be done.
import type { Fingerprint } from '@orch/driver-api';
import type { Executor } from '../types.ts';

/** Undefined where tasks can be isolated. */
export function withoutIsolation({ isolation }: Pick<Executor, 'isolation'>): Fingerprint | undefined {
  if (isolation.root) return undefined;
  const mend = isolation.mend === undefined ? '' : `; ${isolation.mend}`;
  return { health: 'undetected', description: `tasks cannot be isolated on this machine${mend}`, attributes: {} };
}
