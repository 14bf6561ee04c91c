// Two names that are exchanged as fast as the kernel can, by a program compiled here: how a task races root.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const source = `#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
int main(int count, char **names) {
  if (count != 3) return 2;
  for (;;) renameat2(AT_FDCWD, names[1], AT_FDCWD, names[2], RENAME_EXCHANGE);
}
`;

/** How long each operation is raced, milliseconds. */
export const raceMs = Number(process.env['ORCH_RACE_SECONDS'] ?? 5) * 1_000;

export interface Exchanger {
  /** Exchanges both until `stop`. One that is not there for a moment is waited for. */
  start(left: string, right: string): { stop(): Promise<void> };
  remove(): void;
}

export function makeExchanger(): Exchanger {
  const dir = mkdtempSync(join(tmpdir(), 'orch-exchange-'));
  writeFileSync(join(dir, 'exchange.c'), source);
  execFileSync('cc', ['-O2', '-o', join(dir, 'exchange'), join(dir, 'exchange.c')]);
  return {
    start(left, right) {
      const child: ChildProcess = spawn(join(dir, 'exchange'), [left, right], { stdio: 'ignore' });
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      return {
        stop: async () => {
          child.kill('SIGKILL');
          await ended;
        },
      };
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
