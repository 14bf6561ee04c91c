import test from 'ava';
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

const words = (text: string) => text.split('\0').slice(0, -1);
const after = (list: readonly string[], key: string, count = 1) =>
  list.slice(list.indexOf(key) + 1, list.indexOf(key) + 1 + count);

test('a host process of root keeps its user, and every word arrives as it is', (t) => {
  const list = words(launchRequest(plan, []));
  t.false(list.includes('user'));
  t.false(list.includes('root'));
  t.deepEqual(after(list, 'arg', 4), ['/bin/echo', 'arg', "it's", 'env']);
  t.deepEqual(after(list, 'env'), ['A=b=c']);
  t.deepEqual(after(list, 'oom-score'), ['5']);
});

test('an isolated task changes its user even when that is root, and names its capabilities by number', (t) => {
  const chroot = { root: '/r', pidMode: 'private', ipcMode: 'host', capabilities: ['CAP_NET_BIND_SERVICE'] } as const;
  const list = words(launchRequest({ ...plan, chroot }, []));
  t.deepEqual(after(list, 'user', 2), ['0', '0']);
  t.deepEqual(after(list, 'capability'), ['10']);
  t.true(list.includes('own-pids'));
  t.false(list.includes('own-ipc'));
  t.throws(() => launchRequest({ ...plan, chroot: { ...chroot, capabilities: ['fly'] } }, []), {
    message: '"fly" is not a capability',
  });
});

test('a bind mount gets its flags by a second mount, a file system all at once', (t) => {
  const list = words(
    launchRequest(plan, [
      { source: '/usr', target: '/r/usr', type: 'none', options: ['bind', 'nodev', 'nosuid', 'ro'] },
      { source: 'tmpfs', target: '/r/shm', type: 'tmpfs', options: ['nosuid', 'noexec', 'size=64m', 'mode=1777'] },
    ]),
  );
  t.deepEqual(after(list, 'mount', 6), ['/usr', '/r/usr', 'none', '4096', `${4096 + 32 + 1 + 2 + 4}`, '']);
  t.deepEqual(list.slice(list.lastIndexOf('mount') + 1).slice(0, 6), [
    'tmpfs',
    '/r/shm',
    'tmpfs',
    '10',
    '0',
    'size=64m,mode=1777',
  ]);
});

test('a NUL byte is refused: it would begin another word', (t) => {
  t.throws(() => launchRequest({ ...plan, argv: ['/bin/echo', 'a\0env'] }, []), { message: /NUL byte/ });
});
