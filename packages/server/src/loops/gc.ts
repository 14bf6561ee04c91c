// Garbage collection: forgets finished things by age at intervals, and at once on request.

import { describeError } from '@orch/core/lib/errors';
import type { GcConfig, ServerContext } from '../config.ts';
import { decideGc, forcedGc, isEmpty } from './gc-decision.ts';

export interface GarbageCollector {
  start(): void;
  /** Forgets everything finished, whatever its age. Returns how many objects went. */
  force(): Promise<number>;
  close(): void;
}

export function garbageCollector(context: ServerContext): GarbageCollector {
  const { store, clock, log, config } = context;
  let cancel: () => void = () => {};
  let closed = false;

  async function collect(gc: GcConfig): Promise<number> {
    let total = 0;
    for (;;) {
      const entry = decideGc(store.snapshot(), gc, clock.now());
      if (closed || isEmpty(entry)) return total;
      await store.submit(entry);
      const { jobs, evaluations, allocations, deployments, nodes } = entry;
      const lists = [jobs, evaluations, allocations, deployments, nodes];
      total += lists.reduce((sum, list) => sum + list.length, 0);
      if (lists.every((list) => list.length < gc.batch)) return total;
    }
  }

  const sweep = () => {
    cancel = clock.after(config.gc.intervalMs, () => {
      collect(config.gc)
        .catch((error: unknown) => log.error('garbage collection failed', { error: describeError(error) }))
        .finally(() => {
          if (!closed) sweep();
        });
    });
  };

  return {
    start: sweep,
    force: () => collect(forcedGc(config.gc)),
    close() {
      closed = true;
      cancel();
    },
  };
}
