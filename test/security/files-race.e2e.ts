// Every operation of root below a directory of tasks, raced by a task that exchanges names with links to the host's files.

import { execFile, execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildTaskDir } from '@orch/core/client/alloc-dir/build';
import { openConfined } from '@orch/core/client/files/confined';
import { ConfinedDirectory } from '@orch/core/client/files/confined-directory';
import { unmountBelow } from '@orch/core/client/files/confined-mounts';
import { copyTree, removeTree } from '@orch/core/client/files/confined-tree';
import { ConfinedWriter } from '@orch/core/client/files/confined-write';
import { silentLogger } from '@orch/core/lib/logger';
import { findNativeLauncher } from '@orch/executor';
import test, { type ExecutionContext } from 'ava';
import { exchangePairs, raceMs } from './exchange-pairs.ts';

const runner = {
  launcher: findNativeLauncher(),
  run: ({ argv: [program = '', ...args] }: { readonly argv: readonly string[] }) =>
    new Promise<{ exitCode: number; stdout: string; stderr: string }>((resolve) => {
      execFile(program, args, (error, stdout, stderr) =>
        resolve({ exitCode: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
      );
    }),
};
const tools = { runner, log: silentLogger, isRoot: true };

/** Everything about the host's files that an attack could change. */
function portrait(path: string): readonly string[] {
  const stat = lstatSync(path);
  const own = `${path} ${stat.ino} ${stat.mode.toString(8)} ${stat.uid}:${stat.gid} ${stat.nlink} ${stat.mtimeMs}`;
  if (stat.isDirectory())
    return [
      own,
      ...readdirSync(path)
        .sort()
        .flatMap((name) => portrait(join(path, name))),
    ];
  return [stat.isFile() ? `${own} ${readFileSync(path, 'utf8')}` : own];
}

const mountsIn = (path: string) =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point.startsWith(path));

/** What each operation came to, by how it ended. */
type Counts = Record<string, Record<string, number>>;

async function raced(seconds: number, operations: Readonly<Record<string, () => Promise<unknown>>>): Promise<Counts> {
  const end = Date.now() + seconds;
  const counts: Counts = {};
  const work = Object.entries(operations).map(async ([name, operation]) => {
    const own: Record<string, number> = {};
    counts[name] = own;
    while (Date.now() < end) {
      const outcome = await operation().then(
        () => 'done',
        (error: { readonly code?: string; readonly message?: string }) => error.code ?? error.message ?? 'unknown',
      );
      own[outcome] = (own[outcome] ?? 0) + 1;
    }
  });
  await Promise.all(work);
  return counts;
}

interface Rig {
  readonly root: string;
  readonly base: string;
  readonly outside: string;
  readonly directories: Parameters<typeof buildTaskDir>[0]['directories'];
  readonly whole: ConfinedDirectory;
  readonly stage: ConfinedDirectory;
  place(name: string): ConfinedDirectory;
  read(path: string): Promise<void>;
  readonly leaked: string[];
  race(operations: Readonly<Record<string, () => Promise<unknown>>>): Promise<void>;
}

/** An allocation in which `x` of each place is exchanged with `y`, a link to the host's files, all the time. */
async function makeRig(t: ExecutionContext, places: readonly string[]): Promise<Rig> {
  const base = mkdtempSync(join(tmpdir(), 'orch-race-'));
  const [outside, root] = [join(base, 'outside'), join(base, 'allocation')];
  mkdirSync(join(outside, 'sub/deep'), { recursive: true });
  for (const name of ['file', 'sub/file', 'victim', 'sub/victim'])
    writeFileSync(join(outside, name), 'the secret of the host');
  for (const place of places) {
    mkdirSync(join(root, place, 'x/sub'), { recursive: true });
    for (const name of ['x/file', 'x/sub/file']) writeFileSync(join(root, place, name), 'of the task');
    symlinkSync(outside, join(root, place, 'y'));
  }
  mkdirSync(join(root, 'file'));
  writeFileSync(join(root, 'file/x'), 'of the task');
  symlinkSync(join(outside, 'file'), join(root, 'file/y'));
  // A task's own directories, as one that is root in its root directory could exchange them.
  for (const name of ['t/local', 't/tmp', 'secret/s']) {
    mkdirSync(join(root, name), { recursive: true });
    symlinkSync(outside, join(root, `${name}-y`));
  }
  const opened = new Map<string, ConfinedDirectory>();
  for (const name of places) opened.set(name, await ConfinedDirectory.open(join(root, name)));
  const above = await ConfinedDirectory.open(base);
  const whole = await above.enter('allocation');
  const stage = await above.make('stage', { mode: 0o700 });
  t.teardown(async () => {
    for (const directory of [...opened.values(), above, whole, stage]) await directory.close();
    for (const point of mountsIn(base).reverse()) execFileSync('umount', ['-l', point]);
    rmSync(base, { recursive: true, force: true });
  });
  const leaked: string[] = [];
  const before = portrait(outside);
  return {
    root,
    base,
    outside,
    whole,
    stage,
    leaked,
    directories: {
      allocation: root,
      shared: join(root, 'alloc'),
      task: join(root, 't'),
      local: join(root, 't/local'),
      secrets: join(root, 't/secrets'),
      temporary: join(root, 't/tmp'),
      driver: join(base, 'driver'),
    },
    place: (name) => opened.get(name) as ConfinedDirectory,
    async read(path) {
      const { handle } = await openConfined(root, path);
      try {
        const text = (await handle.stat()).isFile() ? await handle.readFile('utf8') : '';
        if (text.includes('secret')) leaked.push(path);
      } finally {
        await handle.close();
      }
    },
    async race(operations) {
      const exchange = await exchangePairs([
        ...[...places, 'file'].map((name) => [join(root, name, 'x'), join(root, name, 'y')] as const),
        ...['t/local', 't/tmp', 'secret/s'].map((name) => [join(root, name), join(root, `${name}-y`)] as const),
      ]);
      const counts = await raced(raceMs, operations);
      await exchange.stop();
      t.log(JSON.stringify(counts));
      for (const [name, outcomes] of Object.entries(counts))
        t.true((outcomes['done'] ?? 0) > 0, `${name} succeeded at times`);
      t.deepEqual(leaked, [], 'nothing of the host was read');
      t.deepEqual(portrait(outside), before, 'nothing of the host was changed');
      t.deepEqual(mountsIn(outside), [], 'nothing was mounted upon the host');
    },
  };
}

const closing = async (directory: Promise<{ close(): Promise<void> }>) => (await directory).close();
let turn = 0;
const next = () => {
  turn += 1;
  return `n${turn % 50}`;
};

test.serial('reading and writing never follow a name that a task exchanges meanwhile', async (t) => {
  const places = ['read', 'make', 'write', 'mkdir', 'link', 'hard', 'move'];
  const { place, read, race } = await makeRig(t, places);
  await race({
    'read a file': () => read('file/x'),
    'read below a directory': () => read('read/x/sub/file'),
    'make with rights': () =>
      closing(place('make').make('x', { mode: turn % 2 === 0 ? 0o1777 : 0o700, owner: { uid: 65_534, gid: 65_534 } })),
    'write a file': () => closing(new ConfinedWriter(place('write')).createFile(`x/${next()}`, 0o644)),
    'replace a file': () => closing(new ConfinedWriter(place('write')).createFile('x/victim', 0o600)),
    'make directories': () => new ConfinedWriter(place('mkdir'), { uid: 1, gid: 1 }).makeDirectory(`x/${next()}/deep`),
    'make a link': () => new ConfinedWriter(place('link')).createSymlink(`x/${next()}`, 'file'),
    'make a second name': () => new ConfinedWriter(place('hard')).createHardLink(`x/${next()}`, 'x/file'),
    'move away and back': async () => {
      const x = await place('move').enter('x');
      try {
        await x.rename('file', place('move'), 'moved');
        await place('move').rename('moved', x, 'file');
      } finally {
        await x.close();
      }
    },
  });
});

test.serial(
  'trees, mounts and directories of tasks are made and removed at no name that a task exchanges',
  async (t) => {
    const { place, race, whole, stage, base, outside, root, directories, leaked } = await makeRig(t, [
      'remove',
      'copy',
      'gone',
    ]);
    await race({
      'remove a tree': async () => {
        const x = await place('remove').enter('x');
        try {
          await removeTree(x, 'sub', runner);
          await closing(x.make('sub'));
        } finally {
          await x.close();
        }
      },
      'remove what holds links': async () => {
        const made = await whole.make('doomed');
        await closing(made.make('x'));
        await made.createLink('y', outside);
        await made.close();
        await removeTree(whole, 'doomed', runner);
      },
      'remove what is exchanged inside': async () => {
        await removeTree(whole, 'gone', runner);
        const made = await whole.make('gone');
        try {
          const x = await made.make('x');
          await x.createFile('victim', { mode: 0o644 }).then((file) => file.close());
          await x.close();
          await made.createLink('y', outside);
        } finally {
          await made.close();
        }
      },
      'copy a tree': async () => {
        const x = await place('copy').enter('x');
        try {
          await copyTree(x, stage, 'copied', runner);
          if (readFileSync(join(base, 'stage/copied/file'), 'utf8').includes('secret')) leaked.push('copied');
        } finally {
          await x.close();
          await removeTree(stage, 'copied', runner);
        }
      },
      // By a task that lives and was handed the directory by one that has ended.
      'copy what is exchanged inside': async () => {
        try {
          await copyTree(place('copy'), stage, 'inside', runner);
          const texts = execFileSync('find', [join(base, 'stage/inside'), '-type', 'f', '-exec', 'cat', '{}', '+']);
          if (texts.includes('secret')) leaked.push('inside');
        } finally {
          await removeTree(stage, 'inside', runner);
        }
      },
      'build the directories of a task': () =>
        buildTaskDir({ directories, isolation: 'chroot', user: undefined }, tools),
      'mount and unmount secrets': async () => {
        const secret = { ...directories, task: join(root, 'secret'), secrets: join(root, 'secret/s') };
        await buildTaskDir({ directories: secret, isolation: 'chroot', user: undefined }, tools);
        // Mounted at the handle: where that is by now.
        await unmountBelow(whole, runner, [
          ['secret', 's'],
          ['secret', 's-y'],
        ]);
      },
    });
  },
);
