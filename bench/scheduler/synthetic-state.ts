// A state of many nodes for the scheduler's figures: the same questions as the real one, answered from maps.

import type { Allocation } from '@orch/core/model/allocation';
import type { Evaluation } from '@orch/core/model/evaluation';
import type { Job, JobVersion } from '@orch/core/model/job';
import type { Node } from '@orch/core/model/node';
import type { Plan } from '@orch/core/model/plan';
import { allocatedUse, type ResourceUse } from '@orch/core/model/resources';
import { defaultSchedulerConfig, type StateSnapshot } from '@orch/core/model/snapshot';
import { makeNetwork, makeNode, makePort, makeTask, oneGroup } from '@orch/core/scheduler/testing/fixtures';

export interface SyntheticState {
  readonly snapshot: StateSnapshot;
  readonly apply: (plan: Plan) => void;
}

const racks = 50;
const noUse: ResourceUse = { cpuMhz: 0, memoryMiB: 0, diskMiB: 0 };
const noPorts: ReadonlySet<number> = new Set();

export function benchNode(index: number): Node {
  const rack = `r${index % racks}`;
  const isBig = index % 4 === 0;
  return makeNode(`node-${index}`, {
    nodeClass: isBig ? 'big' : 'small',
    computedClass: `${isBig ? 'big' : 'small'}-${rack}`,
    meta: { rack },
    resources: {
      cpuMhz: isBig ? 32_000 : 16_000,
      cores: isBig ? 32 : 16,
      memoryMiB: isBig ? 131_072 : 65_536,
      diskMiB: 1_000_000,
      networks: [{ name: 'default', device: 'eth0', address: `10.0.${index >> 8}.${index & 255}` }],
      dynamicPortMin: 20_000,
      dynamicPortMax: 32_000,
    },
  });
}

export function benchJob(index: number, count: number, spreads: Job['spreads'] = []): Job {
  const cpuMhz = 100 + (index % 5) * 50;
  const memoryMiB = 128 + (index % 3) * 128;
  return oneGroup(
    {
      count,
      constraints: [{ attribute: '${attr.kernel.name}', operator: '=', value: 'linux' }],
      networks: [makeNetwork({ dynamicPorts: [makePort()] })],
      tasks: [makeTask({ resources: { cpuMhz, memoryMiB, devices: [] } })],
      spreads,
    },
    { id: `job-${index}` },
  );
}

export function syntheticState(nodes: readonly Node[], jobs: ReadonlyMap<string, JobVersion>): SyntheticState {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const use = new Map<string, ResourceUse>();
  const ports = new Map<string, Set<number>>();
  const byNode = new Map<string, Allocation[]>();
  const byJob = new Map<string, Allocation[]>();
  const evaluations: readonly Evaluation[] = [];
  const snapshot: StateSnapshot = {
    index: 1,
    job: (_namespace, id) => jobs.get(id),
    jobVersion: (_namespace, id) => jobs.get(id),
    jobVersions: () => [],
    jobs: () => jobs.values(),
    node: (id) => byId.get(id),
    nodes: () => nodes,
    allocation: () => undefined,
    allocations: () => [],
    nodeAllocations: (id) => byNode.get(id) ?? [],
    jobAllocations: (_namespace, id) => byJob.get(id) ?? [],
    evaluationAllocations: () => [],
    deploymentAllocations: () => [],
    nodeUse: (id) => use.get(id) ?? noUse,
    nodePorts: (id) => ports.get(id) ?? noPorts,
    evaluation: () => undefined,
    evaluations: () => evaluations,
    jobEvaluations: () => evaluations,
    deployment: () => undefined,
    deployments: () => [],
    latestDeployment: () => undefined,
    schedulerConfig: () => defaultSchedulerConfig,
  };
  const apply = (plan: Plan) => {
    for (const allocation of plan.placements) {
      const taken = allocatedUse(allocation.resources);
      const before = use.get(allocation.nodeId) ?? noUse;
      use.set(allocation.nodeId, {
        cpuMhz: before.cpuMhz + taken.cpuMhz,
        memoryMiB: before.memoryMiB + taken.memoryMiB,
        diskMiB: before.diskMiB + taken.diskMiB,
      });
      const held = ports.get(allocation.nodeId) ?? new Set();
      for (const { value } of allocation.resources.shared.ports) held.add(value);
      ports.set(allocation.nodeId, held);
      append(byNode, allocation.nodeId, allocation);
      append(byJob, allocation.jobId, allocation);
    }
  };
  return { snapshot, apply };
}

function append(lists: Map<string, Allocation[]>, key: string, allocation: Allocation): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [allocation]);
  else list.push(allocation);
}
