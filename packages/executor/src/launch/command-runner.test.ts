import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { forgetCommands } from './command-runner.ts';

test('forgetCommands removes files of processes that are gone, and no others', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'orch-commands-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  const own = `t${process.pid}-1.sh`;
  for (const name of [own, 't4194305-7.sh', 't4194305-7.out', 'other']) writeFileSync(join(dir, name), '');
  forgetCommands(dir);
  t.deepEqual(readdirSync(dir).sort(), ['other', own].sort());
  forgetCommands(join(dir, 'none'));
});
