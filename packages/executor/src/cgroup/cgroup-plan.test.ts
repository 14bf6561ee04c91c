import test from 'ava';
import { parseCgroupLayout } from './cgroup-layout.ts';
import { planCgroups, sharesToWeight } from './cgroup-plan.ts';

const MIB = 1_048_576;
const limits = {
  memoryBytes: 64 * MIB,
  memoryReservationBytes: 32 * MIB,
  cpuShares: 500,
  cpuQuotaCores: 1.5,
  cpusetCores: [1, 3],
  pidsMax: 100,
};
const v2 = { unified: { path: '/cg', controllers: ['cpuset', 'cpu', 'io', 'memory', 'pids'] }, legacy: {} };
const v1 = {
  legacy: {
    cpu: '/cg/cpu,cpuacct',
    cpuacct: '/cg/cpu,cpuacct',
    memory: '/cg/memory',
    cpuset: '/cg/cpuset',
    pids: '/cg/pids',
    freezer: '/cg/freezer',
  },
};
const hybrid = { unified: { path: '/cg/unified', controllers: ['hugetlb'] }, legacy: { ...v1.legacy, cpu: '/cg/cpu' } };

const written = (plan: ReturnType<typeof planCgroups>) =>
  Object.fromEntries(
    plan.directories.flatMap(({ dir, writes }) => writes.map(({ file, value }) => [`${dir}/${file}`, value])),
  );

test('planCgroups on v2 puts every limit into one group and hands its controllers on', (t) => {
  const plan = planCgroups(v2, 'orch/x', limits);
  t.deepEqual(
    plan.directories.map(({ dir, needs }) => [dir, needs]),
    [['/cg/orch/x', ['memory', 'cpu', 'cpuset', 'pids']]],
  );
  t.deepEqual(written(plan), {
    '/cg/orch/x/memory.low': String(32 * MIB),
    '/cg/orch/x/memory.max': String(64 * MIB),
    '/cg/orch/x/memory.swap.max': '0',
    '/cg/orch/x/cpu.weight': String(sharesToWeight(500)),
    '/cg/orch/x/cpu.max': '150000 100000',
    '/cg/orch/x/cpuset.cpus': '1,3',
    '/cg/orch/x/pids.max': '100',
  });
  t.deepEqual(plan.oomCounter, { file: '/cg/orch/x/memory.events', key: 'oom_kill' });
});

test('planCgroups on v1 uses each controller’s hierarchy, and the freezer to kill by', (t) => {
  const plan = planCgroups(v1, 'orch/x', limits);
  const files = written(plan);
  t.is(files['/cg/memory/orch/x/memory.limit_in_bytes'], String(64 * MIB));
  t.is(files['/cg/memory/orch/x/memory.soft_limit_in_bytes'], String(32 * MIB));
  t.is(files['/cg/cpu,cpuacct/orch/x/cpu.shares'], '500');
  t.is(files['/cg/cpu,cpuacct/orch/x/cpu.cfs_quota_us'], '150000');
  t.is(files['/cg/cpuset/orch/x/cpuset.mems'], 'inherit');
  t.true(plan.directories.some(({ dir }) => dir === '/cg/freezer/orch/x'));
  t.is(plan.directories.length, 5);
  t.deepEqual(plan.oomCounter, { file: '/cg/memory/orch/x/memory.oom_control', key: 'oom_kill' });
});

test('planCgroups on a hybrid machine kills and counts by the unified hierarchy and limits by v1', (t) => {
  const plan = planCgroups(hybrid, 'orch/x', { memoryBytes: MIB });
  t.deepEqual(
    plan.directories.map(({ dir }) => dir),
    ['/cg/unified/orch/x', '/cg/memory/orch/x'],
  );
  t.deepEqual(plan.directories[0]?.writes, []);
});

test('sharesToWeight maps the ends of the ranges onto each other', (t) => {
  t.is(sharesToWeight(2), 1);
  t.is(sharesToWeight(1024), 39);
  t.is(sharesToWeight(262_144), 10_000);
  t.is(sharesToWeight(0), 1);
});

test('parseCgroupLayout reads hybrid mounts and leaves mount options out', (t) => {
  const mountinfo = [
    '31 23 0:26 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu,cpuacct',
    '32 23 0:27 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd',
    '33 23 0:28 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw',
    '34 23 0:29 / /data rw - ext4 /dev/vda rw',
  ].join('\n');
  t.deepEqual(
    parseCgroupLayout(mountinfo, () => 'hugetlb\n'),
    {
      unified: { path: '/sys/fs/cgroup/unified', controllers: ['hugetlb'] },
      legacy: { cpu: '/sys/fs/cgroup/cpu', cpuacct: '/sys/fs/cgroup/cpu', 'name=systemd': '/sys/fs/cgroup/systemd' },
    },
  );
});
