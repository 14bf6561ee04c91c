// How bytes are packed, told by how they begin.
import * as zlib from 'node:zlib';

/** Bytes that tell. */
export const MAGIC_BYTES = 6;

export type Packing = 'gzip' | 'zstd' | 'bzip2' | 'xz';

const MAGIC: readonly (readonly [string, Packing])[] = [
  ['1f8b', 'gzip'],
  ['28b52ffd', 'zstd'],
  ['425a68', 'bzip2'],
  ['fd377a585a00', 'xz'],
];

/** Undefined for what is not packed. */
export function packingOf(begin: Uint8Array): Packing | undefined {
  const hex = Buffer.from(begin).toString('hex');
  return MAGIC.find(([magic]) => hex.startsWith(magic))?.[1];
}

/** Undefined where this Node cannot unpack it. */
export function unpacker(packing: Packing): zlib.Gunzip | undefined {
  if (packing === 'gzip') return zlib.createGunzip();
  if (packing !== 'zstd') return undefined;
  return (zlib as unknown as { createZstdDecompress?: () => zlib.Gunzip }).createZstdDecompress?.();
}
