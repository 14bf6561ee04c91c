// Worker thread of the embedded journal: the only user of its SQLite file. An entry file of its own: a bundler must put
// it as `journal-worker.js` into the directory of the bundle.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { ReserveUse } from '../journal.ts';
import { BatchDamaged, type BatchRow, checkedBatch, checkOf, isFull, openDatabase, primaryCode } from './database.ts';
import type { Batch, WorkerAnswer, WorkerFailure, WorkerRequest, WorkerStart } from './messages.ts';
import { Reserve } from './reserve.ts';
import { checkWal } from './wal-check.ts';
import { takeUpKeptLog } from './wal-file.ts';

/** Characters answered to one `read`, about. */
const readSize = 1024 * 1024;
/** Rows deleted in one go, so that commits waiting behind it do not wait long. */
const dropRows = 500;

/** How often a reserve that was used is tried to be filled again. */
const refillMs = 1_000;

const primaryCodes = { busy: 5, corrupt: 11, notDatabase: 26 } as const;

class NoRoom extends Error {}

interface Statements {
  readonly insert: StatementSync;
  readonly read: StatementSync;
  readonly drop: StatementSync;
}

let database: DatabaseSync | undefined;
let reserve: Reserve | undefined;
let statements: Statements | undefined;
let firstIndex = 1;
let lastIndex = 0;
/** A write whose outcome is not known, such as a failed sync, may still be on the disk: nothing may come behind it. */
let broken: WorkerFailure | undefined;
let refilling: NodeJS.Timeout | undefined;

function open(start: WorkerStart): void {
  takeUpKeptLog(start.file);
  checkWal(`${start.file}-wal`);
  database = openDatabase(start.file);
  reserve = new Reserve(database, start.file);
  const bounds = database
    .prepare(
      'SELECT (SELECT min(first) FROM batches) AS first, (SELECT last FROM batches ORDER BY first DESC LIMIT 1) AS last',
    )
    .get();
  firstIndex = Number(bounds?.['first'] ?? 1);
  lastIndex = Number(bounds?.['last'] ?? 0);
  if (lastIndex < start.snapshotIndex) {
    throw new BatchDamaged(
      lastIndex + 1,
      `it ends at ${lastIndex}, but a snapshot of ${start.snapshotIndex} was saved`,
    );
  }
  statements = {
    insert: database.prepare('INSERT INTO batches (first, last, sum, data) VALUES (?, ?, ?, ?)'),
    read: database.prepare(
      // From the row that holds the next record, or the first one behind it.
      'SELECT first, last, sum, data FROM batches WHERE first >= coalesce((SELECT max(first) FROM batches WHERE first <= ?), 0) AND last >= ? ORDER BY first',
    ),
    drop: database.prepare(
      'DELETE FROM batches WHERE first IN (SELECT first FROM batches WHERE first <= ? AND last <= ? AND last < ? ORDER BY first LIMIT ?)',
    ),
  };
}

/** One statement is one transaction: when it fails, SQLite has taken all of it back. */
function commit({ insert }: Statements, room: Reserve, count: number, data: Uint8Array, use: ReserveUse): void {
  const first = lastIndex + 1;
  const last = lastIndex + count;
  if (!room.makeRoom(data.length, use)) throw new NoRoom('no room is left for such a write');
  room.inLog(() => insert.run(first, last, checkOf(first, last, data), data));
  lastIndex = last;
}

function read({ read: rows }: Statements, after: number): readonly Batch[] {
  const batches: Batch[] = [];
  let size = 0;
  let expected: number | undefined = after < firstIndex - 1 ? undefined : after + 1;
  for (const row of stepping(rows.iterate(after + 1, after + 1), () => expected ?? firstIndex)) {
    const batch = checkedBatch(row as unknown as BatchRow);
    if (expected !== undefined && batch.first > expected) {
      throw new BatchDamaged(expected, `records ${expected} to ${batch.first - 1} are missing`);
    }
    batches.push(batch);
    expected = batch.last + 1;
    size += batch.text.length;
    if (size >= readSize) break;
  }
  return batches;
}

/** Names the index that was to come next when SQLite itself finds the file damaged. */
function* stepping<Row>(rows: Iterable<Row>, next: () => number): Generator<Row> {
  try {
    yield* rows;
  } catch (error) {
    if (isDamage(error)) throw new BatchDamaged(next(), (error as Error).message);
    throw error;
  }
}

function drop({ drop: remove }: Statements, room: Reserve, upTo: number): void {
  // The last row stays, so that the index goes on from it.
  const { changes } = room.inLog(() => remove.run(upTo, upTo, lastIndex, dropRows));
  if (Number(changes) === 0 || database === undefined) return;
  firstIndex = Number(database.prepare('SELECT min(first) AS first FROM batches').get()?.['first'] ?? firstIndex);
}

function answer(request: WorkerRequest): WorkerAnswer {
  let batches: readonly Batch[] | undefined;
  if (broken !== undefined && request.op === 'commit') return { ok: false, failure: broken };
  try {
    if (statements === undefined || reserve === undefined) throw new Error('the journal is not open');
    if (request.op === 'commit') commit(statements, reserve, request.count, request.data, request.use);
    else if (request.op === 'read') batches = read(statements, request.after);
    else if (request.op === 'drop') drop(statements, reserve, request.upTo);
    else close();
  } catch (error) {
    const failure = failureOf(error);
    if (request.op === 'commit' && failure.kind !== 'full') broken = { kind: 'broken', message: failure.message };
    return { ok: false, failure: broken ?? failure };
  }
  return { ...opening(), ...(batches === undefined ? {} : { batches }) };
}

function opening() {
  return { ok: true, firstIndex, lastIndex, tight: reserve?.isWhole === false } as const;
}

function close(): void {
  clearTimeout(refilling);
  if (reserve === undefined) database?.close();
  else reserve.close();
}

/** Only while something is missing: nothing ticks in an agent at rest. */
function refillLater(): void {
  if (refilling !== undefined || reserve === undefined || reserve.isWhole || broken !== undefined) return;
  refilling = setTimeout(refill, refillMs).unref();
}

function refill(): void {
  refilling = undefined;
  try {
    if (broken === undefined) reserve?.refill();
  } catch (error) {
    broken = { kind: 'broken', message: failureOf(error).message };
  }
  refillLater();
}

function isDamage(error: unknown): boolean {
  const code = primaryCode(error);
  return code === primaryCodes.corrupt || code === primaryCodes.notDatabase;
}

function failureOf(error: unknown): WorkerFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof BatchDamaged) return { kind: 'corrupt', index: error.index, message };
  if (isDamage(error)) return { kind: 'corrupt', index: firstIndex, message };
  if (error instanceof NoRoom || isFull(error)) return { kind: 'full', message };
  if (primaryCode(error) === primaryCodes.busy) return { kind: 'in-use', message };
  return { kind: 'broken', message };
}

const port = parentPort;
if (port === null) throw new Error('journal-worker runs as a worker thread only');
let opened: WorkerAnswer;
try {
  open(workerData as WorkerStart);
  opened = opening();
  refillLater();
} catch (error) {
  close();
  opened = { ok: false, failure: failureOf(error) };
}
port.postMessage(opened);
port.on('message', (request: WorkerRequest) => {
  port.postMessage(answer(request));
  // Its end lets the thread end; the process does not wait for a thread that only listens.
  if (request.op === 'close') port.close();
  else refillLater();
});
