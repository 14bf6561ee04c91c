// All tables of the state with their secondary indexes.

import type { Allocation } from '../model/allocation.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Evaluation } from '../model/evaluation.ts';
import { jobKey } from '../model/ids.ts';
import type { JobVersion } from '../model/job.ts';
import type { Node } from '../model/node.ts';
import { defaultSchedulerConfig, type SchedulerConfig } from '../model/snapshot.ts';
import { NodeLoads } from './node-load.ts';
import { Postings } from './postings.ts';
import { createPrefixes, type Prefixes } from './prefix.ts';
import { StandIns } from './stand-ins.ts';
import { Table } from './table.ts';
import { TableHash } from './table-hash.ts';

/** A job with its kept versions. A purged one is hidden from readers until the last allocation that refers to it is gone. */
export interface JobRow {
  /** `jobKey(namespace, id)`. */
  readonly key: string;
  readonly purged: boolean;
  /** Newest first, never empty. */
  readonly versions: readonly [JobVersion, ...JobVersion[]];
}

/** Counts per job from which its status follows, so that no write walks the job's allocations. */
export interface JobTally {
  allocations: number;
  /** Not terminal. */
  liveAllocations: number;
  evaluations: number;
  /** Pending or blocked. */
  openEvaluations: number;
}

export interface Tables {
  readonly jobs: Table<JobRow>;
  readonly nodes: Table<Node>;
  readonly allocations: Table<Allocation>;
  readonly evaluations: Table<Evaluation>;
  readonly deployments: Table<Deployment>;
  readonly allocationsByJob: Postings;
  readonly allocationsByEvaluation: Postings;
  readonly allocationsByDeployment: Postings;
  readonly evaluationsByJob: Postings;
  readonly deploymentsByJob: Postings;
  readonly nodeStandIns: StandIns<Node>;
  readonly allocationStandIns: StandIns<Allocation>;
  readonly nodeLoads: NodeLoads;
  readonly jobTallies: Map<string, JobTally>;
  readonly prefixes: Readonly<Record<TableName, Prefixes>>;
  readonly hashes: Readonly<Record<TableName, { fold(): void; foldWhenMany(): void; sums(): readonly number[] }>>;
  schedulerConfig: SchedulerConfig;
}

export const tableNames = ['jobs', 'nodes', 'allocations', 'evaluations', 'deployments'] as const;
export type TableName = (typeof tableNames)[number];

export function createTables(): Tables {
  const hashed = { hashed: true };
  const jobs = new Table<JobRow>((row) => row.key, hashed);
  const nodes = new Table<Node>((row) => row.id, hashed);
  const allocations = new Table<Allocation>((row) => row.id, hashed);
  const evaluations = new Table<Evaluation>((row) => row.id, hashed);
  const deployments = new Table<Deployment>((row) => row.id, hashed);
  return {
    jobs,
    nodes,
    allocations,
    evaluations,
    deployments,
    allocationsByJob: new Postings(),
    allocationsByEvaluation: new Postings(),
    allocationsByDeployment: new Postings(),
    evaluationsByJob: new Postings(),
    deploymentsByJob: new Postings(),
    nodeStandIns: new StandIns(),
    allocationStandIns: new StandIns(),
    nodeLoads: new NodeLoads(),
    jobTallies: new Map(),
    prefixes: {
      jobs: createPrefixes(),
      nodes: createPrefixes(),
      allocations: createPrefixes(),
      evaluations: createPrefixes(),
      deployments: createPrefixes(),
    },
    hashes: {
      jobs: new TableHash(jobs),
      nodes: new TableHash(nodes),
      allocations: new TableHash(allocations),
      evaluations: new TableHash(evaluations),
      deployments: new TableHash(deployments),
    },
    schedulerConfig: defaultSchedulerConfig,
  };
}

/** The key of the job that an allocation, an evaluation or a deployment belongs to. */
export function jobKeyOf(row: { readonly namespace: string; readonly jobId: string }): string {
  return jobKey(row.namespace, row.jobId);
}

export function tallyOf(tables: Tables, key: string): JobTally {
  let tally = tables.jobTallies.get(key);
  if (tally === undefined) {
    tally = { allocations: 0, liveAllocations: 0, evaluations: 0, openEvaluations: 0 };
    tables.jobTallies.set(key, tally);
  }
  return tally;
}

/** Forgets a job's counts when nothing is counted any more. */
export function dropEmptyTally(tables: Tables, key: string): void {
  const tally = tables.jobTallies.get(key);
  if (tally !== undefined && tally.allocations === 0 && tally.evaluations === 0) tables.jobTallies.delete(key);
}
