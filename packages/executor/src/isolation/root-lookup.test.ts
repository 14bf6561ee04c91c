import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { findProgram, resolveInRoot } from './root-lookup.ts';

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
