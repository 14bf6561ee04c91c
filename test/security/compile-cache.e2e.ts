// What other users of the machine put into the directory for temporary files is no code of ours.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { runOrch } from '../e2e/shared/dev-agent.ts';

test('the command line keeps and looks for no compiled code among temporary files', async (t) => {
  const shared = mkdtempSync(join(tmpdir(), 'orch-shared-'));
  t.teardown(() => rmSync(shared, { recursive: true, force: true }));
  for (const args of [['job', 'validate', '--help'], ['version']]) {
    const { exitCode, text } = await runOrch(args, { env: { TMPDIR: shared } });
    t.is(exitCode, 0, text);
    t.deepEqual(readdirSync(shared), [], args.join(' '));
  }
});
