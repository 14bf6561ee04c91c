import type { JsonObject } from '@orch/driver-api';
import test from 'ava';
import { durationMs } from '../duration.ts';
import { containerCapabilities } from '../engine/capabilities.ts';
import { DEFAULT_ALLOWED_CAPABILITIES, parseNodeConfig } from '../node-config.ts';
import { resourceLimits } from './resources.ts';
import { readTaskConfig } from './task-config.ts';

const asked = { cpuMhz: 500, nodeCpuMhz: 4000, memoryMiB: 256 };
const node = (pidsLimit: number) => ({ ...parseNodeConfig({}), pidsLimit });
const limits = (config: JsonObject, resources = {}) =>
  resourceLimits({ ...asked, ...resources }, readTaskConfig({ image: 'a', ...config }), node(0), 8);

test('memory is a ceiling without swap, and a reservation when a higher one is given', (t) => {
  t.like(limits({}), { Memory: 268_435_456, MemorySwap: 268_435_456 });
  t.is(limits({}).MemoryReservation, undefined);
  t.like(limits({}, { memoryMaxMiB: 512 }), { Memory: 536_870_912, MemoryReservation: 268_435_456 });
  t.throws(() => limits({ memory_hard_limit: 128 }), { message: /below the memory/ });
});

test('CPU is a weight, and a ceiling only when asked for', (t) => {
  t.is(limits({}).CpuShares, 500);
  t.is(limits({}).CpuQuota, undefined);
  t.like(limits({ cpu_hard_limit: true }), { CpuPeriod: 100_000, CpuQuota: 100_000 });
  t.is(limits({}, { cores: [1, 3] }).CpusetCpus, '1,3');
});

test('limits by name are read as soft and hard, and no limit is raised unasked', (t) => {
  t.deepEqual(limits({ ulimit: { nofile: '10:20', nproc: '5' } }).Ulimits, [
    { Name: 'nofile', Soft: 10, Hard: 20 },
    { Name: 'nproc', Soft: 5, Hard: 5 },
  ]);
  t.is(limits({}).Ulimits, undefined);
  t.throws(() => limits({ ulimit: { nofile: 'many' } }), { message: /"many" is not a limit/ });
});

test('the node bounds the number of processes', (t) => {
  const block = readTaskConfig({ image: 'a', pids_limit: 50 });
  t.is(resourceLimits(asked, block, node(100), 8).PidsLimit, 50);
  t.throws(() => resourceLimits(asked, block, node(10), 8), { message: /at most 10/ });
  t.is(resourceLimits(asked, readTaskConfig({ image: 'a' }), node(10), 8).PidsLimit, 10);
});

test('raw sockets are not among the capabilities, dropping all leaves none, adding needs permission', (t) => {
  const allowed = DEFAULT_ALLOWED_CAPABILITIES;
  t.false(containerCapabilities([], [], allowed).includes('NET_RAW'));
  t.deepEqual(containerCapabilities([], ['all'], allowed), []);
  t.deepEqual(containerCapabilities(['chown'], ['ALL'], allowed), ['CHOWN']);
  t.deepEqual(containerCapabilities(['CAP_NET_RAW'], ['all'], ['ALL']), ['NET_RAW']);
  t.throws(() => containerCapabilities(['sys_admin'], [], allowed), {
    message: /does not allow the capability SYS_ADMIN/,
  });
});

test('durations are sums of units', (t) => {
  t.is(durationMs('1m30s'), 90_000);
  t.is(durationMs('250ms'), 250);
  t.is(durationMs('1.5h'), 5_400_000);
  t.is(durationMs('soon'), undefined);
  t.is(durationMs(''), undefined);
});

test('the configuration of the node is secure by default and refuses what it does not know by name', (t) => {
  t.like(parseNodeConfig({}), { allowPrivileged: false, volumesEnabled: false, imageDelayMs: 180_000 });
  t.like(parseNodeConfig({ volumes: { enabled: true }, allow_caps: ['cap_net_raw'], gc: { image_delay: '1h' } }), {
    volumesEnabled: true,
    allowedCapabilities: ['NET_RAW'],
    imageDelayMs: 3_600_000,
  });
  t.throws(() => parseNodeConfig({ volumes: { enable: true } }), { message: /there is no volumes\.enable/ });
  t.throws(() => parseNodeConfig({ allow_privileged: 'yes' }), { message: /allow_privileged must be true or false/ });
});
