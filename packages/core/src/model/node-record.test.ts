import test from 'ava';
import { aNode, anAllocation } from '../state/testing/rows.ts';
import type { Allocation } from './allocation.ts';
import { allocationStandIn, decodeAllocationUpdate } from './allocation-record.ts';
import type { Node } from './node.ts';
import { decodeNode, isNodeStandIn, nodeLimits, nodeStandIn } from './node-record.ts';

/** With everything a node can have. */
const full: Required<Node> = {
  ...aNode('n1', { drivers: { exec: { detected: true, healthy: true, description: '', attributes: {} } } }),
  attributes: { 'kernel.name': 'linux', 'os.signals': 'SIGTERM,SIGKILL' },
  meta: { 'a b': 'c\nd' },
  drain: { deadlineMs: -1, ignoreSystemJobs: false, startedAtMs: 5 },
  secretHash: 'ab',
};
const problemOf = (changes: Record<string, unknown>) =>
  failureOf(() => decodeNode({ ...full, ...changes })).replace(/^the record of the node is not valid: /, '');

function failureOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return 'it passed';
}

test('a whole record is read as it is, and what it does not know is left out', (t) => {
  t.deepEqual(decodeNode(JSON.parse(JSON.stringify(full))), full);
  t.deepEqual(decodeNode({ ...full, more: { a: 1 }, resources: { ...full.resources, more: 2 } }), full);
  t.is(nodeStandIn(full), undefined);
});

test('every field of a record is looked at', (t) => {
  for (const field of Object.keys(full)) {
    t.true(problemOf({ [field]: { not: ['this'] } }).startsWith(field), field);
    t.true(problemOf({ [field]: null }).startsWith(field), field);
    if (field !== 'drain' && field !== 'secretHash') t.true(problemOf({ [field]: undefined }).startsWith(field), field);
  }
});

test('what is wrong is named with its place', (t) => {
  const { resources, drivers, reserved } = full;
  const [driver = ''] = Object.keys(drivers);
  for (const [changes, message] of [
    [{ id: '../x' }, 'id "../x" contains a slash'],
    [{ name: 'a\u001bb' }, 'name "a\\u001bb" contains U+001B, which nobody sees'],
    [{ datacenter: '..' }, 'datacenter ".." means a directory in paths'],
    [{ status: 'dead' }, 'status is none of initializing, ready, down, disconnected'],
    [{ attributes: { a: 1 } }, 'attributes["a"] is no text'],
    [{ attributes: { '\n': 'x' } }, 'attributes has a key "\\n" that contains U+000A, which nobody sees'],
    [{ attributes: { a: 'x'.repeat(20_000) } }, 'attributes["a"] is longer than 16384 characters'],
    [{ resources: { ...resources, cpuMhz: Number.NaN } }, 'resources.cpuMhz is no number from 0 to 1000000000'],
    [{ resources: { ...resources, memoryMiB: -1 } }, 'resources.memoryMiB is no number from 0 to 1000000000000'],
    [{ resources: { ...resources, cores: 1.5 } }, 'resources.cores is no whole number'],
    [{ resources: { ...resources, networks: [null] } }, 'resources.networks[0] is no record'],
    [{ reserved: { ...reserved, ports: [70_000] } }, 'reserved.ports[0] is no number from 0 to 65535'],
    [{ drivers: { [driver]: null } }, `drivers["${driver}"] is no record`],
    [{ drivers: [] }, 'drivers is no record'],
    [{ cniNetworks: {} }, 'cniNetworks is no list'],
    [{ createIndex: Number.POSITIVE_INFINITY }, 'createIndex is no number from 0 to 9007199254740991'],
  ] as const)
    t.is(problemOf(changes), message);
  const many = Object.fromEntries(Array.from({ length: nodeLimits.attributes + 1 }, (_, index) => [`a${index}`, '']));
  t.is(problemOf({ attributes: many }), `attributes has more than ${nodeLimits.attributes} entries`);
  for (const value of [undefined, null, 'text', 7, []])
    t.regex(
      failureOf(() => decodeNode(value)),
      /it is no record/,
    );
});

test('a stand-in runs nothing, says why, and is in order itself', (t) => {
  const row = { id: 'x', attributes: null, name: 7, createIndex: 3, secretHash: 'ab' } as unknown as Node;
  const standIn = nodeStandIn(row);
  t.like(standIn, { id: 'x', status: 'down', schedulingEligibility: 'ineligible', createIndex: 3, secretHash: 'ab' });
  t.is(standIn?.statusDescription, 'its record is damaged: name is no text');
  t.true(isNodeStandIn(standIn as Node));
  t.false(isNodeStandIn(full));
});

const update = {
  id: 'a1',
  clientStatus: 'running',
  clientDescription: '',
  taskStates: {
    web: {
      state: 'running',
      failed: false,
      restarts: 0,
      startedAtMs: 5,
      events: [{ type: 'Started', atMs: 5, message: '', details: {} }],
    },
  },
  networkStatus: {
    interfaceName: 'eth0',
    address: '10.0.0.2',
    interfaces: [{ network: 'a', name: 'b', address: 'c' }],
  },
  healthy: true,
  atMs: 7,
};

test('what a node says about an allocation is read as it is, or named with its place', (t) => {
  t.deepEqual(decodeAllocationUpdate(JSON.parse(JSON.stringify(update))) as unknown, update);
  for (const field of Object.keys(update)) {
    t.regex(
      failureOf(() => decodeAllocationUpdate({ ...update, [field]: [] })),
      new RegExp(`not valid: ${field}`),
    );
  }
  const web = (changes: object) => ({ ...update, taskStates: { web: { ...update.taskStates.web, ...changes } } });
  for (const changes of [{ events: null }, { events: [{}] }, { state: 'x' }, { restarts: -1 }, { startedAtMs: 'x' }])
    t.regex(
      failureOf(() => decodeAllocationUpdate(web(changes))),
      /taskStates\["web"\]\./,
    );
});

test('an allocation of which a node told nonsense is read without it', (t) => {
  const row = anAllocation('a1', 'job', 'n1');
  t.is(allocationStandIn(row), undefined);
  const standIn = allocationStandIn({ ...row, taskStates: { web: null }, clientStatus: 'no' } as unknown as Allocation);
  t.like(standIn, { id: 'a1', taskStates: {}, clientStatus: 'unknown' });
  t.regex(standIn?.clientDescription ?? '', /cannot be read: clientStatus is none of/);
});
