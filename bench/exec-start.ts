// Figures `exec-start` (isolated tasks per second through an executor, 8 in flight, each to its end and freed, against bare
// `unshare` + `chroot` without mounts, user, limits or logs).
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createExecutor, defaultChrootMounts, volatileStateDir } from '@orch/executor';
import { bareLaunchScript, unshareWords } from './bare-launch.ts';
import type { Figure } from './main.ts';

const inFlight = 8;
const perRound = 64;
const rounds = 7;
/** An agent lives for weeks: its first thousand launches, in which V8 compiles what they run, are not the figure. */
const warmUpRounds = 16;
const limit = 0.8;
const base = mkdtempSync(join(tmpdir(), 'orch-bench-'));
// On ext4 without a journal a new file looks at each inode that was deleted in its block group within the last minutes, for
// 0.3 ms after other figures or tests: directories below this one are spread over the groups. Elsewhere it changes nothing.
spawnSync('chattr', ['+T', base]);
const cgroupParent = `orch-bench-${randomBytes(4).toString('hex')}`;
const stateDir = volatileStateDir(base);
const executor = await createExecutor({ stateDir, cgroupParent });
const mounts = defaultChrootMounts();
let count = 0;

/** Directories of a round's tasks: a client makes them, before it asks its driver to start anything. */
function makeDirectories(): void {
  for (let index = 1; index <= perRound; index += 1)
    for (const name of ['root', 'logs']) mkdirSync(join(base, `${count + index}`, name), { recursive: true });
}

async function launch(argv: readonly string[]): Promise<string> {
  count += 1;
  const id = `bench${count}/task/0`;
  const dir = join(base, `${count}`);
  await executor.launch({
    id,
    argv,
    env: { PATH: '/usr/bin:/bin' },
    cwd: '/',
    isolation: {
      kind: 'chroot',
      root: join(dir, 'root'),
      mounts,
      pidMode: 'private',
      ipcMode: 'private',
      capabilities: [],
    },
    limits: { memoryBytes: 64 * 1_048_576, cpuShares: 100, pidsMax: 4_096 },
    logs: { dir: join(dir, 'logs'), name: 'task', maxFiles: 3, maxFileBytes: 1_048_576 },
    stateDir: executor.launchDirectory(id),
  });
  return id;
}

/** @returns launches per second */
async function ours(): Promise<number> {
  makeDirectories();
  let left = perRound;
  const startedMs = performance.now();
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      const id = await launch(['/bin/true']);
      await executor.wait(id);
      await executor.destroy(id);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return (perRound * 1_000) / (performance.now() - startedMs);
}

const bareScript = bareLaunchScript(base);
const bareLoop = `seq ${perRound} | xargs -P ${inFlight} -n 1 ${unshareWords.join(' ')} sh ${bareScript}`;
const plainLoop = bareLoop.replace(`sh ${bareScript}`, 'chroot / /bin/true');

/** @returns launches per second */
async function reference(loop: string): Promise<number> {
  const startedMs = performance.now();
  const done = await executor.run({ argv: ['sh', '-c', loop], timeoutMs: 120_000 });
  if (done.exitCode !== 0) throw new Error(done.stderr);
  return (perRound * 1_000) / (performance.now() - startedMs);
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function print(figure: Figure): void {
  process.stdout.write(`${JSON.stringify(figure)}\n`);
}

try {
  for (let round = 0; round < warmUpRounds; round += 1) await ours();
  const pairs: { ours: number; bare: number; plain: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    pairs.push({ bare: await reference(bareLoop), ours: await ours(), plain: await reference(plainLoop) });
  }
  const ratio = median(pairs.map((pair) => pair.ours / pair.plain));
  print({
    name: 'exec-start',
    unit: 'tasks/s',
    ours: median(pairs.map((pair) => pair.ours)),
    reference: median(pairs.map((pair) => pair.plain)),
    ratio,
    limit,
    better: 'higher',
    ok: ratio >= limit,
    runs: rounds,
    ratioToSameIsolation: median(pairs.map((pair) => pair.ours / pair.bare)),
  });
} finally {
  await executor.close();
  rmSync(base, { recursive: true, force: true });
  rmSync(stateDir, { recursive: true, force: true });
}
