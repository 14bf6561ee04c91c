// What the kernel answers an isolated task to system calls of each kind: docs/seccomp.md, tried.
import { constants } from 'node:os';
import type { ChrootIsolation } from '@orch/executor';
import test from 'ava';
import { type LaunchBench, makeLaunchBench } from '../e2e/exec/launch-bench.ts';
import { programsOf } from './isolation-rig.ts';

const { EPERM, ENOSYS } = constants.errno;
let bench: LaunchBench;
let programs: string;
test.before(async () => {
  bench = await makeLaunchBench();
  programs = programsOf(bench, 'probe', 'seccomp-probe.c');
});
test.after.always(() => bench?.close());

/** The errno of each call, by its name; 0 = done. */
async function answers(isolation: Partial<ChrootIsolation>, user = 'nobody'): Promise<ReadonlyMap<string, number>> {
  const spec = bench.spec('', { argv: ['/programs/probe'], user });
  if (spec.isolation.kind !== 'chroot') throw new Error('not isolated');
  const mounts = [...spec.isolation.mounts, { hostPath: programs, path: '/programs', readOnly: true }];
  const handle = await bench.executor.launch({ ...spec, isolation: { ...spec.isolation, mounts, ...isolation } });
  await bench.executor.wait(handle.id);
  const lines = bench.log(handle).trim().split('\n');
  await bench.executor.destroy(handle.id);
  return new Map(lines.map((line) => [line.split(' ')[0] ?? '', Number(line.split(' ')[1])]));
}

const NEVER = [
  'keyctl',
  'add_key',
  'request_key',
  'userfaultfd',
  'io_uring_setup',
  'io_uring_enter',
  'kexec_load',
  'swapon',
  'open_by_handle_at',
];
const GATED: Readonly<Record<string, readonly string[]>> = {
  sys_chroot: ['chroot'],
  sys_boot: ['reboot'],
  sys_module: ['init_module', 'finit_module', 'delete_module'],
  sys_pacct: ['acct'],
  sys_ptrace: ['kcmp', 'pidfd_getfd'],
  sys_time: ['settimeofday', 'clock_settime'],
  sys_nice: ['mbind'],
  sys_tty_config: ['vhangup'],
  syslog: ['syslog'],
  bpf: ['bpf'],
  perfmon: ['perf_event_open'],
  sys_rawio: ['iopl', 'ioperm'],
  sys_admin: [
    ...['mount', 'umount2', 'move_mount', 'fsopen', 'pivot_root', 'setns', 'unshare', 'sethostname', 'quotactl'],
    // And syslog, where the kernel still takes this capability for it; newer ones want its own.
    ...['fanotify_init', 'bpf', 'perf_event_open'],
  ],
};

test.serial('calls in no list are refused, whatever capability a task keeps', async (t) => {
  for (const capabilities of [[], [...Object.keys(GATED), 'dac_read_search']])
    for (const user of ['nobody', 'root']) {
      const got = await answers({ capabilities }, user);
      for (const call of NEVER) t.is(got.get(call), EPERM, `${call} of ${user}`);
    }
});

test.serial('calls that need a capability are refused as root too, and let through with it', async (t) => {
  const none = await answers({}, 'root');
  for (const call of new Set(Object.values(GATED).flat())) t.is(none.get(call), EPERM, call);
  for (const [capability, calls] of Object.entries(GATED)) {
    const got = await answers({ capabilities: [capability] });
    // Each is given nonsense, which the kernel refuses by another name once it looks at it.
    for (const call of calls) t.not(got.get(call), EPERM, `${call} with ${capability}`);
    const others = Object.values(GATED)
      .flat()
      .filter((call) => !calls.includes(call));
    for (const call of others) t.is(got.get(call), EPERM, `${call} with ${capability}`);
  }
});

test.serial('namespaces are refused, by clone too; clone3 and what is newer is unknown', async (t) => {
  const got = await answers({}, 'root');
  for (const call of ['clone', 'unshare', 'setns']) t.is(got.get(call), EPERM, call);
  for (const call of ['clone3', 'newer-than-all', 'newer-by-far']) t.is(got.get(call), ENOSYS, call);
  const admin = await answers({ capabilities: ['sys_admin'] }, 'root');
  t.is(admin.get('clone'), 0);
  t.not(admin.get('clone3'), ENOSYS);
});

test.serial('arguments decide about personality, socket and fcntl', async (t) => {
  const got = await answers({});
  t.is(got.get('personality'), 0);
  t.is(got.get('personality-other'), EPERM);
  t.is(got.get('socket-vsock'), EPERM);
  t.is(got.get('socket-alg'), EPERM);
  t.is(got.get('socket-inet'), constants.errno.EPROTONOSUPPORT);
  t.is(got.get('fcntl'), 0);
  const leases = ['fcntl-lease', 'fcntl-lease-wide', 'fcntl-delegation'];
  for (const call of leases) t.is(got.get(call), EPERM, call);
  const holder = await answers({ capabilities: ['lease'] });
  for (const call of leases) t.is(holder.get(call), constants.errno.EBADF, call);
});

test.serial('numbers of x32 are unknown', async (t) => {
  t.is((await answers({})).get('x32'), ENOSYS);
});

test.serial('calls that programs live by are let through', async (t) => {
  const got = await answers({});
  t.is(got.get('getpid'), 0);
  for (const call of [
    'ptrace',
    'process_vm_readv',
    'memfd_create',
    'landlock_restrict_self',
    'name_to_handle_at',
    'mknodat',
  ])
    t.not(got.get(call), EPERM, call);
});

test.serial(
  'seccomp = "unconfined" lets through what the filter keeps, and nothing that needs a privilege',
  async (t) => {
    const got = await answers({ seccomp: 'unconfined' });
    for (const call of ['keyctl', 'io_uring_setup']) t.not(got.get(call), EPERM, call);
    for (const call of ['mount', 'setns', 'reboot']) t.not(got.get(call), 0, call);
  },
);

test.serial('the filter of a command inside a task is the task’s', async (t) => {
  const spec = bench.spec('exec sleep 1000');
  if (spec.isolation.kind !== 'chroot') throw new Error('not isolated');
  const mounts = [...spec.isolation.mounts, { hostPath: programs, path: '/programs', readOnly: true }];
  const handle = await bench.executor.launch({ ...spec, isolation: { ...spec.isolation, mounts } });
  const session = await bench.executor.exec(handle.id, { command: ['/programs/probe'], tty: false });
  session.end();
  let text = '';
  for await (const { data } of session.output) text += Buffer.from(data).toString();
  t.regex(text, new RegExp(`^keyctl ${EPERM}$`, 'm'));
  t.regex(text, new RegExp(`^clone3 ${ENOSYS}$`, 'm'));
  await bench.executor.stop(handle.id, { signal: 'SIGKILL', timeoutMs: 0 });
  await bench.executor.destroy(handle.id);
});
