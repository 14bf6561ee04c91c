// `alloc status`: one allocation with its ports, tasks and their recent events.

import type { AllocationWire, TaskStateWire } from '@orch/api/types/allocation';
import type { AllocationStatsWire } from '@orch/api/types/client';
import { escaped } from '@orch/core/lib/display-width';
import { properties, table } from '../output/table.ts';
import { formatAgo, formatTime, nanosToMs } from '../output/time.ts';

export function renderAllocation(
  allocation: AllocationWire,
  options: { readonly nowMs: number; readonly verbose: boolean; readonly stats?: AllocationStatsWire },
): string {
  const id = (text: string) => (options.verbose ? text : text.slice(0, 8));
  const head = properties([
    ['ID', options.verbose ? allocation.ID : id(allocation.ID)],
    ['Eval ID', id(allocation.EvalID)],
    ['Name', allocation.Name],
    ['Node ID', id(allocation.NodeID)],
    ['Node Name', allocation.NodeName],
    ['Job ID', allocation.JobID],
    ['Job Version', String(allocation.JobVersion)],
    ['Client Status', allocation.ClientStatus],
    ['Client Description', allocation.ClientDescription || '<none>'],
    ['Desired Status', allocation.DesiredStatus],
    ['Desired Description', allocation.DesiredDescription || '<none>'],
    ['Created', formatAgo(nanosToMs(allocation.CreateTime), options.nowMs)],
    ['Modified', formatAgo(nanosToMs(allocation.ModifyTime), options.nowMs)],
    ['Deployment ID', allocation.DeploymentID === '' ? undefined : id(allocation.DeploymentID)],
    ['Deployment Health', deploymentHealth(allocation)],
    ['Replacement Alloc', allocation.NextAllocation === '' ? undefined : id(allocation.NextAllocation)],
    ['Previous Alloc', allocation.PreviousAllocation === '' ? undefined : id(allocation.PreviousAllocation)],
  ]);
  const network = allocation.NetworkStatus;
  const addresses = network?.Interfaces.length
    ? [
        `Interfaces\n${table(
          ['Name', 'Network', 'Address'],
          network.Interfaces.map((item) => [item.Name, item.Network, item.Address]),
        )}`,
      ]
    : [];
  const tasks = Object.entries(allocation.TaskStates ?? {}).map(([name, state]) =>
    renderTask(name, state, allocation, options),
  );
  return [head, ...renderPorts(allocation), ...addresses, ...tasks].join('\n\n');
}

function deploymentHealth(allocation: AllocationWire): string | undefined {
  const healthy = allocation.DeploymentStatus?.Healthy;
  return healthy === undefined || healthy === null ? undefined : healthy ? 'healthy' : 'unhealthy';
}

function renderPorts(allocation: AllocationWire): readonly string[] {
  const ports = allocation.AllocatedResources.Shared.Ports;
  if (ports.length === 0) return [];
  const rows = ports.map((port) => [port.Label, `${port.HostIP}:${port.Value}`, port.To > 0 ? String(port.To) : '']);
  return [`Allocation Addresses\n${table(['Label', 'Address', 'To'], rows)}`];
}

function renderTask(
  name: string,
  state: TaskStateWire,
  allocation: AllocationWire,
  options: { readonly nowMs: number; readonly stats?: AllocationStatsWire },
): string {
  const asked = allocation.AllocatedResources.Tasks[name];
  const usage = options.stats?.Tasks[name]?.ResourceUsage;
  const mib = (bytes: number) => `${(bytes / 1_048_576).toFixed(1)} MiB`;
  const cpu =
    asked === undefined
      ? ''
      : `${usage === undefined ? '' : `${Math.round(usage.CpuStats.TotalTicks)}/`}${asked.Cpu.CpuShares} MHz`;
  const memory =
    asked === undefined
      ? ''
      : `${usage === undefined ? '' : `${mib(usage.MemoryStats.Usage || usage.MemoryStats.RSS)}/`}${asked.Memory.MemoryMB} MiB`;
  const events = [...state.Events]
    .reverse()
    .map((event) => [formatTime(nanosToMs(event.Time)), event.Type, event.DisplayMessage || event.Message]);
  const head = escaped(`Task "${name}" is "${state.State}"${state.Failed ? ' (failed)' : ''}`);
  const facts = properties([
    ['CPU', cpu],
    ['Memory', memory],
    ['Started At', known(state.StartedAt)],
    ['Finished At', known(state.FinishedAt)],
    ['Total Restarts', String(state.Restarts)],
  ]);
  return `${head}\n${facts}\n\nRecent Events:\n${table(['Time', 'Type', 'Description'], events)}`;
}

/** RFC 3339, or N/A for a moment that has not come. */
function known(time: string): string {
  return time === '' || time.startsWith('0001-') ? 'N/A' : time;
}
