// The journal's SQLite file: its table, its settings, the sum that protects each row.

import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { Batch } from './messages.ts';

/** A row, or the place of a missing one, that cannot be trusted. */
export class BatchDamaged extends Error {
  readonly index: number;

  constructor(index: number, message: string) {
    super(message);
    this.index = index;
  }
}

export interface BatchRow {
  readonly first: number;
  readonly last: number;
  readonly sum: number;
  readonly data: Uint8Array;
}

/** Marks the file as ours (`PRAGMA application_id`): "orch". */
const applicationId = 0x6f726368;
export const pageBytes = 16_384;
const sqliteFull = 13;

/**
 * Exclusive locking keeps the WAL index in memory (no shared-memory file) and a second process out. Synchronous FULL
 * syncs the WAL at every commit: an acknowledged commit survives power loss.
 */
export function openDatabase(file: string): DatabaseSync {
  makePrivate(file);
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec(`PRAGMA page_size = ${pageBytes}`);
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    database.exec('PRAGMA wal_autocheckpoint = 1000');
    database.exec('PRAGMA journal_size_limit = 67108864');
    if (!isOurs(database)) initialise(database);
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

/**
 * Mode 0600 before SQLite opens it; the files it makes beside it get the same. An empty file is a database to it. By
 * path and without opening what is there: closing any descriptor of a database frees this process's locks on it.
 */
function makePrivate(file: string): void {
  try {
    writeFileSync(file, '', { flag: 'wx', mode: 0o600 });
  } catch {
    // It is there, or cannot be made: then SQLite meets the same trouble and names it.
  }
  for (const name of [file, `${file}-wal`, `${file}-shm`]) {
    try {
      if ((statSync(name).mode & 0o077) !== 0) chmodSync(name, 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/** Nothing is written to a file that is complete, so that it opens on a full disk too. */
function isOurs(database: DatabaseSync): boolean {
  return database.prepare('PRAGMA application_id').get()?.['application_id'] === applicationId;
}

/** Table and mark in one transaction: a file with the mark has the table. */
function initialise(database: DatabaseSync): void {
  database.exec(`BEGIN;
    CREATE TABLE IF NOT EXISTS batches
      (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, sum INTEGER NOT NULL, data BLOB NOT NULL);
    PRAGMA application_id = ${applicationId};
    COMMIT`);
}

/** There was no room for a write, and SQLite has taken it back. */
export function isFull(error: unknown): boolean {
  return primaryCode(error) === sqliteFull;
}

/** SQLite's code without its extension bits; undefined for other errors. */
export function primaryCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | undefined)?.errcode;
  return typeof code === 'number' ? code & 0xff : undefined;
}

/** CRC-32 over the indexes and the data. */
export function checkOf(first: number, last: number, data: Uint8Array): number {
  return crc32(data, crc32(`${first}-${last}`));
}

/** @throws BatchDamaged */
export function checkedBatch(row: BatchRow): Batch {
  const { first, last, sum, data } = row;
  if (checkOf(first, last, data) !== sum)
    throw new BatchDamaged(first, `the sum over records ${first} to ${last} is wrong`);
  return { first, last, text: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8') };
}
