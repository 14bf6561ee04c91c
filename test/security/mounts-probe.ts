// Run in a mount namespace of its own: takes a data directory through the life of one allocation and tells what is mounted.

import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildAllocDir, buildTaskDir, removeAllocDir } from '@orch/core/client/alloc-dir/build';
import { allocLayout } from '@orch/core/client/alloc-dir/layout';
import { closeDataDir, openDataDir } from '@orch/core/client/files/private-mount';
import { silentLogger } from '@orch/core/lib/logger';

const [base = '', hasOld] = process.argv.slice(2);
const dataDir = join(base, 'link');
const tools = {
  log: silentLogger,
  isRoot: true,
  runner: {
    run: ({ argv: [program = '', ...args] }: { readonly argv: readonly string[] }) =>
      new Promise<{ exitCode: number; stdout: string; stderr: string }>((resolve) => {
        execFile(program, args, (error, stdout, stderr) =>
          resolve({ exitCode: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
        );
      }),
  },
};
const mounts = () =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter((fields) => fields[4]?.startsWith(base))
    .map((fields) => `${fields[4]?.slice(base.length)} ${fields[5]}`);

mkdirSync(join(base, 'disk/data'), { recursive: true });
symlinkSync('disk/data', dataDir);
// What dockerd is where its service has a mount namespace of its own.
const engine = spawn('unshare', ['--mount', '--propagation', 'slave', 'cat'], { stdio: ['pipe', 'ignore', 'inherit'] });
await new Promise((resolve) => setTimeout(resolve, 300));
// What an agent left that did not mount the directory upon itself yet.
const old = join(base, 'disk/data/allocations/old/t/secrets');
if (hasOld) {
  mkdirSync(old, { recursive: true });
  await tools.runner.run({ argv: ['mount', '-t', 'tmpfs', '-o', 'nosuid,nodev,noexec', 'orch-secrets', old] });
  writeFileSync(join(old, 'token'), 'old');
}
const guarded = [await openDataDir(dataDir, tools), await openDataDir(dataDir, tools)];
const oldKept = hasOld === undefined || readFileSync(join(old, 'token'), 'utf8') === 'old';
if (hasOld) await removeAllocDir(allocLayout(dataDir, 'old'), tools);
const oldGone = !existsSync(allocLayout(dataDir, 'old').root);
const opened = mounts();
const layout = allocLayout(dataDir, 'a1');
await buildAllocDir(layout);
await buildTaskDir({ directories: layout.task('t'), isolation: 'chroot', user: undefined }, tools);
writeFileSync(join(layout.task('t').secrets, 'token'), 'hidden');
const seenByEngine = existsSync(`/proc/${engine.pid}/root${layout.task('t').secrets}/token`);
const built = mounts();
// What a driver or an operator left bound in there.
mkdirSync(join(base, 'host'));
writeFileSync(join(base, 'host/file'), '');
for (const place of [join(layout.task('t').local, 'bound'), join(layout.task('t').driver, 'bound')]) {
  mkdirSync(place);
  await tools.runner.run({ argv: ['mount', '--bind', join(base, 'host'), place] });
}
const bound = mounts().length - built.length;
await removeAllocDir(layout, tools);
const hostKept = existsSync(join(base, 'host/file'));
const removed = mounts();
const gone = !existsSync(layout.root) && !existsSync(layout.privateRoot);
await closeDataDir(dataDir, tools);
console.log(
  JSON.stringify({
    guarded,
    oldKept,
    oldGone,
    opened,
    seenByEngine,
    bound,
    hostKept,
    built,
    removed,
    gone,
    closed: mounts(),
  }),
);
engine.kill();
