import test from 'ava';
import type { MountSettings } from 'dockerode';
import { isOfKernel, judgePlaces, placesOf } from './places.ts';

const bind = (Target: string): MountSettings => ({ Type: 'bind', Source: `from ${Target}`, Target });
const memory = (Target: string): MountSettings => ({ Type: 'tmpfs', Source: '', Target });
const usual = ['/alloc', '/local', '/secrets'].map(bind);

/** `links` are where paths of the image lead. */
const judged = (mounts: readonly MountSettings[], links: Record<string, string> = {}, volumes: string[] = []) =>
  judgePlaces(placesOf([...usual, ...mounts], [], volumes), (path) => links[path] ?? path);

test('places beside each other are taken, with links of the image followed', (t) => {
  t.deepEqual(judged([bind('/srv/data'), memory('/run'), bind('/run/x')], { '/srv': '/var/srv' }, ['/var/lib/db']), []);
});

const kernel: readonly [title: string, mount: string, links: Record<string, string>, volumes?: string[]][] = [
  ['a link of the image to /dev is refused', '/x', { '/x': '/dev' }],
  ['a link of the image to /dev/null is refused', '/x', { '/x': '/dev/null' }],
  ['a link on the way is refused', '/x/kernel', { '/x': '/proc/sys' }],
  ['a link in the place of a directory of ours is refused', '/x', { '/local': '/dev' }],
  ['a volume of the image is refused', '/x', {}, ['/dev']],
  ['a link in the place of a volume of the image is refused', '/x', { '/v': '/dev' }, ['/v/']],
];

for (const [title, target, links, volumes = []] of kernel) {
  test(title, (t) => {
    t.throws(() => judged([bind(target)], links, volumes), { message: /does not allow a mount at/ });
  });
}

test('the places of the kernel are named by path, but for memory and the place of log messages', (t) => {
  for (const place of ['/dev', '/dev/null', '/dev/pts/0', '/proc', '/sys/fs/cgroup', '/dev/shm/x'])
    t.true(isOfKernel(place));
  for (const place of ['/dev/shm', '/dev/log', '/device', '/srv/dev', '/']) t.false(isOfKernel(place));
});

const ways = (mounts: readonly MountSettings[], links?: Record<string, string>, volumes?: string[]) =>
  judged(mounts, links, volumes).map(({ target, above, way }) => `${target} in ${above}: ${way.join('/')}`);

test('a place in a bind is told with its way there, wherever links of the image lead below', (t) => {
  t.deepEqual(ways([bind('/alloc/a/b')], { '/alloc/a': '/tmp' }), ['/alloc/a/b in /alloc: a/b']);
  t.deepEqual(ways([bind('/x/d')], { '/x': '/alloc' }), ['/x/d in /alloc: d']);
  t.deepEqual(ways([bind('/y'), bind('/x/d')], { '/y': '/x' }), ['/x/d in /y: d']);
});

test('what the engine mounts by itself has a place, too', (t) => {
  const names = ['hosts', 'hostname', 'resolv.conf'];
  t.deepEqual(
    ways([bind('/etc')]),
    names.map((name) => `/etc/${name} in /etc: ${name}`),
  );
  t.deepEqual(
    ways([], { '/etc': '/alloc' }),
    names.map((name) => `/etc/${name} in /alloc: ${name}`),
  );
  t.deepEqual(ways([], {}, ['/alloc/v']), ['/alloc/v in /alloc: v']);
});

test('a volume of the image, memory or another bind at the same place do not hide the bind there', (t) => {
  t.deepEqual(ways([bind('/alloc/v')], { '/alloc/v': '/tmp' }, ['/alloc']), ['/alloc/v in /alloc: v']);
  t.deepEqual(ways([memory('/x'), bind('/alloc/v')], { '/x': '/alloc' }), ['/alloc/v in /alloc: v']);
  t.deepEqual(ways([bind('/alloc/v')], { '/local': '/alloc' }), ['/alloc/v in /alloc: v', '/alloc/v in /local: v']);
});

test('a place in memory is taken where the image has no link on the way; a bind there is one', (t) => {
  t.throws(() => ways([memory('/run'), bind('/run/l')], { '/run/l': '/tmp' }), { message: /in the one at "\/run"/ });
  t.deepEqual(ways([memory('/run'), bind('/run/l')]), []);
  t.deepEqual(ways([memory('/run'), bind('/run/a'), bind('/run/a/b')]), ['/run/a/b in /run/a: b']);
});

test('a place in a place in a bind is refused', (t) => {
  t.throws(() => judged([bind('/local/a'), bind('/local/a/b')]), { message: /lies in the one at "\/local\/a"/ });
});
