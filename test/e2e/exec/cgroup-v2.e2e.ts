// Limits, OOM kills and the end of tasks on cgroup v2 with controllers, in a VM whose kernel has nothing else.

import test from 'ava';
import { type Fact, factsFromVm } from './cgroup-v2-vm.ts';

const VM_TIMEOUT_MS = 180_000;
const MIB = 1_048_576;

let facts: readonly Fact[] = [];
test.before(async (t) => {
  t.timeout(2 * VM_TIMEOUT_MS);
  facts = await factsFromVm(VM_TIMEOUT_MS);
});

for (const launcher of ['native', 'shell'] as const) {
  const fact = <Value>(name: string): Value => {
    const found = facts.find((one) => one.launcher === launcher && one.name === name);
    if (found === undefined) throw new Error(`the guest reported no ${name}`);
    return found.value as Value;
  };

  test(`${launcher}: the machine has cgroup v2 with controllers, and no other groups`, (t) => {
    const machine = fact<{ controllers: string[]; legacyMounts: string[]; groups: string[] }>('machine');
    for (const controller of ['cpu', 'cpuset', 'memory', 'pids']) t.true(machine.controllers.includes(controller));
    t.deepEqual(machine.legacyMounts, []);
    t.deepEqual(machine.groups, []);
  });

  test(`${launcher}: every limit stands in the task's one group, and binds its process`, (t) => {
    const limits = fact<Record<string, unknown>>('limits');
    t.deepEqual(limits['files'], {
      'memory.max': String(64 * MIB),
      'memory.low': String(32 * MIB),
      'memory.swap.max': '0',
      'cpu.weight': '20',
      'cpu.max': '50000 100000',
      'cpuset.cpus': '1',
      'pids.max': '20',
    });
    t.is(limits['cgroups'], 1);
    t.is(limits['allowedCpus'], '1');
  });

  test(`${launcher}: the task is alone in its group, its supervisors are in theirs, a command joins the task's`, (t) => {
    const limits = fact<Record<string, unknown>>('limits');
    t.deepEqual(limits['members'], ['sleep']);
    t.true(Number(limits['supervisors']) > 0);
    t.deepEqual(limits['supervisorsInside'], []);
    // Isolated, it sees its own group as the root of all.
    t.is(limits['groupOfCommand'], launcher === 'native' ? '0::/' : `0::${limits['group']}`);
    t.true(limits['commandIsInside']);
  });

  test(`${launcher}: a quota of a fifth of a core is kept, and usage is told`, (t) => {
    const usage = fact<Record<string, number>>('usage');
    const { cores = 0, cpuTotalNs = 0, cpuUserNs = 0, throttledPeriods = 0, throttledNs = 0 } = usage;
    t.true(cores > 0.05 && cores < 0.3, `${cores} cores`);
    t.true(cpuUserNs > 0 && cpuUserNs <= cpuTotalNs);
    t.true(throttledPeriods > 10);
    t.true(throttledNs > 1e9);
    const { memoryBytes = 0, memoryRssBytes = 0, memoryMaxBytes = 0, pids = 0 } = usage;
    t.true(memoryRssBytes > 0 && memoryBytes >= memoryRssBytes && memoryMaxBytes >= memoryBytes);
    t.is(pids, 1);
  });

  test(`${launcher}: a task cannot fork beyond its limit of processes`, (t) => {
    const { events, message } = fact<{ events: string; message: string }>('pids');
    t.regex(events, /^max [1-9]/);
    t.regex(message, /Cannot fork/);
  });

  if (launcher === 'native')
    test('native: a program on the group keeps device nodes from root with mknod, and the usual ones work', (t) => {
      const { output, errors, ...pieces } = fact<Record<string, unknown>>('devices');
      t.like(pieces, { devices: 'bpf', pids: 'v2', root: true, seccomp: true, keyring: true, cgroupNamespace: true });
      t.is(output, 'made own\n2\n1\n');
      t.is(errors, '');
    });

  test(`${launcher}: a task the kernel killed for its memory is told from one that was killed otherwise`, (t) => {
    const { exit, group } = fact<{ exit: object; group: boolean }>('oom');
    t.like(exit, { exitCode: 137, signal: 9, oomKilled: true });
    t.is(group, launcher === 'shell', 'the native launcher takes it away');
    const killed = fact<Record<string, unknown>>('killed');
    t.like(killed, { exitCode: 137, signal: 9 });
    t.is(killed['oomKilled'], undefined);
    t.like(fact<{ exit: object }>('recovered').exit, { exitCode: 137, oomKilled: true }, 'seen by a second executor');
  });

  test(`${launcher}: a tree that forks away, in part in a group it made itself, is ended and its groups go`, (t) => {
    const kill = fact<{ inner: string[]; afterStop: string; isThere: boolean }>('kill');
    t.true(kill.inner.includes('sh'));
    t.regex(kill.afterStop, /^populated 0$/m);
    t.false(kill.isThere);
  });

  test(`${launcher}: no group, mount, process or file is left`, (t) => {
    t.deepEqual(fact('finished'), { groups: [], files: [], mounts: [], processes: [] });
  });
}
