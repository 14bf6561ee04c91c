// Lets an allocation begin only when its place on this node is vacated: a plan may give it the ports and the room of others
// that are still on their way out.

import type { Allocation } from '../../../model/allocation.ts';
import type { AllocHook } from '../alloc-hook.ts';

export function vacatedHook(untilVacated: (allocation: Allocation) => Promise<void>): AllocHook {
  return {
    name: 'vacated',
    async setUp({ facts, signal }) {
      const aborted = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
      await Promise.race([untilVacated(facts.allocation), aborted]);
    },
  };
}
