// Entries about nodes. What follows for their allocations is decided by the scheduler's plans, not here.

import type { Node } from '../../model/node.ts';
import { type Draft, putNode, removeNode } from '../draft.ts';
import type { Entry } from '../entry.ts';
import { sameContent } from '../structural.ts';
import { upsertEvaluations } from './evaluation.ts';

type Of<Kind extends Entry['kind']> = Extract<Entry, { readonly kind: Kind }>;

/** A known node keeps what the server wrote: eligibility, drain, its first index. An identical one changes nothing. */
export function applyNodeRegister(draft: Draft, entry: Of<'node-register'>): void {
  const { node } = entry;
  const known = draft.tables.nodes.get(node.id);
  const { drain: given, ...rest } = node;
  const drain = known === undefined ? given : known.drain;
  const next: Node = {
    ...rest,
    ...(drain === undefined ? {} : { drain }),
    schedulingEligibility: known?.schedulingEligibility ?? node.schedulingEligibility,
    statusUpdatedAtMs: known !== undefined && known.status === node.status ? known.statusUpdatedAtMs : entry.atMs,
    createIndex: known?.createIndex ?? draft.index,
    modifyIndex: known?.modifyIndex ?? draft.index,
  };
  if (known === undefined || !sameContent(known, next)) putNode(draft, { ...next, modifyIndex: draft.index });
  upsertEvaluations(draft, entry.evaluations);
}

export function applyNodeStatus(draft: Draft, entry: Of<'node-status'>): void {
  const node = draft.tables.nodes.get(entry.nodeId);
  if (node !== undefined) {
    putNode(draft, {
      ...node,
      status: entry.status,
      statusDescription: entry.description,
      statusUpdatedAtMs: entry.atMs,
      modifyIndex: draft.index,
    });
  }
  upsertEvaluations(draft, entry.evaluations);
}

export function applyNodeEligibility(draft: Draft, entry: Of<'node-eligibility'>): void {
  const node = draft.tables.nodes.get(entry.nodeId);
  if (node !== undefined && node.schedulingEligibility !== entry.eligibility) {
    putNode(draft, { ...node, schedulingEligibility: entry.eligibility, modifyIndex: draft.index });
  }
  upsertEvaluations(draft, entry.evaluations);
}

/** A draining node takes no new allocations; after the drain it does again only when asked. */
export function applyNodeDrain(draft: Draft, entry: Of<'node-drain'>): void {
  const node = draft.tables.nodes.get(entry.nodeId);
  if (node !== undefined) {
    const { drain: _ended, ...rest } = node;
    const eligible = entry.drain === null && entry.markEligible;
    putNode(draft, {
      ...rest,
      ...(entry.drain === null ? {} : { drain: entry.drain }),
      schedulingEligibility: entry.drain !== null ? 'ineligible' : eligible ? 'eligible' : node.schedulingEligibility,
      modifyIndex: draft.index,
    });
  }
  upsertEvaluations(draft, entry.evaluations);
}

/** Its secret goes with it: whoever comes next under the id is a new node. */
export function applyNodePurge(draft: Draft, entry: Of<'node-purge'>): void {
  removeNode(draft, entry.nodeId);
  upsertEvaluations(draft, entry.evaluations);
}
