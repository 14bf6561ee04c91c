// Files that are longer than what they hold: zeros behind it keep their blocks for writes on a full disk.

import { type FileHandle, readFile } from 'node:fs/promises';

const zeros = Buffer.alloc(65_536);

/** For `then`: whether it worked. */
export const settled = [() => true, () => false] as const;

/** @throws the system's error also where only a part found room */
export async function writeWhole(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; )
    at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
}

/**
 * Zeros up to the end of the file, and behind it as far as there is room for `room` bytes. Apart: a write over the end may
 * be refused whole.
 */
export async function clearFrom(file: FileHandle, position: number, room: number): Promise<void> {
  const { size } = await file.stat();
  await writeZeros(file, position, size);
  await writeZeros(file, Math.max(position, size), position + room).catch((error: unknown) => {
    if (!isFull(error)) throw error;
  });
}

async function writeZeros(file: FileHandle, position: number, end: number): Promise<void> {
  for (let at = position; at < end; at += zeros.length)
    await writeWhole(file, zeros.subarray(0, Math.min(zeros.length, end - at)), at);
}

/** For `catch`: what is no want of room does not matter. */
export function unlessFull(error: unknown): void {
  if (isFull(error)) throw error;
}

export function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** Without the zeros behind it; empty where there is no such file. */
export async function readIfThere(path: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    let end = bytes.length;
    while (end > 0 && bytes[end - 1] === 0) end -= 1;
    return bytes.toString('utf8', 0, end);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
