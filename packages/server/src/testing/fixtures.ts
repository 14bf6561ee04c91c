// Ordinary nodes and jobs for the server's tests: a test names only what it is about.

import type { Node } from '@orch/core/model/node';
import type { DriverConfigSchema } from '@orch/core/schema';

export const execSchema: DriverConfigSchema = {
  fields: {
    command: { type: 'string', required: true, doc: 'Program to run.' },
    args: { type: { kind: 'list', of: 'string' }, doc: 'Arguments.' },
  },
};

export function makeNode(id: string, changes: Partial<Node> = {}): Node {
  return {
    id,
    name: `name-of-${id}`,
    datacenter: 'dc1',
    nodePool: 'default',
    nodeClass: '',
    httpAddress: '',
    attributes: { 'kernel.name': 'linux' },
    meta: {},
    resources: {
      cpuMhz: 4_000,
      cores: 4,
      memoryMiB: 8_192,
      diskMiB: 100_000,
      networks: [{ name: 'default', device: 'lo', address: '127.0.0.1' }],
      dynamicPortMin: 20_000,
      dynamicPortMax: 32_000,
    },
    reserved: { cpuMhz: 0, memoryMiB: 0, diskMiB: 0, ports: [] },
    drivers: { exec: { detected: true, healthy: true, description: '', attributes: {} } },
    cniNetworks: [],
    computedClass: 'class-a',
    status: 'initializing',
    statusDescription: '',
    statusUpdatedAtMs: 0,
    schedulingEligibility: 'eligible',
    bootId: 'boot-1',
    version: '0.1.0',
    createIndex: 0,
    modifyIndex: 0,
    ...changes,
  };
}

export interface JobChanges {
  readonly count?: number;
  readonly cpu?: number;
  readonly command?: string;
  readonly group?: Readonly<Record<string, unknown>>;
  readonly job?: Readonly<Record<string, unknown>>;
}

/** A service job of one exec task, as the API takes it. */
export function jobJson(id: string, changes: JobChanges = {}): Record<string, unknown> {
  return {
    ID: id,
    Name: id,
    Type: 'service',
    Datacenters: ['dc1'],
    TaskGroups: [
      {
        Name: 'web',
        Count: changes.count ?? 1,
        Tasks: [
          {
            Name: 'server',
            Driver: 'exec',
            Config: { command: changes.command ?? '/bin/sleep', args: ['60'] },
            Resources: { CPU: changes.cpu ?? 100, MemoryMB: 64 },
          },
        ],
        ...changes.group,
      },
    ],
    ...changes.job,
  };
}
