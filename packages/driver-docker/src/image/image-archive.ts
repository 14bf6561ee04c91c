// An image archive as the engine gets it: written anew while it streams by, with the wanted image alone and no name at all.
// Whatever an archive says, it cannot set or move a tag: nothing of its own headers, names or manifests is handed on.
import { plainName, refused } from './archive-faults.ts';
import { requireOwnLayers } from './archive-layers.ts';
import { type ArchiveImage, wantedFiles } from './archive-manifest.ts';
import { type EntryHeader, Parts } from './archive-parts.ts';
import { digesting } from './layer-digests.ts';
import { END_OF_ARCHIVE, tarFile } from './tar-file.ts';

/** Most bytes of all entries, and of one manifest. */
const MOST_BYTES = 64 * 1024 ** 3;
const MOST_MANIFEST_BYTES = 4 * 1024 * 1024;

/** Read whole, checked, and replaced at the end. */
const MANIFESTS = ['manifest.json', 'index.json', 'oci-layout'];

/** An entry as tar-stream hands it out. */
export interface ArchiveEntry extends AsyncIterable<Uint8Array> {
  readonly header: EntryHeader;
}

/** @throws DriverError `invalid-config` for what is not understood, `not-found` when the image is not in it */
export async function* rewriteArchive(
  entries: AsyncIterable<ArchiveEntry>,
  wanted: ArchiveImage,
): AsyncGenerator<Uint8Array> {
  const parts = new Parts();
  const manifests = new Map<string, string>();
  let left = MOST_BYTES;
  for await (const entry of entries) {
    const { name: written, type, size = 0 } = entry.header;
    left -= size;
    if (left < 0) throw refused(`the archive holds more than ${MOST_BYTES} bytes`);
    const name = plainName(written);
    parts.note(name, entry.header);
    if (type === 'directory' || type === 'symlink' || name === 'repositories') await skip(entry);
    else if (MANIFESTS.includes(name)) manifests.set(name, await textOf(entry, name));
    else {
      const content = digesting(entry, size, (seen) => parts.end(name, seen));
      yield* tarFile(parts.begin(name), size, content);
    }
  }
  const files = wantedFiles(manifests, parts, wanted);
  requireOwnLayers(files, parts);
  const image = {
    Config: parts.given(files.config),
    RepoTags: null,
    Layers: files.layers.map((layer) => parts.given(layer)),
  };
  const manifest = new TextEncoder().encode(JSON.stringify([image]));
  yield* tarFile('manifest.json', manifest.length, [manifest]);
  yield END_OF_ARCHIVE;
}

async function textOf(entry: ArchiveEntry, name: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const bytes of entry) {
    length += bytes.length;
    if (length > MOST_MANIFEST_BYTES)
      throw refused(`the ${name} of the archive is larger than ${MOST_MANIFEST_BYTES} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function skip(entry: ArchiveEntry): Promise<void> {
  for await (const _bytes of entry);
}
