// Room that the journal holds inside its own files, where nobody else can take it: what frees things, and what nodes
// report, can be written on a full disk.

import { closeSync, fstatSync, openSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ReserveUse } from '../journal.ts';
import { isFull, pageBytes } from './database.ts';
import { growFile, growLog, keepingLog } from './wal-file.ts';

/** Half of it is the write-ahead log, half lies in the database. */
const reserveBytes = 8 * 1024 * 1024;
/** Of a small file system it is no more than this part. */
const partOfDisk = 1 / 32;
/** Pages of one row of the reserve: what is given out at a time. */
const rowPages = 64;
/** Pages a commit may need beside those of its data: the table's tree grows. */
const treePages = 4;
/** Pages the database's file grows by ahead of need. */
const growPages = 32;

/**
 * Every page that SQLite knows of has its block in the file, so the log can be written back, and begun anew, without
 * room. The rows of the table `reserve` hold pages; a row that is deleted leaves them to the commits that follow.
 */
export class Reserve {
  readonly #database: DatabaseSync;
  readonly #file: string;
  /** Of the database's file. Closing it frees SQLite's locks, so it stays open as long as the database. */
  readonly #descriptor: number;
  readonly #wantedRows: number;
  readonly #wantedLog: number;
  readonly #pages: StatementSync;
  readonly #freePages: StatementSync;
  #rows = 0;
  #logIsWhole = false;
  #isReady = false;

  constructor(database: DatabaseSync, file: string) {
    this.#database = database;
    this.#file = file;
    const { blocks, bsize } = statfsSync(dirname(file));
    const half = Math.min(reserveBytes, Math.floor(blocks * bsize * partOfDisk)) / 2;
    this.#wantedRows = Math.floor(half / (rowPages * pageBytes));
    this.#wantedLog = this.#wantedRows === 0 ? 0 : half;
    this.#pages = database.prepare('PRAGMA page_count');
    this.#freePages = database.prepare('PRAGMA freelist_count');
    this.#descriptor = openSync(file, 'r+');
    this.refill();
  }

  get isWhole(): boolean {
    return this.#isReady && this.#logIsWhole && this.#rows >= this.#wantedRows;
  }

  /** Finds pages for a commit of so many bytes, in the file, on the disk, or in the reserve; false when there are none. */
  makeRoom(bytes: number, use: ReserveUse): boolean {
    const needed = Math.ceil(bytes / pageBytes) + treePages;
    const floor = use === 'all' ? 0 : use === 'half' ? Math.ceil(this.#wantedRows / 2) : this.#wantedRows;
    // Below it the free pages are what the reserve gave to writes that may use more of it.
    if (this.#rows < floor) this.refill();
    if (this.#rows < floor) return false;
    if (this.#free() >= needed || this.#grow(needed)) return true;
    while (this.#rows > floor) {
      if (!this.#giveRow()) return false;
      if (this.#free() >= needed) return true;
    }
    return false;
  }

  /** Runs a write; when the log finds no room it is written back and begun anew, which needs none. */
  inLog<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      if (!isFull(error)) throw error;
      this.#database.exec('PRAGMA wal_checkpoint(RESTART)');
      return write();
    }
  }

  /** Takes back what was given out, as far as there is room. */
  refill(): void {
    if (this.isWhole) return;
    try {
      this.#makeReady();
      this.#logIsWhole = growLog(this.#file, this.#wantedLog);
      const before = this.#rows;
      while (this.#rows < this.#wantedRows && this.#addRow());
      // Two megabytes of zeros would stay in memory else.
      if (this.#rows > before) this.#database.exec('PRAGMA shrink_memory');
    } catch (error) {
      if (!isFull(error)) throw error;
    }
  }

  /** Closes the database with everything that belongs to it. */
  close(): void {
    try {
      keepingLog(this.#file, this.#wantedLog, () => this.#database.close());
    } finally {
      closeSync(this.#descriptor);
    }
  }

  /** An older file has no such table, and on a full disk it gets none. */
  #makeReady(): void {
    if (this.#isReady) return;
    const names = this.#database.prepare("SELECT name FROM sqlite_schema WHERE name = 'reserve'");
    if (names.get() === undefined) {
      if (this.#free() < treePages && !this.#grow(treePages)) return;
      this.inLog(() => this.#database.exec('CREATE TABLE reserve (id INTEGER PRIMARY KEY, data BLOB NOT NULL)'));
    }
    this.#rows = Number(this.#database.prepare('SELECT count(*) AS count FROM reserve').get()?.['count']);
    this.#isReady = true;
  }

  #addRow(): boolean {
    const needed = rowPages + treePages;
    if (!this.#isReady || (this.#free() < needed && !this.#grow(needed))) return false;
    const bytes = rowPages * pageBytes;
    this.inLog(() => this.#database.exec(`INSERT INTO reserve (data) VALUES (zeroblob(${bytes}))`));
    this.#rows += 1;
    return true;
  }

  #giveRow(): boolean {
    try {
      this.inLog(() => this.#database.exec('DELETE FROM reserve WHERE id = (SELECT max(id) FROM reserve)'));
      this.#rows -= 1;
      return true;
    } catch (error) {
      if (isFull(error)) return false;
      throw error;
    }
  }

  /** Pages that are in the file and hold nothing. Those behind the last one SQLite takes away when it writes back. */
  #free(): number {
    const pages = Number(this.#pages.get()?.['page_count']);
    const inFile = Math.floor(fstatSync(this.#descriptor).size / pageBytes);
    return Number(this.#freePages.get()?.['freelist_count']) + inFile - pages;
  }

  /** Makes so many pages free, if it can some more. */
  #grow(needed: number): boolean {
    const end = (this.#sizeInPages() + needed - this.#free()) * pageBytes;
    return growFile(this.#descriptor, end + growPages * pageBytes) || this.#free() >= needed;
  }

  #sizeInPages(): number {
    return Math.floor(fstatSync(this.#descriptor).size / pageBytes);
  }
}
