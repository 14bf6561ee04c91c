// Where the API's sockets may be: nowhere that another user has a hand in.

import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { openSocketDirectory } from './socket-directory.ts';

const work = mkdtempSync(join(tmpdir(), 'orch-sockets-'));
test.after.always(() => rmSync(work, { recursive: true }));

test('a directory is made with all above it, for others to reach, its inside for the agent alone', (t) => {
  const before = process.umask(0o077);
  const { path, privateDir, release } = openSocketDirectory(join(work, 'new/run/orch'));
  process.umask(before);
  t.teardown(release);
  t.is(lstatSync(path).mode & 0o7777, 0o755);
  t.is(lstatSync(privateDir).mode & 0o7777, 0o700);
});

test('one that is there is taken and opened for others; another agent that holds it keeps it', (t) => {
  const path = join(work, 'old');
  mkdirSync(path, { mode: 0o700 });
  const first = openSocketDirectory(path);
  t.is(lstatSync(path).mode & 0o7777, 0o755);
  t.throws(() => openSocketDirectory(path), { code: 'sockets-in-use', message: /another agent has its sockets in/ });
  first.release();
  openSocketDirectory(path).release();
});

const planted: readonly (readonly [string, RegExp, (path: string) => void])[] = [
  ['a link', /it is a link/, (path) => symlinkSync(tmpdir(), path)],
  ['a file', /it is no directory/, (path) => writeFileSync(path, 'kept')],
  [
    'a directory that its group writes in',
    /others may write in it/,
    (path) => {
      mkdirSync(path);
      chmodSync(path, 0o775);
    },
  ],
  [
    'a directory that all write in, sticky or not',
    /others may write in it/,
    (path) => {
      mkdirSync(path);
      chmodSync(path, 0o1777);
    },
  ],
];

for (const [name, why, plant] of planted) {
  test(`${name} in its place is refused and stays as it is`, (t) => {
    const path = join(work, `planted ${name.replaceAll(/\W/g, '-')}`);
    plant(path);
    const before = lstatSync(path);
    t.throws(() => openSocketDirectory(path), { code: 'socket-dir', message: why });
    const after = lstatSync(path);
    t.deepEqual([after.mode, after.ino], [before.mode, before.ino]);
    if (after.isFile()) t.is(readFileSync(path, 'utf8'), 'kept');
  });
  test(`${name} above it is refused`, (t) => {
    const path = join(work, `above ${name.replaceAll(/\W/g, '-')}`);
    plant(path);
    // What is only missing to be ours is refused further down: in a sticky directory others take nothing of ours away.
    if (name.includes('sticky')) chmodSync(path, 0o777);
    t.throws(() => openSocketDirectory(join(path, 'run')), { code: 'socket-dir', message: why });
  });
}

test('the agent’s own place inside it is looked at, too', (t) => {
  const path = join(work, 'inside');
  mkdirSync(path);
  symlinkSync(tmpdir(), join(path, 'api'));
  t.throws(() => openSocketDirectory(path), { code: 'socket-dir', message: /api: it is a link/ });
});

test('what another user made is refused, there and above', (t) => {
  const path = join(work, 'foreign');
  mkdirSync(join(path, 'run'), { recursive: true });
  const other = (process.geteuid?.() ?? 0) + 12_345;
  t.throws(() => openSocketDirectory(path, other), { code: 'socket-dir', message: /belongs to the user/ });
});
