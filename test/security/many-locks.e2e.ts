// A user of the machine who holds very many record locks: whoever has to name the holder of one does not read them all.

import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDirectory } from '@orch/server/journal/embedded/lock';
import test from 'ava';

const holder = `#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(void) {
  // Many files: the kernel looks for the place of each lock among those of its file.
  for (int number = 0; number < 800; number += 1) {
    int file = open(".", O_TMPFILE | O_RDWR, 0600);
    for (int at = 0; at < 100; at += 1) {
      struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 2 * at, .l_len = 1};
      if (fcntl(file, F_SETLK, &lock) != 0) return 1;
    }
  }
  puts("held");
  fflush(stdout);
  pause();
}
`;

test('an agent whose directory another one has is told so at once, however many locks there are', async (t) => {
  const work = mkdtempSync(join(tmpdir(), 'orch-locks-'));
  t.teardown(() => rmSync(work, { recursive: true }));
  chmodSync(work, 0o755);
  writeFileSync(join(work, 'hold.c'), holder);
  execFileSync('cc', ['-O1', '-o', join(work, 'hold'), join(work, 'hold.c')]);
  const lock = lockDirectory(work);
  t.teardown(() => lock.release());
  const hog = spawn(join(work, 'hold'), {
    uid: 65_534,
    gid: 65_534,
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => void hog.kill('SIGKILL'));
  await new Promise((resolve) => hog.stdout.once('data', resolve));
  const before = process.cpuUsage();
  t.throws(() => lockDirectory(work), { code: 'journal-in-use' });
  const { system } = process.cpuUsage(before);
  t.true(system < 400_000, `${system} µs in the kernel`);
});
