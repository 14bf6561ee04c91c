import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { privatePaths } from './private-paths.ts';

test('files and directories that others may not read are found, at any depth, and links are not followed', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'orch-private-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  for (const name of ['certs', 'private', 'tls', 'tls/private', 'tls/open']) mkdirSync(join(dir, name));
  for (const name of ['certs/a.pem', 'private/a.key', 'own.key', 'tls/private/b.key', 'tls/open/c.key'])
    writeFileSync(join(dir, name), '');
  for (const name of ['private', 'tls/private']) chmodSync(join(dir, name), 0o710);
  for (const name of ['own.key', 'tls/open/c.key']) chmodSync(join(dir, name), 0o640);
  symlinkSync('/etc/shadow', join(dir, 'link'));
  const expected = ['own.key', 'private', 'tls/open/c.key', 'tls/private'].map((name) => join(dir, name));
  t.deepEqual([...privatePaths(dir)].sort(), expected);
});

test('a directory that has gone since it was found hides nothing, and keeps no task from its start', (t) => {
  t.deepEqual(privatePaths(join(tmpdir(), `orch-private-gone-${process.pid}`)), []);
});
