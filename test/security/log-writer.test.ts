// The agent's own writer of log files, raced by a task that exchanges what it shows them in.

import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allocLayout } from '@orch/core/client/alloc-dir/layout';
import { buildLogDirs } from '@orch/core/client/logs/log-places';
import { LogView } from '@orch/core/client/logs/log-view';
import { LogWriter } from '@orch/core/client/logs/log-writer';
import { silentLogger } from '@orch/core/lib/logger';
import test from 'ava';
import { makeExchanger, raceMs } from './exchange.ts';

test('a writer raced against links to the host, FIFOs and a link in the place of the view loses no byte', async (t) => {
  const base = await mkdtemp(join(tmpdir(), 'orch-writer-race-'));
  const exchanger = makeExchanger();
  t.teardown(() => rm(base, { recursive: true, force: true }));
  t.teardown(exchanger.remove);
  const layout = allocLayout(base, 'a1');
  await mkdir(layout.shared, { recursive: true });
  await buildLogDirs(layout, ['web']);
  const foreign = join(base, 'foreign');
  const victim = join(base, 'victim');
  const traps = join(layout.shared, 'traps');
  await mkdir(foreign);
  await mkdir(traps);
  await writeFile(victim, 'untouched');
  await symlink(foreign, join(layout.shared, 'link'));
  for (let number = 0; number < 3_000; number += 3) {
    await symlink(victim, join(traps, `web.stdout.${number}`));
    await symlink(join(foreign, 'new'), join(traps, `web.stdout.${number + 1}`));
  }
  const fifos = Array.from({ length: 100 }, (_, index) => join(traps, `web.stdout.${index * 3 + 2}`));
  execFileSync('mkfifo', fifos);
  const logs = { dir: layout.task('web').logs, disabled: false, maxFiles: 5, maxFileBytes: 100 };
  const view = new LogView(layout.root, silentLogger);
  const { writer } = await LogWriter.open({ task: 'web', logs, cursorPath: join(base, 'cursor'), attempt: 1, view });
  const races = [
    exchanger.start(layout.logsView, join(layout.shared, 'link')),
    exchanger.start(layout.logsView, traps),
  ];
  const end = Date.now() + raceMs;
  let lines = 0;
  try {
    for (; Date.now() < end; lines += 1)
      await writer.write({ stream: 'stdout', data: new TextEncoder().encode(`line ${lines}\n`), cursor: `${lines}` });
    await writer.close();
  } finally {
    for (const race of races) await race.stop();
  }
  const names = (await readdir(logs.dir)).filter((name) => name.startsWith('web.stdout.'));
  names.sort((left, right) => Number(left.slice(11)) - Number(right.slice(11)));
  t.log(`${lines} lines, the last file is ${names.at(-1)}`);
  t.is(names.length, 5);
  const text = (await Promise.all(names.map((name) => readFile(join(logs.dir, name), 'utf8')))).join('');
  const written = Array.from({ length: 100 }, (_, index) => `line ${lines - 100 + index}\n`).join('');
  t.true(lines > 100 && written.endsWith(text) && text.length > 400);
  t.is(await readFile(victim, 'utf8'), 'untouched');
  t.deepEqual(await readdir(foreign), []);
});
