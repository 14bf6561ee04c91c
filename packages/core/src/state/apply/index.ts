// One entry applied: from its kind to the file that knows it.

import { OrchError } from '../../lib/errors.ts';
import { changesOf, createDraft, type Draft } from '../draft.ts';
import type { Changes, Entry, EntryKind } from '../entry.ts';
import type { Tables } from '../tables.ts';
import { applyAllocationHealth, applyAllocClientUpdate, applyAllocTransition } from './allocation.ts';
import { applyCollect } from './collect.ts';
import { applyDeploymentPromote, applyDeploymentStatus } from './deployment.ts';
import { applyEvaluationUpsert } from './evaluation.ts';
import { applyJobDeregister, applyJobRegister, applyJobStability } from './job.ts';
import { settleJobs } from './job-status.ts';
import { applyNodeDrain, applyNodeEligibility, applyNodePurge, applyNodeRegister, applyNodeStatus } from './node.ts';
import { applyPlan } from './plan.ts';

/** Deterministic and total: an entry about something that is gone changes nothing. @throws OrchError `entry-unknown` */
export function applyEntry(tables: Tables, index: number, entry: Entry): Changes {
  const draft = createDraft(tables, index);
  applyKind(draft, entry);
  settleJobs(draft);
  return changesOf(draft, entry.kind);
}

type Handlers = {
  readonly [Kind in EntryKind]: (draft: Draft, entry: Extract<Entry, { readonly kind: Kind }>) => void;
};

const handlers: Handlers = {
  'job-register': applyJobRegister,
  'job-deregister': applyJobDeregister,
  'job-stability': applyJobStability,
  'node-register': applyNodeRegister,
  'node-status': applyNodeStatus,
  'node-eligibility': applyNodeEligibility,
  'node-drain': applyNodeDrain,
  'node-purge': applyNodePurge,
  'alloc-client-update': applyAllocClientUpdate,
  'alloc-transition': applyAllocTransition,
  'evaluation-upsert': applyEvaluationUpsert,
  'plan-apply': applyPlan,
  'deployment-status': applyDeploymentStatus,
  'deployment-promote': applyDeploymentPromote,
  'allocation-health': applyAllocationHealth,
  'scheduler-config': (draft, { config }) => {
    draft.tables.schedulerConfig = Object.freeze({ ...config, modifyIndex: draft.index });
  },
  collect: applyCollect,
  // Compared by the store; it changes nothing.
  'state-hash': () => {},
};

function applyKind(draft: Draft, entry: Entry): void {
  const handler = handlers[entry.kind] as ((draft: Draft, entry: Entry) => void) | undefined;
  if (handler === undefined) {
    throw new OrchError(
      'entry-unknown',
      `entry ${draft.index} has a kind this version of orch does not know: ${entry.kind}`,
      {
        hint: 'start the version of orch that wrote it, or a newer one',
      },
    );
  }
  handler(draft, entry);
}
