// Entries about jobs: register, deregister, stability. A new version is made only when the specification changes.

import { isTerminal } from '../../model/allocation.ts';
import { jobKey } from '../../model/ids.ts';
import { type Job, type JobVersion, jobVersionsKept } from '../../model/job.ts';
import { currentVersion, type Draft, putJob } from '../draft.ts';
import type { Entry } from '../entry.ts';
import { sameContent } from '../structural.ts';
import type { JobRow } from '../tables.ts';
import { upsertEvaluations } from './evaluation.ts';

type Of<Kind extends Entry['kind']> = Extract<Entry, { readonly kind: Kind }>;

export function applyJobRegister(draft: Draft, entry: Of<'job-register'>): void {
  registerJob(draft, entry.job, entry.atMs, entry.submission);
  upsertForJob(draft, entry.job.namespace, entry.job.id, entry.evaluations);
}

/** Adds a version, or changes nothing when the running version is the same specification. */
export function registerJob(draft: Draft, job: Job, atMs: number, submission?: JobVersion['submission']): void {
  const key = jobKey(job.namespace, job.id);
  const row = draft.tables.jobs.get(key);
  const newest = row?.versions[0];
  const known = row?.purged === true ? undefined : newest;
  if (known !== undefined && !known.stop && sameContent(known.job, job)) return;
  const version: JobVersion = {
    job,
    // Numbers go on after a purge while allocations still refer to the old ones.
    version: newest === undefined ? 0 : newest.version + 1,
    stop: false,
    status: 'pending',
    statusDescription: '',
    stable: false,
    submittedAtMs: atMs,
    createIndex: known?.createIndex ?? draft.index,
    modifyIndex: draft.index,
    jobModifyIndex: draft.index,
    ...(submission === undefined ? {} : { submission }),
  };
  putJob(draft, { key, purged: false, versions: [Object.freeze(version), ...keptVersions(draft, row)] });
}

export function applyJobDeregister(draft: Draft, entry: Of<'job-deregister'>): void {
  const key = jobKey(entry.namespace, entry.jobId);
  const row = draft.tables.jobs.get(key);
  if (row !== undefined && !row.purged) {
    const [current] = row.versions;
    if (entry.purge) {
      purgeJob(draft, row);
    } else if (!current.stop) {
      const stopped: JobVersion = {
        ...current,
        version: current.version + 1,
        stop: true,
        stable: false,
        submittedAtMs: entry.atMs,
        modifyIndex: draft.index,
        jobModifyIndex: draft.index,
      };
      putJob(draft, { ...row, versions: [Object.freeze(stopped), ...keptVersions(draft, row)] });
    }
  }
  upsertForJob(draft, entry.namespace, entry.jobId, entry.evaluations);
}

/** Hides the job from readers. The row itself goes with the last allocation that refers to one of its versions. */
export function purgeJob(draft: Draft, row: JobRow): void {
  putJob(draft, { ...row, purged: true });
}

export function applyJobStability(draft: Draft, entry: Of<'job-stability'>): void {
  setStability(draft, jobKey(entry.namespace, entry.jobId), entry.version, entry.stable);
}

export function setStability(draft: Draft, key: string, version: number, stable: boolean): void {
  const row = draft.tables.jobs.get(key);
  const held = row?.versions.find((candidate) => candidate.version === version);
  if (row === undefined || row.purged || held === undefined || held.stable === stable) return;
  const [first, ...rest] = row.versions;
  const change = (candidate: JobVersion): JobVersion =>
    candidate === held ? Object.freeze({ ...held, stable, modifyIndex: draft.index }) : candidate;
  putJob(draft, { ...row, versions: [change(first), ...rest.map(change)] });
}

/**
 * Older versions that stay beside a new one: the newest, the newest stable one (auto-revert needs it), and every one
 * that a live allocation runs.
 */
function keptVersions(draft: Draft, row: JobRow | undefined): readonly JobVersion[] {
  if (row === undefined) return [];
  const { versions, key } = row;
  if (versions.length < jobVersionsKept) return versions;
  const kept = new Set<JobVersion>(versions.slice(0, jobVersionsKept - 1));
  const stable = versions.find((candidate) => candidate.stable);
  if (stable !== undefined) kept.add(stable);
  const running = new Set<number>();
  for (const slot of draft.tables.allocationsByJob.get(key)) {
    const allocation = draft.tables.allocations.at(slot);
    if (allocation !== undefined && !isTerminal(allocation)) running.add(allocation.jobVersion);
  }
  return versions.filter((candidate) => kept.has(candidate) || running.has(candidate.version));
}

/** Whoever submits cannot know the index the job gets, so it is filled in here. */
function upsertForJob(draft: Draft, namespace: string, jobId: string, evaluations: Of<'job-register'>['evaluations']) {
  const jobModifyIndex = currentVersion(draft.tables, namespace, jobId)?.jobModifyIndex;
  upsertEvaluations(
    draft,
    jobModifyIndex === undefined ? evaluations : evaluations.map((evaluation) => ({ ...evaluation, jobModifyIndex })),
  );
}
