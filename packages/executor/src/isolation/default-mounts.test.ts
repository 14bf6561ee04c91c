import { mkdirSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { mountFinder } from './default-mounts.ts';

test('a directory that has gone from /etc is not mounted, nor a new one missed, however short a time ago', (t) => {
  const etc = mkdtempSync(join(tmpdir(), 'default-mounts-'));
  t.teardown(() => rmSync(etc, { recursive: true }));
  const find = mountFinder(etc);
  const found = () => find().flatMap(({ path }) => (path.startsWith(etc) ? [path.slice(etc.length)] : []));
  mkdirSync(join(etc, 'java-17'));
  mkdirSync(join(etc, 'cron.d'));
  t.deepEqual(found(), ['/java-17']);
  rmSync(join(etc, 'java-17'), { recursive: true });
  mkdirSync(join(etc, 'ssl'));
  // The kernel's clock may tell both changes at the same moment.
  utimesSync(etc, 1, 1);
  t.deepEqual(found(), ['/ssl']);
});
