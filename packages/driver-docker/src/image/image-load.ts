// Images from archives: loaded without a name, found by the id the engine answers.
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Gunzip } from 'node:zlib';
import { DriverError, type TaskConfig } from '@orch/driver-api';
import type Docker from 'dockerode';
import { configError, engineError } from '../engine/errors.ts';
import { openBeneath, pathOf } from '../files/beneath.ts';
import type { ArchiveImage } from './archive-manifest.ts';
import { MAGIC_BYTES, packingOf, unpacker } from './compression.ts';
import { type ArchiveEntry, rewriteArchive } from './image-archive.ts';

const HINT = 'Put the archive into the task directory, with an artifact block for example.';
const LOADED = /Loaded image[^\n]*?(sha256:[0-9a-f]{64})/g;

/** An archive that was opened. What its key says changes with every write to it. */
export interface OpenArchive {
  readonly file: FileHandle;
  readonly key: string;
}

/**
 * Opens the archive `name` relative to the task directory (its `local` directory is tried second).
 * @throws DriverError `invalid-config`, `denied`
 */
export async function openArchive(task: TaskConfig, name: string): Promise<OpenArchive> {
  const handle = await inTaskDirectory(task, name);
  try {
    if (!(await handle.stat()).isFile()) throw configError(['load'], `the archive "${name}" is not a regular file`);
    const file = await open(pathOf(handle), constants.O_RDONLY | constants.O_NONBLOCK);
    const { dev, ino, size, mtimeNs, ctimeNs } = await file.stat({ bigint: true });
    return { file, key: [dev, ino, size, mtimeNs, ctimeNs].join(':') };
  } finally {
    await handle.close();
  }
}

async function inTaskDirectory(task: TaskConfig, name: string): Promise<FileHandle> {
  const wanted = { field: ['load'], hint: HINT };
  try {
    return await openBeneath(task.directories, { ...wanted, path: name });
  } catch (error) {
    if ((error as DriverError).code !== 'invalid-config') throw error;
  }
  try {
    return await openBeneath(task.directories, { ...wanted, path: `local/${name}` });
  } catch (error) {
    if ((error as DriverError).code !== 'invalid-config') throw error;
    throw configError(['load'], `the archive "${name}" is not in the task directory`, HINT);
  }
}

/** Loads the wanted image of an open archive and answers its id. Closes nothing. */
export async function loadArchive(
  client: Docker,
  { file }: OpenArchive,
  wanted: ArchiveImage,
  signal: AbortSignal | undefined,
): Promise<string> {
  // Loaded on first use. The bundle gives a CommonJS package its default export only.
  const { default: tar } = await import('tar-stream');
  const unpack = await archiveUnpacker(file);
  const reader = tar.extract();
  const input = file.createReadStream({ start: 0, autoClose: false });
  const bytes: Readable = unpack === undefined ? input : input.pipe(unpack);
  for (const each of [input, bytes]) each.on('error', (error: Error) => reader.destroy(error));
  bytes.pipe(reader);
  const archive = Readable.from(rewriteArchive(asEntries(reader), wanted), { objectMode: false });
  try {
    const id = await loadStream(client, archive, signal);
    if (wanted.id === undefined || wanted.id === id) return id;
    throw new DriverError('not-found', `the archive holds no image ${wanted.reference}`, { path: ['load'] });
  } catch (error) {
    throw engineError(error, 'loading the image archive', 'invalid-config');
  } finally {
    archive.destroy();
    input.destroy();
    bytes.destroy();
    reader.destroy();
  }
}

/** Hands the engine an archive of exactly one image without a name. Answers the image's id. */
export async function loadStream(client: Docker, archive: Readable, signal?: AbortSignal): Promise<string> {
  const options = { quiet: true, ...(signal === undefined ? {} : { abortSignal: signal }) };
  const answer = await client.loadImage(archive, options as { quiet: boolean });
  const said = await new Promise<string>((resolve, reject) => {
    client.modem.followProgress(answer, (error: Error | null, items: { error?: string; stream?: string }[]) => {
      const failed = items?.find((item) => item.error !== undefined);
      if (error !== null) reject(error);
      else if (failed !== undefined) reject(Object.assign(new Error(failed.error), { statusCode: 400 }));
      else resolve(items.map(({ stream }) => stream ?? '').join(''));
    });
  });
  const ids = new Set([...said.matchAll(LOADED)].map(([, id]) => id));
  const [id] = ids;
  if (id !== undefined && ids.size === 1) return id;
  throw new DriverError('start-failed', 'the engine did not say which image it loaded', {
    hint: 'It may not know this kind of archive: make it with docker save.',
  });
}

/** @throws DriverError `invalid-config` for what is packed in a way that cannot be unpacked here */
async function archiveUnpacker(file: FileHandle): Promise<Gunzip | undefined> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(MAGIC_BYTES), 0, MAGIC_BYTES, 0);
  const packing = packingOf(buffer.subarray(0, bytesRead));
  if (packing === undefined) return undefined;
  const unpack = unpacker(packing);
  if (unpack !== undefined) return unpack;
  const message = `the archive is packed with ${packing}, which is not unpacked here`;
  throw configError(['load'], message, 'Unpack it, or use gzip.');
}

/** What the tar reader says about a broken archive is the job's to mend. */
async function* asEntries(reader: AsyncIterable<unknown>): AsyncGenerator<ArchiveEntry> {
  try {
    yield* reader as AsyncIterable<ArchiveEntry>;
  } catch (cause) {
    throw new DriverError('invalid-config', 'the image archive cannot be read', {
      path: ['load'],
      hint: 'Make it with docker save; it may be cut off.',
      cause,
    });
  }
}
