// What a node may say about an allocation: checked before it is kept, and a stand-in for what was kept unchecked.

import { OrchError } from '../lib/errors.ts';
import type { Allocation, AllocationUpdate, TaskState, TaskStateEvent } from './allocation.ts';
import { keyRule, recordIdRule } from './name.ts';
import type { AllocationNetworkStatus, DnsConfig } from './network.ts';
import {
  bool,
  listOf,
  mapOf,
  named,
  numberIn,
  oneOf,
  optional,
  recordOf,
  text,
  tryCheck,
  wholeIn,
} from './record-check.ts';

/** Most of each kind that is taken. */
const limits = { tasks: 1_024, events: 100, details: 100, networks: 256, names: 1_024 } as const;

const description = text(16_384);
const atMs = numberIn(0, 8.64e15);
const names = listOf(text(1_024), limits.names);

const event = recordOf<TaskStateEvent>({
  type: text(256),
  atMs,
  message: description,
  details: mapOf(keyRule, description, limits.details),
});
const taskState = recordOf<TaskState>({
  state: oneOf('pending', 'running', 'dead'),
  failed: bool,
  restarts: wholeIn(0, Number.MAX_SAFE_INTEGER),
  lastRestartAtMs: optional(atMs),
  startedAtMs: optional(atMs),
  finishedAtMs: optional(atMs),
  events: listOf(event, limits.events),
});
const taskStates = mapOf(keyRule, taskState, limits.tasks);
const dns = recordOf<DnsConfig>({ servers: names, searches: names, options: names });
const networkStatus = recordOf<AllocationNetworkStatus>({
  interfaceName: text(256),
  address: text(256),
  addressIpv6: optional(text(256)),
  dns: optional(dns),
  interfaces: listOf(
    recordOf<AllocationNetworkStatus['interfaces'][number]>({
      network: text(256),
      name: text(256),
      address: text(256),
      mac: optional(text(256)),
    }),
    limits.networks,
  ),
});
const clientStatus = oneOf('pending', 'running', 'complete', 'failed', 'lost', 'unknown');

const allocationUpdate = recordOf<AllocationUpdate>({
  id: named(recordIdRule),
  clientStatus,
  clientDescription: description,
  taskStates,
  networkStatus: optional(networkStatus),
  healthy: optional(bool),
  atMs,
});

/** The node's fields of an allocation. */
const clientPart = recordOf<Pick<Allocation, 'clientStatus' | 'clientDescription' | 'taskStates' | 'networkStatus'>>({
  clientStatus,
  clientDescription: description,
  taskStates,
  networkStatus: optional(networkStatus),
});

/** An update of unknown shape: known fields only. @throws OrchError `bad-update` with the field that is wrong */
export function decodeAllocationUpdate(value: unknown): AllocationUpdate {
  const result = tryCheck(allocationUpdate, value);
  if ('record' in result) return result.record;
  throw new OrchError('bad-update', `what the node says about an allocation is not valid: ${result.problem}`);
}

/** What is read in place of an allocation of which a node told what no node can know. Undefined for one in order. */
export function allocationStandIn(row: Allocation): Allocation | undefined {
  const result = tryCheck(clientPart, row);
  if ('record' in result) return undefined;
  const { networkStatus: _, ...rest } = row;
  const status = tryCheck(clientStatus, row.clientStatus);
  return {
    ...rest,
    clientStatus: 'record' in status ? status.record : 'unknown',
    clientDescription: `what its node said of it cannot be read: ${result.problem}`,
    taskStates: {},
  };
}
