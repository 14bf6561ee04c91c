// minReadySeconds and progressDeadlineSeconds of a workload become the `update` of its group.

import { give, open } from '../draft.ts';
import type { Workload } from './context.ts';

// What orch takes when nothing is said.
const MIN_HEALTHY = 10_000;
const HEALTHY_DEADLINE = 300_000;
const PROGRESS_DEADLINE = 600_000;
const KILL_TIMEOUT = 5000;

/** Brings about min_healthy_time < healthy_deadline < progress_deadline >= kill_timeout, whichever of them are given. */
export function finishUpdate({ run, group, kind, jobType, facts }: Workload): void {
  const { minReady, progressDeadline, killTimeout } = facts;
  const kill = jobType === 'service' ? (killTimeout?.ms ?? KILL_TIMEOUT) : 0;
  const at = (progressDeadline ?? minReady ?? killTimeout)?.at;
  if (at === undefined || (progressDeadline === undefined && minReady === undefined && kill <= PROGRESS_DEADLINE))
    return;
  const ready = minReady?.ms ?? 0;
  // Only a Deployment has a deadline of its own; that of others leaves time to start.
  const least = kind === 'Deployment' ? 0 : ready + HEALTHY_DEADLINE;
  const asked = progressDeadline?.ms ?? Math.max(PROGRESS_DEADLINE, least);
  if (asked <= ready) {
    const detail = `progressDeadlineSeconds (${asked / 1000}) must be longer than minReadySeconds (${ready / 1000}).`;
    run.error(at, 'Out of range', detail, `set progressDeadlineSeconds to more than ${ready / 1000}`);
    return;
  }
  const progress = Math.max(asked, kill);
  if (progressDeadline !== undefined && progress > asked)
    run.warn(
      at,
      'Converted with a difference',
      `The deadline is ${progress / 1000} s: it is no shorter than the time a task has to end.`,
    );
  const update = open(run, group, 'update', at);
  if (minReady !== undefined) give(run, update, 'min_healthy_time', ready, minReady.at);
  // Kubernetes waits for nothing by default; the default here stays where it leaves time to start.
  else if (progress <= 2 * MIN_HEALTHY) give(run, update, 'min_healthy_time', 0, at);
  if (progressDeadline !== undefined || progress !== PROGRESS_DEADLINE)
    give(run, update, 'progress_deadline', progress, at);
  // All are whole seconds, so half a second less is still between them.
  if (progress <= HEALTHY_DEADLINE || ready > HEALTHY_DEADLINE / 2)
    give(run, update, 'healthy_deadline', progress - 500, at);
}
