import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { findProgram, programChanges } from './command-watch.ts';

test('findProgram looks through the directories in order and finds files only', (t) => {
  t.is(findProgram('sh', ['/nonexistent', '/bin']), '/bin/sh');
  t.is(findProgram('bin', ['/usr']), undefined);
});

test('programChanges yields at once and again after a matching program appeared', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'orch-programs-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const abort = new AbortController();
  const changes = programChanges((name) => name === 'java', abort.signal, [directory]);
  t.false((await changes.next()).done);
  const second = changes.next();
  writeFileSync(join(directory, 'java'), '');
  chmodSync(join(directory, 'java'), 0o755);
  t.false((await second).done);
  const third = changes.next();
  abort.abort();
  t.true((await third).done);
});
