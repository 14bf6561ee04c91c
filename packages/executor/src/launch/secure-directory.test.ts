import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type SecureDirectoryOptions, secureDirectory } from './secure-directory.ts';

function base(t: ExecutionContext): string {
  const dir = mkdtempSync(join(realpathSync(tmpdir()), 'orch-secure-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

const refused = (t: ExecutionContext, path: string, message: RegExp, options?: SecureDirectoryOptions) =>
  t.throws(() => secureDirectory(path, options), { message, code: 'unsafe-directory' }, path);

const asRoot = process.getuid?.() === 0 ? test : test.skip;

test('it is made with its parents for root alone, and a second time it is the same', (t) => {
  const dir = base(t);
  const path = join(dir, 'a/b');
  t.is(secureDirectory(path), path);
  t.is(secureDirectory(path), path);
  for (const name of ['a', 'a/b']) t.is(lstatSync(join(dir, name)).mode & 0o777, 0o700, name);
});

test('one that is there loses the bits it should not have', (t) => {
  const path = join(base(t), 'a');
  mkdirSync(path);
  chmodSync(path, 0o755);
  secureDirectory(path, { mode: 0o711 });
  t.is(lstatSync(path).mode & 0o777, 0o711);
  secureDirectory(path);
  t.is(lstatSync(path).mode & 0o777, 0o700);
});

test('what others could have written into is refused, and left as it is', (t) => {
  const dir = base(t);
  for (const [name, mode] of [
    ['all', 0o777],
    ['group', 0o770],
    ['sticky', 0o1777],
  ] as const) {
    mkdirSync(join(dir, name));
    chmodSync(join(dir, name), mode);
    refused(t, join(dir, name), /can be written by others/);
    t.is(lstatSync(join(dir, name)).mode & 0o7777, mode);
  }
  t.notThrows(() => secureDirectory(join(dir, 'sticky/own')), 'only root can exchange what is its own there');
  refused(t, join(dir, 'all/own'), /all can be written by others/);
});

test('a link is refused wherever it stands; those of root are followed where the operator chose the path', (t) => {
  const dir = base(t);
  mkdirSync(join(dir, 'real'), { mode: 0o700 });
  symlinkSync('real', join(dir, 'link'));
  refused(t, join(dir, 'link'), /is a symbolic link/);
  refused(t, join(dir, 'link/below'), /is a symbolic link/);
  t.false(existsSync(join(dir, 'real/below')));
  t.is(secureDirectory(join(dir, 'link/below'), { followsRootsLinks: true }), join(dir, 'real/below'));
  symlinkSync('loop', join(dir, 'loop'));
  refused(t, join(dir, 'loop'), /is a symbolic link/, { followsRootsLinks: true });
  symlinkSync(dir, join(dir, 'absolute'));
  t.is(secureDirectory(join(dir, 'absolute/x'), { followsRootsLinks: true }), join(dir, 'x'));
  refused(t, `${dir}/../${dir.split('/').at(-1)}/x`, /climbs/);
});

asRoot('what belongs to somebody else is refused: the directory, a parent, a link', (t) => {
  const dir = base(t);
  mkdirSync(join(dir, 'own'), { mode: 0o700 });
  chownSync(join(dir, 'own'), 12_345, 12_345);
  refused(t, join(dir, 'own'), /belongs to the user 12345/);
  refused(t, join(dir, 'own/below'), /own belongs to the user 12345/);
  mkdirSync(join(dir, 'real'), { mode: 0o700 });
  symlinkSync('real', join(dir, 'theirs'));
  lchownSync(join(dir, 'theirs'), 12_345, 12_345);
  refused(t, join(dir, 'theirs'), /symbolic link of the user 12345/, { followsRootsLinks: true });
  const told: string[] = [];
  secureDirectory(join(dir, 'own/mine'), { onUnsafeParent: (problem) => told.push(problem) });
  t.is(told.length, 1);
});

test('a file in the place of a directory is refused', (t) => {
  refused(t, '/etc/passwd', /is no directory/);
  refused(t, '/etc/passwd/x', /is no directory/);
});
