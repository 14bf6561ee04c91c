// `job status`: one job with its groups, deployment and allocations; and the list of jobs.

import type { AllocationStubWire } from '@orch/api/types/allocation';
import type { DeploymentWire } from '@orch/api/types/deployment';
import type { EvaluationWire } from '@orch/api/types/evaluation';
import type { JobStubWire, JobSummaryWire, JobVersionWire } from '@orch/api/types/job';
import { escaped } from '@orch/core/lib/display-width';
import { properties, table } from '../output/table.ts';
import { formatAgo, formatTime, nanosToMs } from '../output/time.ts';
import { renderPlacementFailure } from './placement.ts';

export interface JobView {
  readonly job: JobVersionWire;
  readonly summary: JobSummaryWire;
  readonly allocations: readonly AllocationStubWire[];
  readonly evaluations: readonly EvaluationWire[];
  readonly deployment?: DeploymentWire;
}

export function renderJobList(jobs: readonly JobStubWire[]): string {
  if (jobs.length === 0) return 'No running jobs';
  return table(
    ['ID', 'Type', 'Priority', 'Status', 'Running', 'Submit Date'],
    jobs.map((job) => {
      const groups = Object.values(job.JobSummary.Summary);
      const running = groups.reduce((sum, group) => sum + group.Running, 0);
      const status = job.Stop ? `${job.Status} (stopped)` : job.Status;
      return [job.ID, job.Type, String(job.Priority), status, String(running), formatTime(nanosToMs(job.SubmitTime))];
    }),
  );
}

export function renderJob(view: JobView, options: { readonly verbose: boolean; readonly nowMs: number }): string {
  const { job } = view;
  const head = properties([
    ['ID', job.ID],
    ['Name', job.Name],
    ['Submit Date', formatTime(nanosToMs(job.SubmitTime))],
    ['Type', job.Type],
    ['Priority', String(job.Priority)],
    ['Datacenters', job.Datacenters.join(',')],
    ['Namespace', job.Namespace],
    ['Node Pool', String(job['NodePool'] ?? 'default')],
    ['Status', job.Stop ? `${job.Status} (stopped)` : job.Status],
    ['Version', String(job.Version)],
  ]);
  return [
    head,
    renderSummary(view.summary),
    ...renderFailures(view.evaluations),
    ...(view.deployment === undefined ? [] : [renderDeployment(view.deployment)]),
    `Allocations\n${renderAllocations(view.allocations, options)}`,
  ].join('\n\n');
}

function renderSummary(summary: JobSummaryWire): string {
  const rows = Object.entries(summary.Summary).map(([group, counts]) =>
    [
      group,
      counts.Queued,
      counts.Starting,
      counts.Running,
      counts.Failed,
      counts.Complete,
      counts.Lost,
      counts.Unknown,
    ].map(String),
  );
  return `Summary\n${table(['Task Group', 'Queued', 'Starting', 'Running', 'Failed', 'Complete', 'Lost', 'Unknown'], rows)}`;
}

/** What the newest evaluation, or the blocked one behind it, could not place. */
function renderFailures(evaluations: readonly EvaluationWire[]): readonly string[] {
  const newest = [...evaluations].sort((left, right) => right.CreateIndex - left.CreateIndex);
  const blocked = newest.find((evaluation) => evaluation.Status === 'blocked');
  const last = newest.find((evaluation) => evaluation.Status !== 'canceled' && evaluation.Status !== 'cancelled');
  const failing = blocked ?? last;
  const groups = Object.entries(failing?.FailedTGAllocs ?? {});
  if (failing !== undefined && groups.length > 0)
    return [
      `Placement Failure\n${groups.flatMap(([group, metrics]) => renderPlacementFailure(group, metrics)).join('\n')}`,
    ];
  return failing?.Status === 'failed'
    ? [escaped(`Evaluation ${failing.ID.slice(0, 8)} failed: ${failing.StatusDescription}`)]
    : [];
}

export function renderDeployment(deployment: DeploymentWire): string {
  const groups = Object.entries(deployment.TaskGroups).map(([name, group]) => [
    name,
    String(group.DesiredTotal),
    String(group.PlacedAllocs),
    String(group.HealthyAllocs),
    String(group.UnhealthyAllocs),
  ]);
  const head = properties([
    ['ID', deployment.ID.slice(0, 8)],
    ['Status', deployment.Status],
    ['Description', deployment.StatusDescription],
  ]);
  return `Latest Deployment\n${head}\n\nDeployed\n${table(['Task Group', 'Desired', 'Placed', 'Healthy', 'Unhealthy'], groups)}`;
}

export function renderAllocations(
  allocations: readonly AllocationStubWire[],
  { verbose, nowMs }: { readonly verbose: boolean; readonly nowMs: number },
): string {
  if (allocations.length === 0) return 'No allocations placed';
  const id = (text: string) => (verbose ? text : text.slice(0, 8));
  const newest = [...allocations].sort((left, right) => right.CreateIndex - left.CreateIndex);
  return table(
    ['ID', 'Node ID', 'Task Group', 'Version', 'Desired', 'Status', 'Created', 'Modified'],
    newest.map((allocation) => [
      id(allocation.ID),
      id(allocation.NodeID),
      allocation.TaskGroup,
      String(allocation.JobVersion),
      allocation.DesiredStatus,
      allocation.ClientStatus,
      formatAgo(nanosToMs(allocation.CreateTime), nowMs),
      formatAgo(nanosToMs(allocation.ModifyTime), nowMs),
    ]),
  );
}
