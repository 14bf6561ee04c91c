// An image archive as the engine gets it: written anew while it streams by, with the wanted image alone and no name at all.
// Whatever an archive says, it cannot set or move a tag: nothing of its own headers, names or manifests is handed on.
import { posix } from 'node:path';
import { DriverError } from '@orch/driver-api';
import { longReference } from './reference.ts';
import { END_OF_ARCHIVE, tarFile } from './tar-file.ts';

/** Most entries of an archive, most bytes of all of them, most bytes of one of its manifests. */
export const MOST_ENTRIES = 100_000;
const MOST_BYTES = 64 * 1024 ** 3;
const MOST_MANIFEST_BYTES = 4 * 1024 * 1024;
/** Names of images that an error lists. */
const MOST_LISTED = 5;

/** Read whole, checked, and written anew at the end. */
const MANIFESTS = ['manifest.json', 'index.json', 'oci-layout'];
/** Manifests of an OCI layout point to their parts by digest; their names say it and nothing else. */
const BLOB = /^blobs\/sha256\/[0-9a-f]{64}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** An entry as tar-stream hands it out. */
export interface ArchiveEntry extends AsyncIterable<Uint8Array> {
  readonly header: EntryHeader;
}

export interface EntryHeader {
  readonly name: string;
  readonly size?: number | undefined;
  readonly type?: string | null | undefined;
  readonly linkname?: string | null | undefined;
}

export interface ArchiveImage {
  /** The image as the job names it. */
  readonly reference: string;
  /** Set when it names an id. */
  readonly id: string | undefined;
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
    parts.see(name, entry.header);
    if (type === 'directory' || type === 'symlink' || name === 'repositories') await skip(entry);
    else if (MANIFESTS.includes(name)) manifests.set(name, await textOf(entry, name));
    else yield* tarFile(parts.add(name), size, entry);
  }
  for (const [name, text] of closing(manifests, parts, wanted)) {
    const bytes = new TextEncoder().encode(text);
    yield* tarFile(name, bytes.length, [bytes]);
  }
  yield END_OF_ARCHIVE;
}

/** What came by, and under which name it was handed on. */
class Parts {
  readonly #names = new Map<string, string>();
  readonly #links = new Map<string, string>();
  readonly #seen = new Set<string>();
  #entries = 0;

