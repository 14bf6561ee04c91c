import test from 'ava';
import type { CniFiles } from './files.ts';
import { findNetwork, listNetworks } from './network-dirs.ts';
import { findPlugin, listPlugins } from './plugin-dirs.ts';

function filesOf(contents: Readonly<Record<string, string>>): CniFiles {
  const paths = Object.keys(contents);
  return {
    async list(dir) {
      const inside = paths.filter((path) => path.startsWith(`${dir}/`)).map((path) => path.slice(dir.length + 1));
      return inside.length === 0 ? undefined : inside;
    },
    async read(path) {
      return contents[path] ?? '';
    },
    async isExecutable(path) {
      return contents[path] === 'executable';
    },
  };
}

const plain = (name: string, type = 'bridge') => JSON.stringify({ cniVersion: '1.0.0', name, type });

test('listNetworks takes directories in order, files by name, and the first of a name', async (t) => {
  const files = filesOf({
    '/b/10.conf': plain('front', 'macvlan'),
    '/a/20.json': plain('back'),
    '/a/10.conflist': plain('front'),
    '/a/readme.txt': 'not a configuration',
    '/a/30.conf': 'broken',
  });
  const { networks, problems } = await listNetworks(['/none', '/a', '/b'], files);
  t.deepEqual(
    networks.map((network) => [network.name, network.file, network.plugins[0]?.type]),
    [
      ['front', '/a/10.conflist', 'bridge'],
      ['back', '/a/20.json', 'bridge'],
    ],
  );
  t.deepEqual(
    problems.map((problem) => problem.configFile),
    ['/a/30.conf'],
  );
});

test('findNetwork names what it searched, what it knows, what it could not read, and the nearest name', async (t) => {
  const files = filesOf({ '/a/10.conf': plain('frontend'), '/a/20.conf': '{' });
  const error = await t.throwsAsync(findNetwork('fronted', ['/x', '/a'], files));
  t.regex(
    error?.message ?? '',
    /^no CNI network "fronted" in \/x, \/a; known: frontend; not readable: \/a\/20\.conf: not valid/,
  );
  t.like(error, { code: 'network-unknown', hint: 'did you mean "frontend"?' });
  const none = await t.throwsAsync(findNetwork('lan', ['/x'], files));
  t.like(none, { hint: 'put a file with "name": "lan" into /x' });
});

test('findNetwork tells the fault of the file that is called as the network', async (t) => {
  const files = filesOf({ '/a/lan.conflist': plain('lan', '/bin/sh') });
  t.like(await t.throwsAsync(findNetwork('lan', ['/a'], files)), {
    code: 'config-invalid',
    configFile: '/a/lan.conflist',
  });
});

test('findPlugin takes the first directory that has the binary and else names them all', async (t) => {
  const files = filesOf({ '/one/bridge': 'a directory or not executable', '/two/bridge': 'executable' });
  t.is(await findPlugin('bridge', ['/one', '/two'], files), '/two/bridge');
  const error = await t.throwsAsync(findPlugin('ptp', ['/one', '/two'], files, '/a/lan.conf'));
  t.is(error?.message, 'the CNI plugin "ptp" that /a/lan.conf asks for is in none of /one, /two');
  t.deepEqual([...(await listPlugins(['/one', '/two'], files))], [['bridge', '/two/bridge']]);
});
