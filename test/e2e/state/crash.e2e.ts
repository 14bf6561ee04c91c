// kill -9 of the process that writes: every acknowledged entry is there, and the directory's lock is free.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { OrchError } from '@orch/core/lib/errors';
import { silentLogger } from '@orch/core/lib/logger';
import { openEmbeddedJournal } from '@orch/server/journal/embedded/open-embedded';
import { openStore } from '@orch/server/store/open-store';
import test from 'ava';

const lives = 6;
const writer = fileURLToPath(new URL('writer.ts', import.meta.url));
const clock = { now: () => 0, after: () => () => {} };

interface Life {
  readonly child: ChildProcess;
  readonly acknowledged: Map<number, string>;
  /** Resolves after so many acknowledgements. */
  reached(count: number): Promise<void>;
  /** kill -9, then all it had written is read. */
  kill(): Promise<void>;
}

function start(dir: string, life: number): Life {
  const child = spawn(process.execPath, [writer, dir, `life-${life}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const acknowledged = new Map<number, string>();
  const closed = once(child, 'close');
  let wanted = { count: Number.POSITIVE_INFINITY, done: () => {} };
  createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }).on('line', (line) => {
    const [index, id] = line.split(' ');
    if (id !== undefined) acknowledged.set(Number(index), id);
    if (acknowledged.size >= wanted.count) wanted.done();
  });
  return {
    child,
    acknowledged,
    async reached(count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      wanted = { count, done: resolve };
      const ended = closed.then(() => Promise.reject(new Error(`the writer ended after ${acknowledged.size} entries`)));
      await Promise.race([promise, ended]);
    },
    async kill() {
      child.kill('SIGKILL');
      await closed;
    },
  };
}

test('no acknowledged entry is lost over several kill -9, and the state is the journal’s', async (t) => {
  t.timeout(120_000);
  const dir = await mkdtemp(join(tmpdir(), 'orch-crash-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  const acknowledged = new Map<number, string>();
  for (let life = 0; life < lives; life += 1) {
    const running = start(dir, life);
    t.teardown(() => running.kill());
    await running.reached(300 + life * 137);
    await running.kill();
    for (const [index, id] of running.acknowledged) {
      t.false(acknowledged.has(index), `index ${index} was given twice`);
      acknowledged.set(index, id);
    }
  }
  const journal = await openEmbeddedJournal({ dir, log: silentLogger });
  const store = await openStore({ journal, clock, log: silentLogger });
  const snapshot = store.snapshot();
  for (const [index, id] of acknowledged) t.is(snapshot.evaluation(id)?.createIndex, index, `entry ${index} is lost`);
  t.true(acknowledged.size > lives * 300);
  await store.close();
  await journal.close();
  t.log(`${acknowledged.size} acknowledged over ${lives} kills, journal at ${journal.lastIndex}`);
});

test('a second process on the directory is refused with the first one’s pid, and let in after its kill -9', async (t) => {
  t.timeout(60_000);
  const dir = await mkdtemp(join(tmpdir(), 'orch-crash-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  const running = start(dir, 0);
  t.teardown(() => running.kill());
  await running.reached(50);
  const error = await t.throwsAsync(openEmbeddedJournal({ dir, log: silentLogger }), { instanceOf: OrchError });
  t.is(error.code, 'journal-in-use');
  t.is(error.details['pid'], running.child.pid);
  t.true(error.message.includes(`process ${running.child.pid}`) && error.message.includes('writer.ts'), error.message);
  await running.reached(running.acknowledged.size + 50);
  await running.kill();
  const journal = await openEmbeddedJournal({ dir, log: silentLogger });
  t.true(journal.lastIndex >= 100);
  await journal.close();
});
