// The reading side: a `StateSnapshot` over views of the tables.

import { jobKey } from '../model/ids.ts';
import type { JobVersion } from '../model/job.ts';
import type { StateSnapshot } from '../model/snapshot.ts';
import type { TableView } from './table.ts';
import type { JobRow, Tables } from './tables.ts';

/** Views of all hashed tables at one index: what is read and what is saved. */
export interface Views {
  readonly jobs: TableView<JobRow>;
  readonly nodes: ReturnType<Tables['nodes']['view']>;
  readonly allocations: ReturnType<Tables['allocations']['view']>;
  readonly evaluations: ReturnType<Tables['evaluations']['view']>;
  readonly deployments: ReturnType<Tables['deployments']['view']>;
}

export function viewsOf(tables: Tables): Views {
  return {
    jobs: tables.jobs.view(),
    nodes: tables.nodes.view(),
    allocations: tables.allocations.view(),
    evaluations: tables.evaluations.view(),
    deployments: tables.deployments.view(),
  };
}

export function createSnapshot(tables: Tables, index: number): StateSnapshot {
  const { jobs, evaluations, deployments, ...views } = viewsOf(tables);
  const nodes = standingIn(views.nodes, tables.nodeStandIns.view());
  const allocations = standingIn(views.allocations, tables.allocationStandIns.view());
  const allocationsByJob = tables.allocationsByJob.view();
  const allocationsByEvaluation = tables.allocationsByEvaluation.view();
  const allocationsByDeployment = tables.allocationsByDeployment.view();
  const evaluationsByJob = tables.evaluationsByJob.view();
  const deploymentsByJob = tables.deploymentsByJob.view();
  const loads = tables.nodeLoads.view();
  const config = tables.schedulerConfig;
  return {
    index,
    job: (namespace, jobId) => visible(jobs.get(jobKey(namespace, jobId)))?.versions[0],
    // A purged job's versions are still answered by number: its last allocations refer to them.
    jobVersion: (namespace, jobId, version) =>
      jobs.get(jobKey(namespace, jobId))?.versions.find((candidate) => candidate.version === version),
    jobVersions: (namespace, jobId) => presentVersions(visible(jobs.get(jobKey(namespace, jobId)))),
    jobs: () => currentVersions(jobs),
    node: (id) => nodes.get(id),
    nodes: () => nodes.rows(),
    allocation: (id) => allocations.get(id),
    allocations: () => allocations.rows(),
    nodeAllocations: (id) => rowsAt(allocations, loads.slots(id)),
    jobAllocations: (namespace, jobId) => rowsAt(allocations, allocationsByJob.get(jobKey(namespace, jobId))),
    evaluationAllocations: (id) => rowsAt(allocations, allocationsByEvaluation.get(id)),
    deploymentAllocations: (id) => rowsAt(allocations, allocationsByDeployment.get(id)),
    nodeUse: (id) => loads.use(id),
    nodePorts: (id) => loads.ports(id),
    evaluation: (id) => evaluations.get(id),
    evaluations: () => evaluations.rows(),
    jobEvaluations: (namespace, jobId) => rowsAt(evaluations, evaluationsByJob.get(jobKey(namespace, jobId))),
    deployment: (id) => deployments.get(id),
    deployments: () => deployments.rows(),
    latestDeployment: (namespace, jobId) => newest(rowsAt(deployments, deploymentsByJob.get(jobKey(namespace, jobId)))),
    schedulerConfig: () => config,
  };
}

function visible(row: JobRow | undefined): JobRow | undefined {
  return row?.purged === true ? undefined : row;
}

/** Without those of an earlier, purged job of the same name. */
function presentVersions(row: JobRow | undefined): readonly JobVersion[] {
  if (row === undefined) return [];
  const [current] = row.versions;
  return row.versions.filter((candidate) => candidate.createIndex === current.createIndex);
}

function* currentVersions(jobs: TableView<JobRow>): Generator<JobVersion> {
  for (const row of jobs.rows()) if (!row.purged) yield row.versions[0];
}

/** The view with damaged rows replaced. Without any, as nearly always, it is the view itself. */
function standingIn<Row extends { readonly id: string }>(
  view: TableView<Row>,
  standIns: ReadonlyMap<string, Row>,
): Readable<Row> {
  if (standIns.size === 0) return view;
  const replaced = <Found extends Row | undefined>(row: Found) =>
    row === undefined ? row : ((standIns.get(row.id) ?? row) as Found);
  return {
    get: (key) => replaced(view.get(key)),
    at: (slot) => replaced(view.at(slot)),
    *rows() {
      for (const row of view.rows()) yield replaced(row);
    },
  };
}

type Readable<Row extends object> = Pick<TableView<Row>, 'get' | 'at' | 'rows'>;

function rowsAt<Row extends object>(view: Readable<Row>, slots: readonly number[]): readonly Row[] {
  const rows: Row[] = [];
  for (const slot of slots) {
    const row = view.at(slot);
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

function newest<Row extends { readonly createIndex: number }>(rows: readonly Row[]): Row | undefined {
  let found: Row | undefined;
  for (const row of rows) if (found === undefined || row.createIndex >= found.createIndex) found = row;
  return found;
}
