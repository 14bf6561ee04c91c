import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { checkLaunchers } from './launcher-stamp.ts';

const native = fileURLToPath(new URL('../../packages/executor/native', import.meta.url));

test('checkLaunchers finds what is shipped fresh, and stale after any change of a source', (t) => {
  t.deepEqual(checkLaunchers(native), []);
  const copy = mkdtempSync(join(tmpdir(), 'orch-stamp-'));
  t.teardown(() => rmSync(copy, { recursive: true, force: true }));
  cpSync(native, copy, { recursive: true });
  t.deepEqual(checkLaunchers(copy), []);
  appendFileSync(join(copy, 'mounts.h'), '\n');
  t.regex(checkLaunchers(copy).join('\n'), /linux-x64 was built from other sources/);
});