  /** @throws DriverError for kinds of entries that no image needs, and for a name that comes twice */
  see(name: string, { type, linkname }: EntryHeader): void {
    this.#entries += 1;
    if (this.#entries > MOST_ENTRIES) throw refused(`the archive holds more than ${MOST_ENTRIES} entries`);
    if (type === 'directory') return;
    if (this.#seen.has(name)) throw refused(`the archive holds ${quote(name)} twice`);
    this.#seen.add(name);
    if (type === 'symlink') this.#links.set(name, posix.join(posix.dirname(name), linkname ?? ''));
    else if (type !== 'file' && type !== 'contiguous-file') {
      throw refused(`the archive holds ${quote(name)} of kind "${type ?? 'unknown'}"`);
    }
  }

  add(name: string): string {
    const given = BLOB.test(name) ? name : String(this.#names.size);
    this.#names.set(name, given);
    return given;
  }

  /** The name handed on for what a manifest calls `name`. Old archives share layers by links; one step is enough. */
  given(name: unknown): string {
    const plain = typeof name === 'string' ? plainName(name) : '';
    const given = this.#names.get(this.#links.get(plain) ?? plain);
    if (given === undefined) throw refused(`the archive does not hold ${quote(plain)}, which its manifest names`);
    return given;
  }
}

/** The manifests that replace the archive's own. Where both kinds are there, either would do: the older one is known to all engines. */
function closing(
  manifests: ReadonlyMap<string, string>,
  parts: Parts,
  wanted: ArchiveImage,
): readonly (readonly [string, string])[] {
  const manifest = manifests.get('manifest.json');
  if (manifest !== undefined) return [['manifest.json', JSON.stringify([dockerImage(manifest, parts, wanted)])]];
  const index = manifests.get('index.json');
  if (index === undefined || !manifests.has('oci-layout')) {
    throw refused('the archive has neither a manifest.json nor an OCI layout');
  }
  return [
    ['oci-layout', '{"imageLayoutVersion":"1.0.0"}'],
    ['index.json', JSON.stringify({ schemaVersion: 2, manifests: ociImages(index, wanted) })],
  ];
}

type JsonRecord = Readonly<Record<string, unknown>>;

function dockerImage(text: string, parts: Parts, wanted: ArchiveImage): object {
  const images = records(parse(text, 'manifest.json'), 'manifest.json');
  const tagsOf = (image: JsonRecord) => strings(image['RepoTags'] ?? []);
  const idOf = ({ Config }: JsonRecord) => /([0-9a-f]{64})(\.json)?$/.exec(String(Config))?.[1];
  const found = images.filter((image) =>
    wanted.id === undefined ? names(tagsOf(image), wanted.reference) : `sha256:${idOf(image)}` === wanted.id,
  );
  const [image] = found;
  if (image === undefined) throw missing(wanted, images.flatMap(tagsOf));
  if (found.length > 1) throw refused(`the archive has ${found.length} images called ${quote(wanted.reference)}`);
  const layers = Array.isArray(image['Layers']) ? image['Layers'] : [];
  return {
    Config: parts.given(image['Config']),
    RepoTags: null,
    Layers: layers.map((layer) => parts.given(layer)),
  };
}

const NAME = 'io.containerd.image.name';
const REF_NAME = 'org.opencontainers.image.ref.name';

function ociImages(text: string, wanted: ArchiveImage): readonly object[] {
  const index = parse(text, 'index.json') as JsonRecord | null;
  const images = records(index?.['manifests'], 'index.json');
  const namesOf = (image: JsonRecord) => {
    const annotations = (image['annotations'] ?? {}) as JsonRecord;
    return strings([annotations[NAME] ?? annotations[REF_NAME] ?? []].flat());
  };
  const found = images.filter((image) =>
    wanted.id === undefined ? names(namesOf(image), wanted.reference) : image['digest'] === wanted.id,
  );
  if (found.length === 0) throw missing(wanted, images.flatMap(namesOf));
  return found.map(({ mediaType, digest, size, platform }) => {
    const isWhole = typeof mediaType === 'string' && typeof size === 'number' && DIGEST.test(String(digest));
    if (!isWhole) throw refused('the index.json of the archive is not understood');
    const { architecture, os, variant } = (platform ?? {}) as JsonRecord;
    return { mediaType, digest, size, ...(platform === undefined ? {} : { platform: { architecture, os, variant } }) };
  });
}

/** Whether one of `given` means `reference`. A word without a path is a tag, as OCI layouts have it. */
function names(given: readonly string[], reference: string): boolean {
  const long = longReference(reference);
  const tag = long?.split(':').at(-1);
  return given.some((name) => longReference(name) === long || (!/[/:]/.test(name) && name === tag));
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

/** A name without `./`, `//` and the like. @throws DriverError for one that leads out */
function plainName(name: string): string {
  const plain = posix.normalize(name).replace(/\/$/, '');
  if (/\p{Cc}/u.test(name) || posix.isAbsolute(plain) || plain.split('/').includes('..')) {
    throw refused(`the archive holds the name ${quote(name)}`);
  }
  return plain;
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DriverError('invalid-config', `the ${name} of the archive is not JSON`, { path: ['load'], cause });
  }
}

function records(value: unknown, name: string): readonly JsonRecord[] {
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null);
  if (!isList) throw refused(`the ${name} of the archive is not understood`);
  return value as readonly JsonRecord[];
}

function strings(value: unknown): readonly string[] {
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw refused('the names of images in the archive are not understood');
  }
  return value as readonly string[];
}

function missing({ reference }: ArchiveImage, listed: readonly string[]): DriverError {
  const known = listed.filter((name) => longReference(name) !== undefined);
  const shown = known.slice(0, MOST_LISTED).join(', ') + (known.length > MOST_LISTED ? ', …' : '');
  const hint = `Set \`image\` to the name inside the archive${shown === '' ? '' : `; it holds ${shown}`}.`;
  return new DriverError('not-found', `the archive holds no image ${reference}`, { path: ['load'], hint });
}

function refused(message: string): DriverError {
  const hint = 'Make the archive with docker save, podman save or skopeo copy.';
  return new DriverError('invalid-config', message, { path: ['load'], hint });
}

/** Shortened and without anything that a terminal would obey. */
function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
