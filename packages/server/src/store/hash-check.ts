// The leader's hash of its state every so many entries, and the comparison with one's own.

import { OrchError } from '@orch/core/lib/errors';
import type { State } from '@orch/core/state';
import type { Entry } from '@orch/core/state/entry';

export interface HashCheck {
  /**
   * Call after each applied entry. Answers the hash entry that the leader should write now, if any.
   * @throws OrchError `state-diverged` when the entry is a hash that differs from the own one
   */
  applied(index: number, entry: Entry): Entry | undefined;
}

/** Every server takes its hash at the same indexes: the multiples of `every`. */
export function createHashCheck(state: State, every: number): HashCheck {
  let own: { readonly atIndex: number; readonly hash: string } | undefined;
  return {
    applied(index, entry) {
      if (entry.kind === 'state-hash' && own?.atIndex === entry.atIndex && own.hash !== entry.hash) {
        throw new OrchError('state-diverged', `the state at index ${entry.atIndex} differs from the leader's`, {
          hint: 'stop this server, move its data directory away and start it again; when it happens again, report it as a bug',
          details: { atIndex: entry.atIndex, leader: entry.hash, own: own.hash },
        });
      }
      if (index % every !== 0) return undefined;
      own = { atIndex: index, hash: state.hash() };
      return { kind: 'state-hash', ...own };
    },
  };
}
