// Figure `journal`: durable entries per second with 256 in flight, against a bare SQLite loop that writes the same batches.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { silentLogger } from '@orch/core/lib/logger';
import { openEmbeddedJournal } from '@orch/server/journal/embedded/open-embedded';
import type { Figure } from './main.ts';

const inFlight = 256;
const limit = 0.7;
const rounds = 7;
const entriesPerRound = 200_000;

/** An entry as a node's report of one running task makes it, about 450 bytes. */
function entryText(number: number): string {
  return JSON.stringify({
    kind: 'alloc-client-update',
    nodeId: '3f2b8c1e-6a5d-4f0e-9c7b-2d1a0e9f8b7c',
    updates: [
      {
        id: `a${String(number).padStart(7, '0')}-8c1e-4f0e-9c7b-2d1a0e9f8b7c`,
        clientStatus: 'running',
        clientDescription: 'Tasks are running',
        taskStates: {
          main: {
            state: 'running',
            failed: false,
            restarts: 0,
            startedAtMs: 1_780_000_000_000 + number,
            events: [{ type: 'Started', atMs: 1_780_000_000_000, message: 'Task started by client', details: {} }],
          },
        },
        atMs: 1_780_000_000_000 + number,
      },
    ],
    evaluations: [],
  });
}

const texts = Array.from({ length: entriesPerRound }, (_, number) => entryText(number));

async function ours(dir: string): Promise<{ readonly perSecond: number; readonly batches: readonly number[] }> {
  const journal = await openEmbeddedJournal({ dir, log: silentLogger });
  await journal.lead('bench', new AbortController().signal);
  let next = 0;
  const writer = async () => {
    while (next < texts.length) {
      const text = texts[next];
      next += 1;
      if (text !== undefined) await journal.append([text]);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: inFlight }, writer));
  const seconds = (performance.now() - started) / 1_000;
  await journal.close();
  const database = new DatabaseSync(join(dir, 'journal.db'));
  const rows = database.prepare('SELECT last - first + 1 AS records FROM batches ORDER BY first').all();
  database.close();
  return { perSecond: texts.length / seconds, batches: rows.map((row) => Number(row['records'])) };
}

function reference(dir: string, batches: readonly number[]): number {
  const database = new DatabaseSync(join(dir, 'bare.db'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  database.exec('CREATE TABLE batches (first INTEGER PRIMARY KEY, data TEXT NOT NULL)');
  const insert = database.prepare('INSERT INTO batches (first, data) VALUES (?, ?)');
  let at = 0;
  const rows = batches.map((records) => {
    const text = texts.slice(at, at + records).join('\n');
    at += records;
    return [at - records + 1, text] as const;
  });
  const started = performance.now();
  for (const [first, text] of rows) insert.run(first, text);
  const seconds = (performance.now() - started) / 1_000;
  database.close();
  return texts.length / seconds;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

const oursRuns: number[] = [];
const referenceRuns: number[] = [];
const ratios: number[] = [];
let batchMedian = 0;
// The first round warms both up and is not counted.
for (let round = 0; round <= rounds; round += 1) {
  const dir = mkdtempSync(join(process.env['ORCH_BENCH_DIR'] ?? tmpdir(), 'orch-bench-journal-'));
  try {
    const own = await ours(dir);
    const bare = reference(dir, own.batches);
    if (round === 0) continue;
    oursRuns.push(own.perSecond);
    referenceRuns.push(bare);
    ratios.push(own.perSecond / bare);
    batchMedian = median(own.batches);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
const ratio = median(ratios);
const figure: Figure = {
  name: 'journal',
  unit: 'entries/s',
  ours: Math.round(median(oursRuns)),
  reference: Math.round(median(referenceRuns)),
  ratio: Number(ratio.toFixed(3)),
  limit,
  better: 'higher',
  ok: ratio >= limit,
  runs: rounds,
  batchMedian,
  ratios: ratios.map((value) => Number(value.toFixed(2))),
};
console.log(JSON.stringify(figure));
