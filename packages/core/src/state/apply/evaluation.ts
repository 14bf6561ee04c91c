// Evaluations enter the tables here: on their own or with the entry that caused them.

import type { Evaluation } from '../../model/evaluation.ts';
import { type Draft, putEvaluation } from '../draft.ts';
import type { Entry } from '../entry.ts';

export function applyEvaluationUpsert(
  draft: Draft,
  entry: Extract<Entry, { readonly kind: 'evaluation-upsert' }>,
): void {
  upsertEvaluations(draft, entry.evaluations);
}

export function upsertEvaluations(draft: Draft, evaluations: readonly Evaluation[]): void {
  for (const evaluation of evaluations) {
    const known = draft.tables.evaluations.get(evaluation.id);
    putEvaluation(draft, {
      ...evaluation,
      // An evaluation belongs to one job for life.
      namespace: known?.namespace ?? evaluation.namespace,
      jobId: known?.jobId ?? evaluation.jobId,
      createIndex: known?.createIndex ?? draft.index,
      createdAtMs: known?.createdAtMs ?? evaluation.createdAtMs,
      modifyIndex: draft.index,
    });
  }
}
