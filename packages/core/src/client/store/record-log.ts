// An append-only file of keyed records: durable, grouped writes, rewritten when it has grown.

import { constants } from 'node:fs';
import { access, type FileHandle, link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { OrchError } from '../../lib/errors.ts';
import { clearFrom, isFull, readIfThere, settled, unlessFull, writeWhole } from './allocated-file.ts';

/** First line of the file; another version is refused rather than misread. */
const header = 'orch-node-state 1';
/** The file is rewritten when it is this large and holds at least four times what is live. */
const rewriteAboveBytes = 1_048_576;
/** Zeros behind the last record, in the file and in the one it is rewritten into: room to write on a full disk. */
const roomBytes = 524_288;

export interface LoadedRecords {
  readonly records: ReadonlyMap<string, string>;
  /** Keys (as far as readable) of records whose checksum is wrong, with the line number. */
  readonly damaged: readonly { readonly key: string; readonly line: number }[];
}

/**
 * A map from key to text on disk. `put` and `remove` are applied in order; `durable` resolves when everything so far is
 * on the disk. All that waits while a write is under way goes out in one write with one fdatasync.
 */
export class RecordLog {
  readonly #path: string;
  readonly #live = new Map<string, string>();
  readonly #limitBytes: number;
  readonly #roomBytes: number;
  #file: FileHandle | undefined;
  #sizeBytes = 0;
  #liveBytes = 0;
  #queue: string[] = [];
  #writing: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(path: string, options: { readonly rewriteAboveBytes?: number; readonly roomBytes?: number } = {}) {
    this.#path = path;
    this.#limitBytes = options.rewriteAboveBytes ?? rewriteAboveBytes;
    this.#roomBytes = options.roomBytes ?? roomBytes;
  }

  /** Reads what is there and rewrites it without its past, where there is room. @throws OrchError `state-version` */
  async open(): Promise<LoadedRecords> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const content = await readIfThere(this.#path);
    const loaded = parse(content, this.#path);
    for (const [key, text] of loaded.records) this.#set(key, text);
    await this.#takeUpSpare();
    try {
      await this.#rewrite();
    } catch (error) {
      if (!isFull(error)) throw error;
      if (this.#file !== undefined) return loaded;
      if (content === '') throw error;
      this.#file = await open(this.#path, 'r+');
      this.#sizeBytes = Buffer.byteLength(content.slice(0, content.lastIndexOf('\n') + 1));
    }
    return loaded;
  }

  put(key: string, text: string): Promise<void> {
    if (this.#live.get(key) === text) return this.durable();
    this.#set(key, text);
    return this.#append(line(key, text));
  }

  remove(key: string): Promise<void> {
    const before = this.#live.get(key);
    if (before === undefined) return this.durable();
    this.#live.delete(key);
    this.#liveBytes -= key.length + before.length;
    return this.#append(line(key, ''));
  }

  durable(): Promise<void> {
    if (this.#queue.length === 0) return this.#writing ?? Promise.resolve();
    this.#next ??= (this.#writing ?? Promise.resolve())
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        this.#writing = this.#flush().finally(() => {
          this.#writing = undefined;
        });
        return this.#writing;
      });
    return this.#next;
  }

  async close(): Promise<void> {
    await this.durable().catch(() => {});
    await this.#file?.close();
    this.#file = undefined;
  }

  #set(key: string, text: string): void {
    const before = this.#live.get(key);
    this.#liveBytes += key.length + text.length - (before === undefined ? 0 : key.length + before.length);
    this.#live.set(key, text);
  }

  #append(text: string): Promise<void> {
    this.#queue.push(text);
    return this.durable();
  }

  /** Writes what has queued up. After a failure the lines stay queued and go out with the next write. */
  async #flush(): Promise<void> {
    const taken = this.#queue;
    this.#queue = [];
    const bytes = Buffer.from(taken.join(''));
    try {
      if (this.#sizeBytes > this.#limitBytes && this.#sizeBytes > 4 * this.#liveBytes) return await this.#rewrite();
      if (this.#file === undefined) throw new OrchError('state-closed', `the node state ${this.#path} is closed`);
      await writeWhole(this.#file, bytes, this.#sizeBytes);
      await this.#file.datasync();
      this.#sizeBytes += bytes.length;
    } catch (error) {
      // What waits is among the live records already.
      if (isFull(error) && (await this.#rewrite().then(...settled))) return;
      this.#queue = [...taken, ...this.#queue];
      throw new OrchError('state-write-failed', `the node state ${this.#path} could not be written`, {
        hint: 'check the free space and the health of the disk under the data directory',
        cause: error,
      });
    }
  }

  /** Into the spare file, whose blocks are there, and which the old one then becomes. */
  async #rewrite(): Promise<void> {
    const lines = [`${header}\n`];
    for (const [key, text] of this.#live) lines.push(line(key, text));
    const bytes = Buffer.from(lines.join(''));
    const file = await open(this.#spare, constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      await writeWhole(file, bytes, 0);
      await clearFrom(file, bytes.length, this.#roomBytes);
      await file.sync();
      await rm(this.#old, { force: true });
      await link(this.#path, this.#old).catch(unlessFull);
      await rename(this.#spare, this.#path);
    } catch (error) {
      await file.close();
      throw error;
    }
    // From here on the new file is the one, whatever fails.
    const old = this.#file;
    this.#file = file;
    this.#sizeBytes = bytes.length;
    await old?.close();
    await rename(this.#old, this.#spare).catch(() => {});
    await this.#limitSpare(bytes.length + this.#roomBytes).catch(() => {});
    await syncDirectory(dirname(this.#path));
  }

  get #spare(): string {
    return `${this.#path}.new`;
  }

  /** The second name of the old file while the spare one takes its first. */
  get #old(): string {
    return `${this.#path}.old`;
  }

  /** What an end between two renames left. */
  async #takeUpSpare(): Promise<void> {
    if (await access(this.#spare).then(...settled)) await rm(this.#old, { force: true });
    else await rename(this.#old, this.#spare).catch(() => {});
  }

  /** As large as the next rewriting may need, as far as there is room, and no larger. */
  async #limitSpare(sizeBytes: number): Promise<void> {
    if (this.#roomBytes === 0) return;
    const file = await open(this.#spare, constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      const { size } = await file.stat();
      if (size > sizeBytes) await file.truncate(sizeBytes);
      else await clearFrom(file, size, sizeBytes - size);
    } finally {
      await file.close();
    }
  }
}

/** Makes renames and new names in a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** `<crc32 of the rest> <key as JSON> <text>`; an empty text means the key is gone. */
function line(key: string, text: string): string {
  const body = `${JSON.stringify(key)} ${text}`;
  return `${checksum(body)} ${body}\n`;
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

function parse(content: string, path: string): LoadedRecords {
  const records = new Map<string, string>();
  const damaged = new Map<string, number>();
  if (content === '') return { records, damaged: [] };
  const lines = content.split('\n');
  if (lines[0] !== header) {
    throw new OrchError('state-version', `${path} is not a node state of this version of orch`, {
      hint: `move the file away to start without the allocations it knows, or start the version of orch that wrote it`,
    });
  }
  // A last line without its newline was being written when the machine stopped: it was never reported as durable.
  for (let index = 1; index < lines.length - 1; index += 1) {
    const text = lines[index] ?? '';
    const body = text.slice(9);
    const match = /^("(?:[^"\\]|\\.)*") ?/.exec(body);
    const key = match === null ? '' : String(JSON.parse(match[1] ?? '""'));
    if (text.slice(0, 8) !== checksum(body) || match === null) {
      damaged.set(key, index + 1);
      continue;
    }
    damaged.delete(key);
    if (body.length === match[0].length) records.delete(key);
    else records.set(key, body.slice(match[0].length));
  }
  return { records, damaged: [...damaged].map(([key, at]) => ({ key, line: at })) };
}
