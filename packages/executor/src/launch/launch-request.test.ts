import test from 'ava';
import { DEFAULT_DEVICES } from '../isolation/device-rules.ts';
import type { LaunchPlan } from './launch-plan.ts';
import { launchRequest } from './launch-request.ts';

const plan: LaunchPlan = {
  token: 't1',
  id: 'a/b/0',
  name: 'a-b-0',
  dir: '/run/x',
  exitFile: '/run/exits/x',
  argv: ['/bin/echo', "it's"],
  env: { A: 'b=c' },
  cwd: '/local',
  user: { uid: 0, gid: 0, name: 'root', groups: [], home: '/root' },
  cgroups: ['/cg/one'],
  oomScoreAdj: 5,
};
const chroot = {
  root: '/r',
  pidMode: 'private',
  ipcMode: 'host',
  capabilities: ['CAP_NET_BIND_SERVICE'],
  filtersCalls: true,
} as const;

const words = (text: string) => text.split('\0').slice(0, -1);
const request = (changes: Partial<LaunchPlan> = {}) =>
  words(launchRequest({ ...plan, ...changes }, { directories: [] }, []));
const after = (list: readonly string[], key: string, count = 1) =>
  list.slice(list.indexOf(key) + 1, list.indexOf(key) + 1 + count);

test('a host process of root keeps its user, and every word arrives as it is', (t) => {
  const list = request();
  for (const key of ['user', 'root', 'seccomp', 'device-group']) t.false(list.includes(key));
  t.deepEqual(after(list, 'arg', 4), ['/bin/echo', 'arg', "it's", 'env']);
  t.deepEqual(after(list, 'env'), ['A=b=c']);
  t.deepEqual(after(list, 'oom-score'), ['5']);
});

test('an isolated task changes its user even when that is root, and names its capabilities by number', (t) => {
  const list = request({ chroot });
  t.deepEqual(after(list, 'user', 2), ['0', '0']);
  t.deepEqual(after(list, 'capability'), ['10']);
  t.true(list.includes('own-pids'));
  t.true(list.includes('seccomp'));
  t.false(list.includes('own-ipc'));
  t.throws(() => request({ chroot: { ...chroot, capabilities: ['fly'] } }), { message: '"fly" is not a capability' });
});

test('denied ids reach the kernel with any capability, and cost nothing without one', (t) => {
  const deniedIds = { uids: [{ first: 0, last: 9 }], gids: [{ first: 5, last: 5 }] };
  const capable = { ...chroot, capabilities: ['setgid'], deniedIds };
  t.deepEqual(after(request({ chroot: capable }), 'denied-uid', 2), ['0', '9']);
  t.deepEqual(after(request({ chroot: capable }), 'denied-gid', 2), ['5', '5']);
  t.false(request({ chroot: { ...capable, capabilities: [] } }).includes('denied-uid'));
});

test('only root has a root that it can write to', (t) => {
  t.true(request({ chroot }).includes('writable-root'));
  const user = { ...plan.user, uid: 65_534, gid: 65_534 };
  t.false(request({ chroot, user }).includes('writable-root'));
});

test('groups come with their limits, and processes enter the shared group of devices too', (t) => {
  const directories = [
    {
      dir: '/cg/one',
      mount: '/cg',
      needs: [],
      writes: [
        { file: 'pids.max', value: '9' },
        { file: 'memory.swap.max', value: '0', optional: true },
      ],
    },
  ];
  const shared = { ...plan, devices: { kind: 'v1', group: '/cg/devices/x' } } as const;
  const list = words(launchRequest(shared, { directories }, []));
  t.deepEqual(after(list, 'make-cgroup', 9), [
    ...['/cg/one', 'limit', '/cg/one/pids.max', '9', '0'],
    ...['limit', '/cg/one/memory.swap.max', '0', '1'],
  ]);
  t.deepEqual(
    list.filter((_, index) => list[index - 1] === 'cgroup'),
    ['/cg/one', '/cg/devices/x'],
  );
});

test('rules of devices for the launcher’s program are the kernel’s own lines; the usual ones it has already', (t) => {
  const rules = [{ type: 'c', major: 136, minor: '*', access: 'rw' }] as const;
  const list = request({ devices: { kind: 'bpf', rules } });
  t.deepEqual(after(list, 'device-group'), ['/cg/one']);
  t.deepEqual(after(list, 'device'), ['c 136:* rw']);
  t.true(request({ devices: { kind: 'bpf', rules: DEFAULT_DEVICES } }).includes('usual-devices'));
});

test('a root is made of links and of binds, those below directories of tasks without following links', (t) => {
  const bind = { kind: 'bind', readOnly: true, devices: false } as const;
  const steps = [
    { kind: 'link', target: 'usr/bin', path: '/bin' },
    { ...bind, hostPath: '/usr', path: '/usr' },
    { ...bind, hostPath: '/d/a/local', beneath: '/d/a', path: '/local', readOnly: false },
    { ...bind, hostPath: '/s/dev', path: '/dev', devices: true },
    { kind: 'hide', path: '/etc/ssl/private' },
  ] as const;
  const list = words(launchRequest(plan, { directories: [] }, steps));
  t.deepEqual(after(list, 'link', 2), ['usr/bin', '/bin']);
  t.deepEqual(after(list, 'hide'), ['/etc/ssl/private']);
  t.deepEqual(after(list, 'bind', 3), ['/usr', '/usr', 'r']);
  t.deepEqual(after(list, 'bind-beneath', 4), ['/d/a', 'local', '/local', '']);
  t.deepEqual(list.slice(list.lastIndexOf('bind') + 1).slice(0, 3), ['/s/dev', '/dev', 'rd']);
  const outside = [{ ...bind, hostPath: '/d/b/local', beneath: '/d/a', path: '/local' }];
  t.throws(() => launchRequest(plan, { directories: [] }, outside), { message: /is not below/ });
});

test('a NUL byte is refused: it would begin another word', (t) => {
  t.throws(() => request({ argv: ['/bin/echo', 'a\0env'] }), { message: /NUL byte/ });
});
