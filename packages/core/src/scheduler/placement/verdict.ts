// All reasons why one node cannot take one more instance of a group. The slow, complete form of the quick checks.

import type { NodeVerdict } from '../../model/allocation.ts';
import type { Node } from '../../model/node.ts';
import type { ResourceUse } from '../../model/resources.ts';
import { checkCapacity, nodeCapacity } from '../feasible/capacity-check.ts';
import type { CheckFailure } from '../feasible/check.ts';
import { checkConstraint } from '../feasible/constraint-check.ts';
import { checkCores, freeCores } from '../feasible/cores-check.ts';
import { checkDatacenter } from '../feasible/datacenter-check.ts';
import { checkDevices } from '../feasible/device-check.ts';
import { checkDistinctHosts, checkDistinctProperty } from '../feasible/distinct-check.ts';
import { checkDriver } from '../feasible/driver-check.ts';
import { checkHostNetwork } from '../feasible/host-network-check.ts';
import { checkNetwork } from '../feasible/network-check.ts';
import { checkNodePool } from '../feasible/node-pool-check.ts';
import { checkNodeState } from '../feasible/node-state-check.ts';
import { checkPorts } from '../feasible/port-check.ts';
import type { NodeBook, NodeReader } from '../ports/port-view.ts';
import type { GroupAsk } from './ask.ts';
import { cpuAsk } from './candidates.ts';

/** What runs on the node and on its like, the plan in the making counted in. */
export interface Occupancy {
  readonly used: ResourceUse;
  readonly book: NodeBook | undefined;
  readonly groupInstances: number;
  readonly jobInstances: number;
  /** Per distinct property of the ask: instances where its value is the node's. */
  readonly propertyInstances: readonly number[];
}

export function nodeFailures(reader: NodeReader, ask: GroupAsk, node: Node, occupancy: Occupancy): CheckFailure[] {
  return [...staticFailures(ask, node), ...dynamicFailures(reader, ask, node, occupancy)];
}

function staticFailures(ask: GroupAsk, node: Node): CheckFailure[] {
  const { job, group } = ask;
  return present([
    checkNodeState(node),
    checkDatacenter(job.datacenters, node),
    checkNodePool(job.nodePool, node),
    ...ask.constraints.map((compiled) => checkConstraint(compiled, node)),
    ...ask.drivers.map((driver) => checkDriver(driver, node)),
    ...group.networks.map((network) => checkNetwork(network, node)),
    ...[...ask.ports.fixed, ...ask.ports.dynamic].map((port) => checkHostNetwork(port, node)),
    checkDevices(group),
  ]);
}

function dynamicFailures(reader: NodeReader, ask: GroupAsk, node: Node, occupancy: Occupancy): CheckFailure[] {
  const needs = { cpuMhz: cpuAsk(ask, node), memoryMiB: ask.memoryMiB, diskMiB: ask.diskMiB };
  const { distinctHosts } = ask;
  const instances = distinctHosts === 'job' ? occupancy.jobInstances : occupancy.groupInstances;
  return present([
    ...checkCapacity(needs, occupancy.used, nodeCapacity(node)),
    ask.cores > 0 ? checkCores(ask.cores, freeCores(reader, node, occupancy.book).length, node) : undefined,
    ...checkPorts(reader, node, occupancy.book, ask.ports),
    distinctHosts === undefined ? undefined : checkDistinctHosts(distinctHosts, instances),
    ...ask.distinctProperties.map((property, index) =>
      checkDistinctProperty(property, node, occupancy.propertyInstances[index] ?? 0),
    ),
  ]);
}

function present(failures: readonly (CheckFailure | undefined)[]): CheckFailure[] {
  return failures.filter((failure) => failure !== undefined);
}

export function toVerdict(node: Node, failures: readonly CheckFailure[]): NodeVerdict {
  return {
    nodeId: node.id,
    nodeName: node.name,
    failures: failures.map(({ check, reason, mend }) =>
      mend === undefined ? { check, reason } : { check, reason, mend },
    ),
  };
}
