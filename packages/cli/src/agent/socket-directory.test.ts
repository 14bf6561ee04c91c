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
import { describeError, OrchError } from '@orch/core/lib/errors';
import test, { type ExecutionContext } from 'ava';
import { openSocketDirectory } from './socket-directory.ts';

const work = mkdtempSync(join(tmpdir(), 'orch-sockets-'));
test.after.always(() => rmSync(work, { recursive: true }));

function refused(t: ExecutionContext, path: string, why: RegExp): void {
  const error = t.throws(() => openSocketDirectory(path), { instanceOf: OrchError, code: 'socket-dir' });
  t.regex(describeError(error), why);
}

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
  ['a link', /is a symbolic link/, (path) => symlinkSync(tmpdir(), path)],
  ['a file', /is no directory/, (path) => writeFileSync(path, 'kept')],
  [
    'a directory that its group writes in',
    /can be written by others/,
    (path) => {
      mkdirSync(path);
      chmodSync(path, 0o775);
    },
  ],
  [
    'a directory that all write in, sticky or not',
    /can be written by others/,
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
    refused(t, path, why);
    const after = lstatSync(path);
    t.deepEqual([after.mode, after.ino], [before.mode, before.ino]);
    if (after.isFile()) t.is(readFileSync(path, 'utf8'), 'kept');
  });
  // Above, the group of root may write.
  if (name.includes('its group')) continue;
  test(`${name} above it is refused`, (t) => {
    const path = join(work, `above ${name.replaceAll(/\W/g, '-')}`);
    plant(path);
    // What is only missing to be ours is refused further down: in a sticky directory others take nothing of ours away.
    if (name.includes('sticky')) chmodSync(path, 0o777);
    refused(t, join(path, 'run'), why);
  });
}

test('the agent’s own place inside it is looked at, too', (t) => {
  const path = join(work, 'inside');
  mkdirSync(path);
  symlinkSync(tmpdir(), join(path, 'api'));
  refused(t, path, /api is a symbolic link/);
});
