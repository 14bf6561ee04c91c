// An agent on a machine that lacks a piece of the isolation: told once, and refused where the configuration wants it.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const program = fileURLToPath(new URL('../../packages/cli/bin/orch.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'orch-require-'));
const word = `orq${randomBytes(2).toString('hex')}`;
test.before(() => {
  if (!existsSync(join(program, '../../dist/orch.js'))) throw new Error('the command line is not built');
});
test.after.always(() => rmSync(dir, { recursive: true, force: true }));

/** Without the hierarchies by which devices can be kept from tasks, in a mount namespace of its own. */
const HIDE = `for one in unified devices; do umount -l /sys/fs/cgroup/$one; done; exec "$@"`;

function startWithout(pieces: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  const file = join(dir, 'agent.hcl');
  const list = pieces.map((piece) => `"${piece}"`).join(', ');
  writeFileSync(
    file,
    `data_dir = "${join(dir, 'data')}"
server { enabled = true }
client {
  enabled = true
  kernel_word = "${word}"
  require_isolation = [${list}]
}
`,
  );
  const words = ['--mount', '--propagation', 'private', 'sh', '-c', HIDE, 'sh', process.execPath, program];
  return new Promise((resolve) => {
    const child = execFile(
      'unshare',
      [...words, 'agent', '--config', file],
      { timeout: 60_000 },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, output: stdout + stderr }),
    );
  });
}

test.serial(
  'an agent does not start without a piece that require_isolation names, and says which and the mend',
  async (t) => {
    const { code, output } = await startWithout(['seccomp', 'devices']);
    t.is(code, 1, output);
    t.regex(output, /lacks devices, which require_isolation of "client" names/);
    t.regex(output, /mount cgroup v2 on a kernel with CONFIG_CGROUP_BPF/);
    t.is(output.match(/tasks are isolated without a piece that this machine lacks/g)?.length, 1, output);
  },
);
