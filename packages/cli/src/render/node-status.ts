// `node status`: the list of nodes, and one node with its drivers, resources and allocations.

import type { AllocationStubWire } from '@orch/api/types/allocation';
import type { NodeStubWire, NodeWire } from '@orch/api/types/node';
import { properties, table } from '../output/table.ts';
import { renderAllocations } from './job-status.ts';

export function renderNodeList(nodes: readonly NodeStubWire[], verbose: boolean): string {
  if (nodes.length === 0) return 'No nodes';
  const list = table(
    ['ID', 'Node Pool', 'DC', 'Name', 'Class', 'Drain', 'Eligibility', 'Status'],
    nodes.map((node) => [
      verbose ? node.ID : node.ID.slice(0, 8),
      node.NodePool,
      node.Datacenter,
      node.Name,
      node.NodeClass || '<none>',
      String(node.Drain),
      node.SchedulingEligibility,
      node.Status,
    ]),
  );
  const said = nodes.filter((node) => node.StatusDescription !== '');
  if (said.length === 0) return list;
  return `${list}\n\n${properties(said.map((node) => [verbose ? node.ID : node.ID.slice(0, 8), node.StatusDescription]))}`;
}

export function renderNode(
  node: NodeWire,
  allocations: readonly AllocationStubWire[],
  options: { readonly verbose: boolean; readonly nowMs: number },
): string {
  const head = properties([
    ['ID', options.verbose ? node.ID : node.ID.slice(0, 8)],
    ['Name', node.Name],
    ['Node Pool', node.NodePool],
    ['Class', node.NodeClass || '<none>'],
    ['DC', node.Datacenter],
    ['Drain', String(node.Drain)],
    ['Eligibility', node.SchedulingEligibility],
    ['Status', node.Status],
    ['Status Description', node.StatusDescription || undefined],
    ['Networks', node.CNINetworks?.join(',') || '<none>'],
  ]);
  const drivers = table(
    ['Driver', 'Detected', 'Healthy', 'Message'],
    Object.entries(node.Drivers).map(([name, driver]) => [
      name,
      String(driver.Detected),
      String(driver.Healthy),
      driver.HealthDescription,
    ]),
  );
  const resources = renderResources(node, allocations);
  const attributes = Object.entries(node.Attributes).sort(([left], [right]) => left.localeCompare(right));
  const detail = options.verbose ? [`Attributes\n${properties(attributes)}`] : [];
  return [
    head,
    `Drivers\n${drivers}`,
    resources,
    `Allocations\n${renderAllocations(allocations, options)}`,
    ...detail,
  ].join('\n\n');
}

function renderResources(node: NodeWire, allocations: readonly AllocationStubWire[]): string {
  const live = allocations.filter(
    (allocation) => allocation.ClientStatus === 'running' || allocation.ClientStatus === 'pending',
  );
  const used = { cpu: 0, memory: 0, disk: 0 };
  for (const allocation of live) {
    for (const task of Object.values(allocation.AllocatedResources?.Tasks ?? {})) {
      used.cpu += task.Cpu.CpuShares;
      used.memory += task.Memory.MemoryMB;
    }
    used.disk += allocation.AllocatedResources?.Shared.DiskMB ?? 0;
  }
  const { NodeResources: total, ReservedResources: reserved } = node;
  const free = (all: number, kept: number) => all - kept;
  return `Allocated Resources\n${table(
    ['CPU', 'Memory', 'Disk'],
    [
      [
        `${used.cpu}/${free(total.Cpu.CpuShares, reserved.Cpu.CpuShares)} MHz`,
        `${used.memory}/${free(total.Memory.MemoryMB, reserved.Memory.MemoryMB)} MiB`,
        `${used.disk}/${free(total.Disk.DiskMB, reserved.Disk.DiskMB)} MiB`,
      ],
    ],
  )}`;
}
