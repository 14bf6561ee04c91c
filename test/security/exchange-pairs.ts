// Pairs of names that one program exchanges in turn, as fast as the kernel can: how tasks race root at many places at once.

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const source = `#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
int main(int count, char **names) {
  for (unsigned turn = 0;; turn += 1) {
    for (int index = 1; index + 1 < count; index += 2)
      renameat2(AT_FDCWD, names[index], AT_FDCWD, names[index + 1], RENAME_EXCHANGE);
    // Uneven pauses: an even rhythm could always miss the same moment.
    struct timespec pause = {0, rand() % 60000};
    if (turn % 3 == 0) nanosleep(&pause, NULL);
  }
}
`;

/** How long operations are raced, milliseconds. */
export const raceMs = Number(process.env['ORCH_RACE_SECONDS'] ?? 5) * 1_000;

export interface Exchange {
  stop(): Promise<void>;
}

/** Begins; what is not there for a moment is waited for. */
export async function exchangePairs(pairs: readonly (readonly [string, string])[]): Promise<Exchange> {
  const dir = mkdtempSync(join(tmpdir(), 'orch-exchange-'));
  writeFileSync(join(dir, 'exchange.c'), source);
  execFileSync('cc', ['-O2', '-o', join(dir, 'exchange'), join(dir, 'exchange.c')]);
  const child = spawn(join(dir, 'exchange'), pairs.flat(), { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve) => child.once('spawn', () => resolve()));
  return {
    async stop() {
      child.kill('SIGKILL');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
