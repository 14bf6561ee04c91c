// Which entries may be written with the room held back for a full disk.

import { assertNever } from '@orch/core/lib/assert';
import type { Entry } from '@orch/core/state/entry';
import type { ReserveUse } from '../journal/journal.ts';

/** What lets go of something may use all of it, what nodes report half, and what makes more none. */
export function reserveUse(entry: Entry): ReserveUse {
  switch (entry.kind) {
    case 'job-deregister':
    case 'node-drain':
    case 'node-eligibility':
    case 'node-purge':
    case 'alloc-transition':
    case 'collect':
      return 'all';
    case 'plan-apply':
      return entry.plan.placements.length === 0 ? 'all' : 'none';
    case 'node-register':
    case 'node-status':
    case 'alloc-client-update':
    case 'allocation-health':
    case 'deployment-status':
    case 'evaluation-upsert':
      return 'half';
    case 'job-register':
    case 'job-stability':
    case 'deployment-promote':
    case 'scheduler-config':
    case 'state-hash':
      return 'none';
    default:
      return assertNever(entry, 'entry');
  }
}
