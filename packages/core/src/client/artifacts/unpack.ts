// Unpacks a tar archive into a directory: nothing outside, no devices, no special bits, bounded.

import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Header } from 'tar-stream';
import { OrchError } from '../../lib/errors.ts';
import type { UserIds } from '../alloc-dir/users.ts';
import type { ConfinedDirectory } from '../files/confined-directory.ts';
import { ConfinedWriter } from '../files/confined-write.ts';
import { streamPrivateFile } from '../files/private-files.ts';
import type { ArtifactArchive } from './source.ts';

/** What is used of an entry: its header, and its bytes, which must be read or skipped before the next one comes. */
interface ArchiveEntry extends AsyncIterable<Uint8Array> {
  readonly header: Header;
  resume(): unknown;
}

export interface UnpackLimits {
  readonly maxBytes: number;
  readonly maxEntries: number;
}

/** @param archivePath of a file only the node can write to. @throws OrchError `archive-invalid`, `archive-too-large`, `outside-destination` */
export async function unpackTar(
  archivePath: string,
  kind: Exclude<ArtifactArchive, 'none'>,
  directory: ConfinedDirectory,
  limits: UnpackLimits,
  options: { readonly owner?: UserIds | undefined; readonly signal: AbortSignal },
): Promise<void> {
  // Loaded on first use: most nodes never unpack anything. The bundle gives a CommonJS package its default export only.
  const { default: tar } = await import('tar-stream');
  const reader = tar.extract();
  const input = streamPrivateFile(archivePath);
  const unzipped: Readable = kind === 'tar.gz' ? input.pipe(createGunzip()) : input;
  input.on('error', (error) => reader.destroy(error));
  unzipped.on('error', (error) => reader.destroy(error));
  unzipped.pipe(reader);
  const writer = new ConfinedWriter(directory, options.owner);
  let entries = 0;
  // What the headers promise is looked at before anything is written, what was written is what counts.
  let promised = 0;
  const budget: Budget = { left: limits.maxBytes, signal: options.signal };
  try {
    for await (const entry of reader) {
      options.signal.throwIfAborted();
      entries += 1;
      promised += entry.header.size ?? 0;
      if (entries > limits.maxEntries || promised > limits.maxBytes) {
        throw new OrchError(
          'archive-too-large',
          `the archive has more than ${limits.maxEntries} entries or ${limits.maxBytes} bytes`,
        );
      }
      await unpackEntry(writer, entry as unknown as ArchiveEntry, budget);
    }
  } catch (error) {
    if (error instanceof OrchError || options.signal.aborted) throw error;
    throw new OrchError('archive-invalid', 'the archive cannot be unpacked', { cause: error });
  } finally {
    input.destroy();
    unzipped.destroy();
  }
}

interface Budget {
  /** Bytes that may still be written, over all entries. */
  left: number;
  readonly signal: AbortSignal;
}

async function unpackEntry(writer: ConfinedWriter, entry: ArchiveEntry, budget: Budget): Promise<void> {
  const { name, type, mode, linkname } = entry.header;
  switch (type) {
    case 'directory':
      await writer.makeDirectory(name);
      entry.resume();
      return;
    case 'file':
    case 'contiguous-file':
      await writeFile(writer, entry, name, mode ?? 0o644, budget);
      return;
    case 'symlink':
      await writer.createSymlink(name, linkname ?? '');
      entry.resume();
      return;
    case 'link':
      await writer.createHardLink(name, linkname ?? '');
      entry.resume();
      return;
    default:
      throw new OrchError(
        'archive-invalid',
        `the archive holds ${JSON.stringify(name)} of kind "${type}", which is not unpacked`,
      );
  }
}

async function writeFile(
  writer: ConfinedWriter,
  entry: ArchiveEntry,
  name: string,
  mode: number,
  budget: Budget,
): Promise<void> {
  const file = await writer.createFile(name, mode);
  try {
    for await (const chunk of entry) {
      budget.signal.throwIfAborted();
      budget.left -= chunk.length;
      if (budget.left < 0) throw new OrchError('archive-too-large', `the archive is too large, seen at ${name}`);
      await file.write(chunk);
    }
  } finally {
    await file.close();
  }
}
