// Snapshots as files: checksummed chunk by chunk, complete before they have their name, two kept.

import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { OrchError } from '@orch/core/lib/errors';
import { journalFull } from '../errors.ts';
import type { JournalSnapshot } from '../journal.ts';

const magic = Buffer.from('orch-snapshot-1\n');
/** Before each chunk: its length and its CRC-32. A chunk of length 0 ends the file; its sum is over all chunks' sums. */
const frameBytes = 8;
const suffix = '.snapshot';
const kept = 2;

export interface SnapshotFiles {
  /** Indexes of the files, ascending; whether they are intact shows when they are loaded. */
  indexes(): Promise<readonly number[]>;
  /** The newest intact one; damaged ones are told to `onDamaged` and passed over. */
  load(onDamaged: (file: string, reason: string) => void): Promise<JournalSnapshot | undefined>;
  /** @throws OrchError `journal-full` */
  save(snapshot: JournalSnapshot): Promise<void>;
}

export async function openSnapshotFiles(dir: string): Promise<SnapshotFiles> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  for (const name of await readdir(dir)) if (name.endsWith('.tmp')) await rm(join(dir, name), { force: true });

  async function indexes(): Promise<number[]> {
    const names = await readdir(dir);
    return names
      .filter((name) => /^\d+\.snapshot$/.test(name))
      .map((name) => Number.parseInt(name, 10))
      .sort((left, right) => left - right);
  }

  return {
    indexes,
    async load(onDamaged) {
      for (const index of (await indexes()).reverse()) {
        const file = join(dir, nameOf(index));
        const reason = await damageOf(file);
        if (reason === undefined) return { index, chunks: chunksOf(file) };
        onDamaged(file, reason);
      }
      return undefined;
    },
    async save(snapshot) {
      const file = join(dir, nameOf(snapshot.index));
      const temporary = `${file}.tmp`;
      try {
        await writeChunks(temporary, snapshot.chunks);
        await rename(temporary, file);
        await syncDirectory(dir);
      } catch (error) {
        await rm(temporary, { force: true });
        if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw journalFull(dir, error);
        throw error;
      }
      for (const index of (await indexes()).slice(0, -kept)) await rm(join(dir, nameOf(index)), { force: true });
    },
  };
}

function nameOf(index: number): string {
  return `${String(index).padStart(16, '0')}${suffix}`;
}

async function writeChunks(file: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await open(file, 'w', 0o600);
  try {
    await handle.writeFile(magic);
    let sums = 0;
    for await (const chunk of chunks) {
      if (chunk.length === 0) continue;
      const sum = crc32(chunk);
      sums = crc32(frame(chunk.length, sum), sums);
      await handle.writeFile(frame(chunk.length, sum));
      await handle.writeFile(chunk);
    }
    await handle.writeFile(frame(0, sums));
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function frame(length: number, sum: number): Buffer {
  const bytes = Buffer.alloc(frameBytes);
  bytes.writeUInt32LE(length, 0);
  bytes.writeUInt32LE(sum, 4);
  return bytes;
}

async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Reads the whole file once before anything of it is used. */
async function damageOf(file: string): Promise<string | undefined> {
  try {
    for await (const _chunk of chunksOf(file));
    return undefined;
  } catch (error) {
    if (error instanceof OrchError && error.code === 'journal-corrupt') return error.message;
    throw error;
  }
}

async function* chunksOf(file: string): AsyncGenerator<Uint8Array> {
  const damaged = (what: string) =>
    new OrchError('journal-corrupt', `the snapshot ${file} is damaged: ${what}`, { details: { file } });
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    let position = 0;
    const take = async (length: number) => {
      if (position + length > size) throw damaged('it is too short');
      const bytes = Buffer.alloc(length);
      const { bytesRead } = await handle.read(bytes, 0, length, position);
      if (bytesRead !== length) throw damaged('it is too short');
      position += length;
      return bytes;
    };
    if (!(await take(magic.length)).equals(magic)) throw damaged('it does not begin as a snapshot does');
    let sums = 0;
    for (;;) {
      const head = await take(frameBytes);
      const length = head.readUInt32LE(0);
      const sum = head.readUInt32LE(4);
      if (length === 0) {
        if (sum !== sums) throw damaged('the sum over all of it is wrong');
        return;
      }
      const chunk = await take(length);
      if (crc32(chunk) !== sum) throw damaged(`the sum of the part at byte ${position - length} is wrong`);
      sums = crc32(head, sums);
      yield chunk;
    }
  } finally {
    await handle.close();
  }
}
