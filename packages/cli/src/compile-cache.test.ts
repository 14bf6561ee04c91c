import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { compileCacheDirectory } from './compile-cache.ts';

const own = process.geteuid?.() ?? -1;

/** A user whose cache is in a new directory. As root tests stand for one whose directories are root's. */
function user(t: ExecutionContext, uid = own === 0 ? 4_711 : own) {
  const home = mkdtempSync(join(tmpdir(), 'orch-cache-'));
  t.teardown(() => rmSync(home, { recursive: true, force: true }));
  return { uid, home, env: {} };
}

test('compileCacheDirectory is below the home, and nobody else sees into it', (t) => {
  const one = user(t);
  const made = compileCacheDirectory(one);
  t.is(made, join(one.home, '.cache/orch/compiled'));
  t.is(statSync(made ?? '').mode & 0o777, 0o700);
  t.is(compileCacheDirectory(one), made);
  const elsewhere = join(one.home, 'elsewhere');
  t.is(compileCacheDirectory({ ...one, env: { XDG_CACHE_HOME: elsewhere } }), join(elsewhere, 'orch/compiled'));
  t.is(compileCacheDirectory({ ...one, env: { XDG_CACHE_HOME: 'relative' } }), made);
});

test('compileCacheDirectory does not believe in directories that others can write', (t) => {
  for (const part of ['.cache/orch/compiled', '.cache/orch', '.cache']) {
    for (const mode of [0o770, 0o707]) {
      const one = user(t);
      compileCacheDirectory(one);
      chmodSync(join(one.home, part), mode);
      t.is(compileCacheDirectory(one), undefined, `${part} ${mode.toString(8)}`);
    }
  }
  const sticky = user(t);
  mkdirSync(join(sticky.home, '.cache/orch/compiled'), { recursive: true });
  chmodSync(join(sticky.home, '.cache/orch/compiled'), 0o1777);
  t.is(compileCacheDirectory(sticky), undefined);
});

test('compileCacheDirectory does not follow a link to where others can write', (t) => {
  const one = user(t);
  const shared = join(one.home, 'shared');
  mkdirSync(shared);
  chmodSync(shared, 0o777);
  symlinkSync(shared, join(one.home, '.cache'));
  t.is(compileCacheDirectory(one), undefined);
});

const whenRoot = own === 0 ? test : test.skip;
whenRoot("compileCacheDirectory takes no other user's directory", (t) => {
  const one = user(t, 4_711);
  t.not(compileCacheDirectory(one), undefined);
  const { chownSync } = process.getBuiltinModule('node:fs');
  chownSync(join(one.home, '.cache/orch'), 4_712, 4_712);
  t.is(compileCacheDirectory(one), undefined);
});

test('compileCacheDirectory goes without where nothing can be made', (t) => {
  t.is(compileCacheDirectory({ ...user(t), home: '/proc/none' }), undefined);
});
