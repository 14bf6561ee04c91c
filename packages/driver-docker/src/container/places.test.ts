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
  const mounts = [bind('/srv/data'), memory('/run'), bind('/run/x')];
  t.notThrows(() => judged(mounts, { '/srv': '/var/srv' }, ['/var/lib/db']));
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

type Case = [title: string, mounts: MountSettings[], links: Record<string, string>, volumes: string[], where: RegExp];
const inside: readonly Case[] = [
  [
    'in a shared directory',
    [bind('/alloc/a/b')],
    { '/alloc/a': '/tmp' },
    [],
    /"\/alloc\/a\/b" lies in the one at "\/alloc"/,
  ],
  ['in one of the task itself', [bind('/local/a')], {}, [], /"\/local\/a" lies in the one at "\/local"/],
  ['behind a link of the image', [bind('/x/d')], { '/x': '/alloc' }, [], /"\/x\/d" lies in the one at "\/alloc"/],
  [
    'in one that lies behind a link',
    [bind('/y'), bind('/x/d')],
    { '/y': '/x' },
    [],
    /"\/x\/d" lies in the one at "\/y"/,
  ],
  ['of a volume of the image', [], {}, ['/alloc/v'], /"\/alloc\/v" lies in the one at "\/alloc"/],
  ['of the engine itself', [bind('/etc')], {}, [], /"\/etc\/hosts" lies in the one at "\/etc"/],
  ['of the engine, by a link', [], { '/etc': '/alloc' }, [], /"\/etc\/hosts" lies in the one at "\/alloc"/],
  [
    'where a volume of the image has the same place',
    [bind('/alloc/v')],
    { '/alloc/v': '/tmp' },
    ['/alloc'],
    /at "\/alloc"/,
  ],
  ['where memory has the same place', [memory('/x'), bind('/alloc/v')], { '/x': '/alloc' }, [], /at "\/alloc"/],
  ['in a bind in memory', [memory('/run'), bind('/run/a'), bind('/run/a/b')], {}, [], /in the one at "\/run\/a"/],
  [
    'behind a link that memory hides',
    [memory('/run'), bind('/run/l')],
    { '/run/l': '/tmp' },
    [],
    /in the one at "\/run"/,
  ],
];

for (const [title, mounts, links, volumes, message] of inside) {
  test(`a place in another one is refused: ${title}`, (t) => {
    t.throws(() => judged(mounts, links, volumes), { message });
  });
}
