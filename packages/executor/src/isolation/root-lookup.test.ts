import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { findProgram, programFinder, resolveInRoot } from './root-lookup.ts';

const base = mkdtempSync(join(tmpdir(), 'root-lookup-'));
test.after.always(() => rmSync(base, { recursive: true, force: true }));
const root = join(base, 'root');
const usr = join(base, 'host-usr');
mkdirSync(join(root, 'local'), { recursive: true });
mkdirSync(join(usr, 'bin'), { recursive: true });
writeFileSync(join(usr, 'bin', 'tool'), '');
chmodSync(join(usr, 'bin', 'tool'), 0o755);
writeFileSync(join(root, 'local', 'data'), '');
symlinkSync('/usr/bin/tool', join(root, 'local', 'link'));
symlinkSync('../../../../usr/bin/tool', join(root, 'local', 'up'));
symlinkSync('loop', join(root, 'local', 'loop'));
const view = { root, mounts: [{ hostPath: usr, path: '/usr' }] };

test('resolveInRoot begins absolute links at the task’s root and goes through its mounts', (t) => {
  t.is(resolveInRoot(view, '/local/link'), join(usr, 'bin', 'tool'));
  t.is(resolveInRoot(view, '/local/up'), join(usr, 'bin', 'tool'));
  t.is(resolveInRoot(view, '/local/loop'), undefined);
  t.is(resolveInRoot(view, '/etc/passwd'), undefined);
});

test('findProgram answers the path inside the task, or what is wrong with it', (t) => {
  const options = { cwd: '/', searchPath: '/bin:/usr/bin' };
  t.deepEqual(findProgram(view, 'tool', options), { found: '/usr/bin/tool' });
  t.deepEqual(findProgram(view, 'local/data', options), { problem: 'local/data is not executable' });
  t.deepEqual(findProgram(view, '/local', options), { problem: '/local is a directory' });
  t.deepEqual(findProgram(view, 'none', options), { problem: 'none is not in /bin:/usr/bin' });
});

test('what a task can change is looked at each time', (t) => {
  const link = join(root, 'local', 'turns');
  symlinkSync('data', link);
  t.is(resolveInRoot(view, '/local/turns'), join(root, 'local', 'data'));
  rmSync(link);
  t.is(resolveInRoot(view, '/local/turns'), undefined);
  symlinkSync('/usr/bin/tool', link);
  t.is(resolveInRoot(view, '/local/turns'), join(usr, 'bin', 'tool'));
});

test('a path climbs to the task’s root and no further', (t) => {
  t.is(resolveInRoot(view, '/local/../../..//./local/data'), join(root, 'local', 'data'));
  t.is(resolveInRoot(view, '/local/..'), `${root}/`);
});

test('what is believed of the host’s own directories refuses no program that came a moment ago', (t) => {
  const bin = join(base, 'own');
  mkdirSync(bin);
  const find = programFinder([bin]);
  const own = { root: '/', mounts: [] };
  const options = { cwd: '/', searchPath: bin };
  const tool = join(bin, 'tool');
  writeFileSync(join(bin, 'tool-1'), '', { mode: 0o755 });
  symlinkSync('tool-1', tool);
  t.deepEqual(find(own, 'tool', options), { found: tool });
  // The next version: the link turns, and the old one goes.
  writeFileSync(join(bin, 'tool-2'), '', { mode: 0o755 });
  rmSync(tool);
  symlinkSync('tool-2', tool);
  rmSync(join(bin, 'tool-1'));
  t.deepEqual(find(own, tool, options), { found: tool });
  t.deepEqual(find(own, 'tool', options), { found: tool });
  rmSync(join(bin, 'tool-2'));
  t.deepEqual(find(own, tool, options), { problem: `${tool} does not exist` });
});

test('what lies there and is a task’s to change is looked at each time', (t) => {
  const volume = join(base, 'below-usr');
  mkdirSync(join(volume, 'place'), { recursive: true });
  writeFileSync(join(volume, 'place', 'tool'), '', { mode: 0o755 });
  const find = programFinder([base]);
  const seen = { root, mounts: [{ hostPath: volume, path: '/volume' }] };
  const options = { cwd: '/', searchPath: '' };
  t.deepEqual(find(seen, '/volume/place/tool', options), { found: '/volume/place/tool' });
  // As a task would learn by a link which programs the host has: in its root this one leads nowhere.
  mkdirSync(join(base, 'host'));
  writeFileSync(join(base, 'host', 'tool'), '', { mode: 0o755 });
  rmSync(join(volume, 'place'), { recursive: true });
  symlinkSync(join(base, 'host'), join(volume, 'place'));
  t.deepEqual(find(seen, '/volume/place/tool', options), { problem: '/volume/place/tool does not exist' });
});
