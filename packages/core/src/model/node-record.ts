// What may be the record of a node: checked before it is kept, and a stand-in for one that was kept unchecked.

import { OrchError } from '../lib/errors.ts';
import { keyRule, labelRule, recordIdRule, wordRule } from './name.ts';
import type { DrainStrategy, Node, NodeDriver } from './node.ts';
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
import type { NodeNetwork, NodeResources, ReservedResources } from './resources.ts';

/** Most of each kind that a node tells about itself. */
export const nodeLimits = {
  attributes: 4_096,
  attributeLength: 16_384,
  drivers: 256,
  networks: 256,
  descriptionLength: 8_192,
} as const;

const mhz = numberIn(0, 1e9);
const mib = numberIn(0, 1e12);
const count = wholeIn(0, Number.MAX_SAFE_INTEGER);
const atMs = numberIn(0, 8.64e15);
const port = wholeIn(0, 65_535);
const label = named(labelRule, { mayBeEmpty: true });
const word = named(wordRule, { mayBeEmpty: true });
const description = text(nodeLimits.descriptionLength);
const attributes = mapOf(keyRule, text(nodeLimits.attributeLength), nodeLimits.attributes);

const network = recordOf<NodeNetwork>({ name: label, device: text(256), address: text(256) });
const resources = recordOf<NodeResources>({
  cpuMhz: mhz,
  cores: wholeIn(0, 65_536),
  memoryMiB: mib,
  diskMiB: mib,
  networks: listOf(network, nodeLimits.networks),
  dynamicPortMin: port,
  dynamicPortMax: port,
});
const reserved = recordOf<ReservedResources>({
  cpuMhz: mhz,
  memoryMiB: mib,
  diskMiB: mib,
  ports: listOf(port, 65_536),
});
const driver = recordOf<NodeDriver>({ detected: bool, healthy: bool, description, attributes });
const drain = recordOf<DrainStrategy>({
  deadlineMs: numberIn(-1, 8.64e15),
  ignoreSystemJobs: bool,
  startedAtMs: atMs,
});

const nodeRecord = recordOf<Node>({
  id: named(recordIdRule),
  name: named(labelRule),
  datacenter: named(labelRule),
  nodePool: label,
  nodeClass: label,
  httpAddress: text(512),
  attributes,
  meta: attributes,
  resources,
  reserved,
  drivers: mapOf(wordRule, driver, nodeLimits.drivers),
  cniNetworks: listOf(named(labelRule), nodeLimits.networks),
  computedClass: text(256),
  status: oneOf('initializing', 'ready', 'down', 'disconnected'),
  statusDescription: description,
  statusUpdatedAtMs: atMs,
  schedulingEligibility: oneOf('eligible', 'ineligible'),
  drain: optional(drain),
  bootId: word,
  version: word,
  secretHash: optional(text(256)),
  createIndex: count,
  modifyIndex: count,
});

/** The node of a record of unknown shape: known fields only. @throws OrchError `bad-node` with the field that is wrong */
export function decodeNode(value: unknown): Node {
  const result = tryCheck(nodeRecord, value);
  if ('record' in result) return result.record;
  throw new OrchError('bad-node', `the record of the node is not valid: ${result.problem}`, {
    hint: 'run the same version of orch on servers and nodes, and look at the configuration of the node',
  });
}

const damaged = 'its record is damaged';

/**
 * What is read in place of a kept record that no node could have: it runs nothing and says why. Undefined for one that is
 * in order.
 */
export function nodeStandIn(row: Node): Node | undefined {
  const result = tryCheck(nodeRecord, row);
  if ('record' in result) return undefined;
  const { name, createIndex, modifyIndex, secretHash } = row as Partial<Node>;
  const index = (value: unknown) => (Number.isSafeInteger(value) ? (value as number) : 0);
  return {
    id: row.id,
    name: typeof name === 'string' ? name.slice(0, 256) : '',
    datacenter: '',
    nodePool: '',
    nodeClass: '',
    httpAddress: '',
    attributes: {},
    meta: {},
    resources: { cpuMhz: 0, cores: 0, memoryMiB: 0, diskMiB: 0, networks: [], dynamicPortMin: 0, dynamicPortMax: 0 },
    reserved: { cpuMhz: 0, memoryMiB: 0, diskMiB: 0, ports: [] },
    drivers: {},
    cniNetworks: [],
    computedClass: '',
    status: 'down',
    statusDescription: `${damaged}: ${result.problem}`,
    statusUpdatedAtMs: 0,
    schedulingEligibility: 'ineligible',
    bootId: '',
    version: '',
    ...(typeof secretHash === 'string' ? { secretHash } : {}),
    createIndex: index(createIndex),
    modifyIndex: index(modifyIndex),
  };
}

/** Whether a node that was read is a stand-in. */
export function isNodeStandIn(node: Node): boolean {
  return node.status === 'down' && node.statusDescription.startsWith(`${damaged}: `);
}
