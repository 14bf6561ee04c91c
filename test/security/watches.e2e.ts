// Root of a container can take all inotify instances that the kernel has for root: the next agent starts all the same.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** In a user namespace of its own, whose limit is its own too. */
function withoutWatches(source: string): string {
  const limit = 'echo 0 > /proc/sys/user/max_inotify_instances && exec "$@"';
  const node = [process.execPath, '--no-warnings', '--input-type=module', '-e', source];
  return execFileSync('unshare', ['--user', '--map-root-user', 'sh', '-c', limit, 'sh', ...node], {
    cwd: root,
    encoding: 'utf8',
    timeout: 20_000,
  });
}

test('ends of tasks are seen where the kernel gives no watch', (t) => {
  const said = withoutWatches(`
    import { mkdtempSync, mkdirSync, writeFileSync, rmSync } from 'node:fs';
    import { LaunchTable } from './packages/executor/src/launch/launch-table.ts';
    const dir = mkdtempSync('/tmp/orch-watches-');
    const exits = dir + '/exits';
    mkdirSync(exits);
    let reason = 'none';
    const table = new LaunchTable(exits, (error) => { reason = error.code; });
    const plan = { id: 'a', name: 'a', dir, exitFile: exits + '/a' };
    const entry = table.add({ version: 1, plan, handle: { cgroups: [] } });
    writeFileSync(plan.exitFile, 'exit 7 signal 0\\n');
    table.tend();
    console.log(reason, entry.exit?.exitCode);
    table.close();
    rmSync(dir, { recursive: true });
  `);
  t.is(said, 'EMFILE 7\n');
});

test('programs of the host are looked for where the kernel gives no watch', (t) => {
  const said = withoutWatches(`
    import { programChanges } from './packages/executor/src/host-driver/command-watch.ts';
    for await (const _ of programChanges(() => true, new AbortController().signal)) { console.log('first look'); break; }
  `);
  t.is(said, 'first look\n');
});
