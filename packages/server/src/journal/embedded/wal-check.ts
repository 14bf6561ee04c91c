// Looks for damage inside SQLite's write-ahead log, which SQLite itself takes for its end and so for nothing.

import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { BatchDamaged } from './database.ts';

const walHeaderBytes = 32;
const frameHeaderBytes = 24;
const magicLittleEndian = 0x377f0682;
const magicBigEndian = 0x377f0683;

/**
 * A crash can tear only the last transaction: with synchronous FULL every commit is synced before the next begins. So a
 * bad frame with a later transaction behind it is damage to acknowledged data, not a torn tail. Format:
 * https://www.sqlite.org/fileformat2.html#walformat
 * @throws BatchDamaged with index 0: which records are hit is not known
 */
export function checkWal(file: string): void {
  if (!existsSync(file) || isEmptied(file)) return;
  const bytes = readFileSync(file);
  if (bytes.length < walHeaderBytes) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  const pageBytes = view.getUint32(8);
  if ((magic !== magicLittleEndian && magic !== magicBigEndian) || pageBytes < 512 || pageBytes > 65_536) {
    throw new BatchDamaged(0, `its write-ahead log ${file} has a damaged head`);
  }
  const sums = runningSums(view, magic === magicLittleEndian);
  sums.add(0, 24);
  if (!sums.equal(24)) throw new BatchDamaged(0, `its write-ahead log ${file} has a damaged head`);
  const frameBytes = frameHeaderBytes + pageBytes;
  const salts = view.getBigUint64(16);
  let bad: number | undefined;
  let commitsBehindBad = 0;
  for (let at = walHeaderBytes; at + frameBytes <= bytes.length; at += frameBytes) {
    // Frames of an earlier round of the log, not yet written over, have other salts.
    const sameRound = view.getBigUint64(at + 8) === salts;
    if (bad === undefined) {
      sums.add(at, 8);
      sums.add(at + frameHeaderBytes, pageBytes);
      if (!sameRound || !sums.equal(at + 16)) bad = at;
    }
    if (bad !== undefined && sameRound) {
      if (commitsBehindBad > 0) throw new BatchDamaged(0, `its write-ahead log ${file} is damaged at byte ${bad}`);
      if (view.getUint32(at + 4) !== 0) commitsBehindBad += 1;
    }
  }
}

/** One kept for its blocks begins with zeros, as one does whose head a failing power kept from being written. */
function isEmptied(file: string): boolean {
  const head = Buffer.alloc(4);
  const descriptor = openSync(file, 'r');
  try {
    return readSync(descriptor, head, 0, head.length, 0) === head.length && head.readUInt32BE() === 0;
  } finally {
    closeSync(descriptor);
  }
}

/** The log's running checksum: two sums over pairs of 32-bit words. */
function runningSums(view: DataView, littleEndian: boolean) {
  let first = 0;
  let second = 0;
  return {
    add(start: number, length: number) {
      for (let at = start; at < start + length; at += 8) {
        first = (first + view.getUint32(at, littleEndian) + second) >>> 0;
        second = (second + view.getUint32(at + 4, littleEndian) + first) >>> 0;
      }
    },
    equal: (at: number) => view.getUint32(at) === first && view.getUint32(at + 4) === second,
  };
}
