// The mounts of the data directory where mounts are shared with other namespaces, private, or the directory is a disk's.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';

interface Answer {
  readonly guarded: readonly boolean[];
  readonly oldKept: boolean;
  readonly oldGone: boolean;
  readonly opened: readonly string[];
  readonly built: readonly string[];
  readonly removed: readonly string[];
  readonly closed: readonly string[];
  readonly gone: boolean;
  readonly seenByEngine: boolean;
  readonly bound: number;
  readonly hostKept: boolean;
}

function probe(t: ExecutionContext, propagation: string, prepare: (base: string) => string, more = ''): Answer {
  const base = mkdtempSync(join(tmpdir(), 'orch-mounts-'));
  t.teardown(() => rmSync(base, { recursive: true, force: true }));
  const program = fileURLToPath(new URL('./mounts-probe.ts', import.meta.url));
  const script = `${prepare(base)}\nexec ${process.execPath} ${program} ${base} ${more}`;
  const { stdout, stderr } = spawnSync('unshare', ['--mount', '--propagation', propagation, 'sh', '-ec', script], {
    encoding: 'utf8',
  });
  t.is(stderr, '');
  return JSON.parse(stdout) as Answer;
}

const own = /^\/disk\/data rw,nosuid,nodev\S*$/;

for (const propagation of ['shared', 'private'])
  test(`where mounts are ${propagation}, the data directory is guarded once, and everything mounted in it goes`, (t) => {
    const answer = probe(t, propagation, () => ':');
    t.deepEqual(answer.guarded, [true, true]);
    t.is(answer.opened.length, 1);
    t.regex(answer.opened[0] ?? '', own);
    t.true(answer.built.some((line) => line.startsWith('/disk/data/allocations/a1/t/secrets ')));
    t.deepEqual(answer.removed, answer.opened, 'secrets are unmounted');
    t.true(answer.gone);
    t.true(answer.bound >= 2);
    t.true(answer.hostKept, 'what was bound inside is unmounted, not emptied');
    t.deepEqual(answer.closed, []);
    t.is(answer.seenByEngine, propagation === 'shared', 'an engine in a namespace of its own sees what is mounted');
  });

for (const propagation of ['shared', 'private'])
  test(`where mounts are ${propagation}, secrets of an agent that had no such mount stay in sight and go with their task`, (t) => {
    const answer = probe(t, propagation, () => ':', 'old');
    t.deepEqual(answer.guarded, [true, true]);
    t.true(answer.oldKept);
    t.true(answer.oldGone);
    t.is(answer.opened.length, 1, 'nothing of them is left behind the mount');
    t.true(answer.gone);
    t.deepEqual(answer.closed, []);
  });

test('a disk that an operator has mounted within the data directory stays in sight, and is guarded as well', (t) => {
  const disk = (base: string) =>
    `mkdir -p ${base}/disk/data/more; mount -t tmpfs -o noatime disk ${base}/disk/data/more`;
  const answer = probe(t, 'private', disk);
  t.deepEqual(answer.guarded, [true, true]);
  t.true(
    answer.opened.some((line) => /^\/disk\/data\/more rw,nosuid,nodev,noatime/.test(line)),
    answer.opened.join(),
  );
  t.deepEqual(answer.closed, ['/disk/data/more rw,noatime']);
});

test('where mounts are shared, a clean end does not take that disk from the operator', (t) => {
  const disk = (base: string) => `mkdir -p ${base}/disk/data/more; mount -t tmpfs disk ${base}/disk/data/more`;
  const { closed } = probe(t, 'shared', disk);
  t.true(
    closed.some((line) => line.startsWith('/disk/data/more ')),
    closed.join(),
  );
});

test('on a disk of its own the flags of that disk stay, and the disk stays mounted', (t) => {
  const answer = probe(
    t,
    'private',
    (base) => `mkdir ${base}/disk; mount -t tmpfs -o noexec,noatime tmpfs ${base}/disk`,
  );
  t.deepEqual(answer.guarded, [true, true]);
  t.regex(answer.opened[1] ?? '', /^\/disk\/data rw,nosuid,nodev,noexec,noatime/);
  t.deepEqual(answer.closed, ['/disk rw,noexec,noatime']);
});

test('a disk that is mounted at the data directory itself is not taken for the guard', (t) => {
  const answer = probe(
    t,
    'private',
    (base) => `mkdir -p ${base}/disk/data; mount -t tmpfs -o mode=711 tmpfs ${base}/disk/data`,
  );
  t.deepEqual(answer.guarded, [true, true]);
  t.is(answer.opened.length, 2);
  t.deepEqual(answer.closed, ['/disk/data rw,relatime']);
});

test('another directory that is bound at the data directory is not taken for the guard', (t) => {
  const answer = probe(
    t,
    'private',
    (base) => `mkdir -p ${base}/disk/data ${base}/other; mount --bind ${base}/other ${base}/disk/data`,
  );
  t.deepEqual(answer.guarded, [true, true]);
  t.is(answer.opened.length, 2);
  t.is(answer.closed.length, 1);
  t.notRegex(answer.closed[0] ?? '', /nosuid/);
});
