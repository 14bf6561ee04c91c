// Builds the node as the server sees it, from configuration, machine and drivers.

import { createHash } from 'node:crypto';
import { dynamicPortRange } from '../model/network.ts';
import type { Node } from '../model/node.ts';
import type { DriverHost } from './driver-host/driver-host.ts';
import { computedClass } from './fingerprint/computed-class.ts';
import type { MachineFacts } from './fingerprint/fingerprint.ts';
import type { NodeConfig } from './node-agent-options.ts';

/** Status fields are the server's to write; they carry what a node says at its hello. */
export function buildNode(
  id: string,
  config: NodeConfig,
  machine: MachineFacts,
  drivers: Pick<DriverHost, 'nodeDrivers' | 'attributes'>,
): Node {
  const reserved = config.reserved ?? {};
  const ports = config.dynamicPorts ?? dynamicPortRange;
  const facts = {
    datacenter: config.datacenter,
    nodePool: config.nodePool ?? 'default',
    nodeClass: config.nodeClass ?? '',
    attributes: { ...machine.attributes, ...config.attributes, ...drivers.attributes() },
    meta: config.meta ?? {},
    drivers: drivers.nodeDrivers(),
    cniNetworks: config.cniNetworks ?? [],
  };
  return {
    id,
    name: config.name,
    ...facts,
    httpAddress: config.httpAddress ?? '',
    resources: {
      cpuMhz: config.cpuMhz ?? machine.cpu.totalMhz,
      cores: machine.cpu.cores,
      memoryMiB: config.memoryMiB ?? machine.memoryMiB,
      diskMiB: machine.diskFreeMiB,
      networks: [machine.network, ...(config.networks ?? [])],
      dynamicPortMin: ports.min,
      dynamicPortMax: ports.max,
    },
    reserved: {
      cpuMhz: reserved.cpuMhz ?? 0,
      memoryMiB: reserved.memoryMiB ?? 0,
      diskMiB: reserved.diskMiB ?? 0,
      ports: reserved.ports ?? [],
    },
    computedClass: computedClass(facts, (text) => createHash('sha256').update(text).digest('hex').slice(0, 16)),
    status: 'ready',
    statusDescription: '',
    statusUpdatedAtMs: 0,
    schedulingEligibility: 'eligible',
    bootId: machine.bootId,
    version: config.version,
    createIndex: 0,
    modifyIndex: 0,
  };
}
